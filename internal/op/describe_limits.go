package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
)

// describeLimits reports the limits of a new account. Those of a table hold; nobody adds up an account.
func (s *Service) describeLimits(_ context.Context, _ api.Request, dst []byte) ([]byte, error) {
	out := api.DescribeLimitsOutput{
		AccountMaxReadCapacityUnits:  api.Some[int64](accountUnitsMax),
		AccountMaxWriteCapacityUnits: api.Some[int64](accountUnitsMax),
		TableMaxReadCapacityUnits:    api.Some[int64](tableUnitsMax),
		TableMaxWriteCapacityUnits:   api.Some[int64](tableUnitsMax),
	}
	return out.AppendJSON(dst), nil
}
