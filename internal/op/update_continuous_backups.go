package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// updateContinuousBackups switches point-in-time recovery off, which it is. Switching it on is refused
// until it is built.
func (s *Service) updateContinuousBackups(_ context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.UpdateContinuousBackupsInput) //nolint:errcheck,forcetypeassert // routes say so
	if _, refused := s.requiredTable(in.TableName); refused != nil {
		return nil, refused
	}
	if refused := constrained(in); refused != nil {
		return nil, refused
	}
	spec := in.PointInTimeRecoverySpecification
	if !spec.PointInTimeRecoveryEnabled.V && spec.RecoveryPeriodInDays.Set {
		return nil, apierr.Validation("Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.")
	}
	if refused := s.backedUpTable(in.TableName); refused != nil {
		return nil, refused
	}
	if spec.PointInTimeRecoveryEnabled.V {
		return nil, notBuilt("point-in-time recovery")
	}
	out := api.UpdateContinuousBackupsOutput{ContinuousBackupsDescription: noRecovery()}
	return out.AppendJSON(dst), nil
}
