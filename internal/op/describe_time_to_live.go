package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// describeTimeToLive says by which attribute the items of a table expire.
func (s *Service) describeTimeToLive(_ context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.DescribeTimeToLiveInput) //nolint:errcheck,forcetypeassert // routes say so
	name, refused := s.requiredTable(in.TableName)
	if refused != nil {
		return nil, refused
	}
	t := s.catalog.Table(name)
	if t == nil {
		return nil, apierr.NoTable(name)
	}
	out := api.DescribeTimeToLiveOutput{TimeToLiveDescription: describeExpiry(t.Expiry)}
	return out.AppendJSON(dst), nil
}

// describeExpiry shows x, which is nil in a table that never had time to live.
func describeExpiry(x *catalog.Expiry) *api.TimeToLiveDescription {
	status := ""
	switch {
	case x.Active():
		status = statusEnabled
	case x.Kept():
		status = statusEnabling
	case x.Deleting():
		status = statusDisabling
	default:
		return &api.TimeToLiveDescription{TimeToLiveStatus: api.Some(statusDisabled)}
	}
	return &api.TimeToLiveDescription{AttributeName: api.Some(x.Attribute), TimeToLiveStatus: api.Some(status)}
}
