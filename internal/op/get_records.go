package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/stream"
)

// getRecords reads a page of a shard. An iterator for the next page is missing only if the shard is closed
// and has been read to its end.
func (s *Service) getRecords(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.GetRecordsInput) //nolint:errcheck,forcetypeassert // routes say so
	if refused := constrained(in); refused != nil {
		return dst, refused
	}
	it, refused := s.readIterator(in.ShardIterator.V)
	if refused != nil {
		return dst, refused
	}
	limit := int(in.Limit.Or(stream.PageRecordsMax))
	if limit > stream.PageRecordsMax {
		return dst, apierr.Invalidf("Limit should be less than or equal to %d", stream.PageRecordsMax)
	}
	return s.readRecords(ctx, &it, limit, dst)
}

// readRecords appends the response: records go from the store to it one by one.
func (s *Service) readRecords(ctx context.Context, it *shardIterator, limit int, dst []byte) ([]byte, error) {
	dst = append(dst, `{"Records":[`...)
	first := len(dst)
	page, err := s.streams.Read(ctx, it.stream, it.shard, it.position, limit, func(r *stream.Record) error {
		if len(dst) > first {
			dst = append(dst, ',')
		}
		dst = s.describeRecord(it.stream.View, r).AppendJSON(dst)
		return nil
	})
	if err != nil {
		return dst, s.streamError(err, s.arnOf(it.stream))
	}
	dst = append(dst, ']')
	if page.End {
		return append(dst, '}'), nil
	}
	it.position = page.Next
	out := api.GetRecordsOutput{NextShardIterator: api.Some(s.iteratorText(it))}
	rest := len(dst)
	dst = out.AppendJSON(dst)
	dst[rest] = ',' // one object: what follows the records goes on where they end
	return dst, nil
}
