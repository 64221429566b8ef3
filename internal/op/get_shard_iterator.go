package op

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/stream"
)

// Where a shard iterator begins to read.
const (
	atTrimHorizon   = "TRIM_HORIZON"
	atLatest        = "LATEST"
	atSequence      = "AT_SEQUENCE_NUMBER"
	afterSequence   = "AFTER_SEQUENCE_NUMBER"
	atTimestamp     = "AT_TIMESTAMP"
	millisPerSecond = 1000
)

// getShardIterator returns an iterator, with which GetRecords reads a shard from a place on.
func (s *Service) getShardIterator(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.GetShardIteratorInput) //nolint:errcheck,forcetypeassert // routes say so
	if refused := firstRefusal(in, iteratorMembers, iteratorSequence, s.iteratorTime); refused != nil {
		return nil, refused
	}
	x, refused := s.streamOf(in.StreamArn.V)
	if refused != nil {
		return nil, refused
	}
	shard := x.Shard(in.ShardId.V)
	if shard == nil {
		return nil, errNoShard
	}
	position, err := s.startOf(ctx, in, x, shard)
	if err != nil {
		return nil, s.streamError(err, in.StreamArn.V)
	}
	it := shardIterator{stream: x, shard: shard.ID, position: position}
	out := api.GetShardIteratorOutput{ShardIterator: api.Some(s.iteratorText(&it))}
	return out.AppendJSON(dst), nil
}

func iteratorMembers(in *api.GetShardIteratorInput) *apierr.Error { return constrained(in) }

// iteratorSequence checks that there is a sequence number where one is needed, and only there.
func iteratorSequence(in *api.GetShardIteratorInput) *apierr.Error {
	needed := in.ShardIteratorType.V == atSequence || in.ShardIteratorType.V == afterSequence
	switch {
	case needed == in.SequenceNumber.Set:
		return nil
	case needed:
		return apierr.Invalid("SequenceNumber cannot be null")
	}
	return apierr.Invalid("SequenceNumber should not be passed for this iterator type")
}

// iteratorTime checks that there is a time where one is needed, and only there, and that it is past.
func (s *Service) iteratorTime(in *api.GetShardIteratorInput) *apierr.Error {
	needed := in.ShardIteratorType.V == atTimestamp
	switch {
	case needed && !in.Timestamp.Set:
		return apierr.Invalid("Timestamp cannot be null")
	case !needed && in.Timestamp.Set:
		return apierr.Invalid("Timestamp should not be passed for this iterator type")
	case needed && millis(in.Timestamp.V) > float64(s.now().UnixMilli()):
		return apierr.Invalid("Timestamp cannot be in the future")
	}
	return nil
}

// millis is a point in time, given in seconds, to the millisecond.
func millis(seconds float64) float64 { return math.Round(seconds * millisPerSecond) }

// startOf returns the position in a shard of x that is asked for.
func (s *Service) startOf(
	ctx context.Context, in *api.GetShardIteratorInput, x *catalog.Stream, shard *catalog.Shard,
) (stream.Position, error) {
	switch in.ShardIteratorType.V {
	case atTrimHorizon:
		return stream.Position{Seq: max(shard.From, x.Trimmed)}, nil
	case atTimestamp:
		// All that is older than the store is equally old.
		at := time.UnixMilli(int64(max(millis(in.Timestamp.V), 0)))
		return s.streams.At(ctx, x, shard.ID, at)
	}
	latest, err := s.streams.Latest(ctx)
	if err != nil {
		return latest, err
	}
	if !shard.Open() {
		latest = stream.Position{Seq: shard.To}
	}
	if in.ShardIteratorType.V == atLatest {
		return latest, nil
	}
	given, ok := stream.ParsePosition(in.SequenceNumber.V)
	switch {
	case !ok || given.Compare(firstOf(shard)) < 0 || given.Compare(latest) >= 0:
		return given, apierr.Validation("Invalid SequenceNumber for the shard")
	case given.Seq < x.Trimmed:
		return given, apierr.TrimmedDataAccess()
	case in.ShardIteratorType.V == afterSequence:
		return given.After(), nil
	}
	return given, nil
}

// streamError makes of an error in reading the stream with that ARN the refusal that it means.
func (s *Service) streamError(err error, arn string) error {
	switch {
	case errors.Is(err, stream.ErrNoStream):
		return noStream(arn)
	case errors.Is(err, stream.ErrNoShard):
		return errNoShard
	case errors.Is(err, stream.ErrTrimmed):
		return apierr.TrimmedDataAccess()
	}
	return err
}
