package catalog

import (
	"errors"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/engine"
)

// Visible turns the engine's conditions that a client can act on into errors that it may see. Other
// errors are returned as they are and stay inside.
func Visible(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, engine.ErrDiskFull):
		return apierr.DiskFull()
	case errors.Is(err, engine.ErrConflict):
		return apierr.TransactionConflict()
	case errors.Is(err, engine.ErrUnavailable):
		return apierr.Unavailable("The store is not available.")
	}
	return err
}
