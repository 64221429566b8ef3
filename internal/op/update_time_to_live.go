package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// updateTimeToLive refuses to switch time to live on until it is built; off it is already.
func (s *Service) updateTimeToLive(_ context.Context, req api.Request, _ []byte) ([]byte, error) {
	in := req.(*api.UpdateTimeToLiveInput) //nolint:errcheck,forcetypeassert // routes say so
	name, refused := s.requiredTable(in.TableName)
	if refused != nil {
		return nil, refused
	}
	if refused := constrained(in); refused != nil {
		return nil, refused
	}
	if s.catalog.Table(name) == nil {
		return nil, apierr.NoTable(name)
	}
	if in.TimeToLiveSpecification.Enabled.V {
		return nil, notBuilt("time to live")
	}
	return nil, apierr.Validation("TimeToLive is already disabled")
}
