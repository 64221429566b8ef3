package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// describeTimeToLive says that no item of a table expires: time to live is not built yet.
func (s *Service) describeTimeToLive(_ context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.DescribeTimeToLiveInput) //nolint:errcheck,forcetypeassert // routes say so
	name, refused := s.requiredTable(in.TableName)
	if refused != nil {
		return nil, refused
	}
	if s.catalog.Table(name) == nil {
		return nil, apierr.NoTable(name)
	}
	out := api.DescribeTimeToLiveOutput{TimeToLiveDescription: &api.TimeToLiveDescription{TimeToLiveStatus: api.Some(statusDisabled)}}
	return out.AppendJSON(dst), nil
}
