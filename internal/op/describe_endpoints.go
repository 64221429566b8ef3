package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
)

// endpointMinutes is how long clients may keep an endpoint: a day.
const endpointMinutes = 1440

// describeEndpoints names the one endpoint that there is. It names none if the Service was not told:
// clients then stay with the address that they have.
func (s *Service) describeEndpoints(_ context.Context, _ api.Request, dst []byte) ([]byte, error) {
	out := api.DescribeEndpointsResponse{Endpoints: []api.Endpoint{}}
	if s.address != "" {
		out.Endpoints = append(out.Endpoints, api.Endpoint{
			Address: api.Some(s.address), CachePeriodInMinutes: api.Some[int64](endpointMinutes),
		})
	}
	return out.AppendJSON(dst), nil
}
