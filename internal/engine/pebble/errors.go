package pebble

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	pebbledb "github.com/cockroachdb/pebble/v2"

	"github.com/statordb/stator/internal/engine"
)

// InUseError says that another process, or another engine of this one, has the directory open.
type InUseError struct{ Dir string }

func (e *InUseError) Error() string {
	return fmt.Sprintf("the data directory %q is in use by another process", e.Dir)
}

// CorruptError says that stored data is not what was written.
type CorruptError struct {
	Dir string
	Err error
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("the store in %q is damaged: %v", e.Dir, e.Err)
}
func (e *CorruptError) Unwrap() error { return e.Err }

// NewerError says that the store was written by a program newer than this one.
type NewerError struct {
	Dir    string
	Format uint64 // of the store
	Known  uint64 // the newest this program knows
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the store in %q has engine format %d; this program knows formats up to %d", e.Dir, e.Format, e.Known)
}

// openError says what an error of opening the store in dir means.
func openError(dir string, err error) error {
	var corrupt *CorruptError
	switch {
	case errors.As(err, &corrupt):
		corrupt.Dir = dir
		return corrupt
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("cannot open the store in %q: %w: %w", dir, engine.ErrDiskFull, err)
	case pebbledb.IsCorruptionError(err), errors.Is(err, pebbledb.ErrDBNotPristine), errors.Is(err, os.ErrNotExist), isMalformed(err):
		return &CorruptError{Dir: dir, Err: err}
	}
	return fmt.Errorf("cannot open the store in %q: %w", dir, err)
}

// isMalformed recognises errors of Pebble about files of the store that it does not mark as corruption.
func isMalformed(err error) bool {
	text := err.Error()
	for _, part := range []string{"invalid record", "unexpected EOF", "checksum mismatch", "invalid chunk", "zeroed chunk", "corrupt", "MANIFEST"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
