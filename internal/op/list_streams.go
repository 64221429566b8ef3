package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// streamsMax is how many streams ListStreams returns at most, and if it is not told.
const streamsMax = 100

// listStreams lists streams, those that have ended too, ascending by the names of their tables and in the
// order in which they were made. The stream to start after need not be one that there is, nor the table
// whose streams are asked for.
func (s *Service) listStreams(_ context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.ListStreamsInput) //nolint:errcheck,forcetypeassert // routes say so
	if refused := constrained(in); refused != nil {
		return nil, refused
	}
	limit := int(in.Limit.Or(streamsMax))
	if limit > streamsMax {
		return nil, apierr.Invalidf("Limit cannot be greater than the maximum allowed size: %d", streamsMax)
	}
	after := func(*catalog.Stream) bool { return true }
	if in.ExclusiveStartStreamArn.Set {
		table, label, refused := s.parseStreamARN(in.ExclusiveStartStreamArn.V)
		if refused != nil {
			return nil, refused
		}
		after = func(x *catalog.Stream) bool { return x.Table > table || x.Table == table && x.Label > label }
	}
	out := api.ListStreamsOutput{Streams: []api.Stream{}}
	for _, x := range s.catalog.Streams() {
		if in.TableName.Set && x.Table != in.TableName.V || !after(x) {
			continue
		}
		if len(out.Streams) == limit {
			out.LastEvaluatedStreamArn = out.Streams[limit-1].StreamArn
			break
		}
		out.Streams = append(out.Streams, api.Stream{
			StreamArn: api.Some(s.arnOf(x)), StreamLabel: api.Some(x.Label), TableName: api.Some(x.Table),
		})
	}
	return out.AppendJSON(dst), nil
}
