package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// describeContinuousBackups says that point-in-time recovery is off: it is not built yet. Continuous backups
// are "enabled" for every table, as on AWS, where that means no more than that recovery may be switched on.
func (s *Service) describeContinuousBackups(_ context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.DescribeContinuousBackupsInput) //nolint:errcheck,forcetypeassert // routes say so
	if refused := s.backedUpTable(in.TableName); refused != nil {
		return nil, refused
	}
	out := api.DescribeContinuousBackupsOutput{ContinuousBackupsDescription: noRecovery()}
	return out.AppendJSON(dst), nil
}

// backedUpTable refuses a name without a table in the way of the operations on backups.
func (s *Service) backedUpTable(given api.Opt[string]) *apierr.Error {
	name, err := s.requiredTable(given)
	if err != nil {
		return err
	}
	if s.catalog.Table(name) == nil {
		return apierr.TableNotFound(name)
	}
	return nil
}

func noRecovery() *api.ContinuousBackupsDescription {
	return &api.ContinuousBackupsDescription{
		ContinuousBackupsStatus:        api.Some(statusEnabled),
		PointInTimeRecoveryDescription: &api.PointInTimeRecoveryDescription{PointInTimeRecoveryStatus: api.Some(statusDisabled)},
	}
}
