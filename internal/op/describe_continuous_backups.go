package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// describeContinuousBackups says that there are no continuous backups, which is true: they are not built
// yet. AWS says "ENABLED" of every table, because recovery may be switched on there; here it may not.
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
		ContinuousBackupsStatus:        api.Some(statusDisabled),
		PointInTimeRecoveryDescription: &api.PointInTimeRecoveryDescription{PointInTimeRecoveryStatus: api.Some(statusDisabled)},
	}
}
