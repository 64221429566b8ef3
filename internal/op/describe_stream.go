package op

import (
	"context"
	"slices"
	"strings"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/stream"
)

// shardsMax is how many shards DescribeStream returns at most, and if it is not told.
const shardsMax = 100

// describeStream describes a stream and its shards, ascending by ID, which the Kinesis Client Library
// counts on. The shard to start after need not be there any more.
func (s *Service) describeStream(_ context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.DescribeStreamInput) //nolint:errcheck,forcetypeassert // routes say so
	if refused := firstRefusal(in, describeStreamMembers, shardLimit, shardFilter); refused != nil {
		return nil, refused
	}
	described, refused := s.streamOf(in.StreamArn.V)
	if refused != nil {
		return nil, refused
	}
	d := s.describeStreamAlone(described)
	limit := int(in.Limit.Or(shardsMax))
	for _, shard := range shardsAskedFor(described, in) {
		if len(d.Shards) == limit {
			d.LastEvaluatedShardId = d.Shards[limit-1].ShardId
			break
		}
		d.Shards = append(d.Shards, describeShard(&shard))
	}
	out := api.DescribeStreamOutput{StreamDescription: d}
	return out.AppendJSON(dst), nil
}

func describeStreamMembers(in *api.DescribeStreamInput) *apierr.Error { return constrained(in) }

func shardLimit(in *api.DescribeStreamInput) *apierr.Error {
	if in.Limit.Or(0) > shardsMax {
		return apierr.Invalidf("Limit cannot be greater than the maximum: %d", shardsMax)
	}
	return nil
}

// shardFilter refuses half a filter.
func shardFilter(in *api.DescribeStreamInput) *apierr.Error {
	f := in.ShardFilter
	switch {
	case f == nil || f.Type.Set && f.ShardId.Set:
		return nil
	case f.Type.Set:
		return apierr.Invalid("ShardId is required for ShardFilter of type " + f.Type.V)
	}
	return apierr.Invalid("Type is required for ShardFilter")
}

// shardsAskedFor returns the shards of x that the request asks for, ascending by ID.
func shardsAskedFor(x *catalog.Stream, in *api.DescribeStreamInput) []catalog.Shard {
	shards := slices.SortedFunc(slices.Values(x.Shards), func(a, b catalog.Shard) int { return strings.Compare(a.ID, b.ID) })
	return slices.DeleteFunc(shards, func(shard catalog.Shard) bool {
		return shard.ID <= in.ExclusiveStartShardId.V || in.ShardFilter != nil && shard.Parent != in.ShardFilter.ShardId.V
	})
}

// describeStreamAlone describes x without its shards.
func (s *Service) describeStreamAlone(x *catalog.Stream) *api.StreamDescription {
	d := &api.StreamDescription{
		CreationRequestDateTime: seconds(x.Created),
		Shards:                  []api.Shard{},
		StreamArn:               api.Some(s.arnOf(x)),
		StreamLabel:             api.Some(x.Label),
		StreamStatus:            api.Some(statusEnabled),
		StreamViewType:          api.Some(x.View),
		TableName:               api.Some(x.Table),
	}
	switch {
	case !x.Begun():
		d.StreamStatus = api.Some(statusEnabling)
	case !x.Ended.IsZero():
		d.StreamStatus = api.Some(statusDisabled)
	}
	names := make([]string, len(x.Key))
	for i := range x.Key {
		names[i] = x.Key[i].Name
	}
	d.KeySchema = describeKey(names)
	return d
}

// describeShard describes a shard. Its range begins in front of its first record, and ends, if it is
// closed, with the highest number that a record of it could have.
func describeShard(shard *catalog.Shard) api.Shard {
	numbers := &api.SequenceNumberRange{StartingSequenceNumber: api.Some(firstOf(shard).String())}
	if !shard.Open() {
		numbers.EndingSequenceNumber = api.Some(lastOf(shard).String())
	}
	d := api.Shard{SequenceNumberRange: numbers, ShardId: api.Some(shard.ID)}
	if shard.Parent != "" {
		d.ParentShardId = api.Some(shard.Parent)
	}
	return d
}

// firstOf is the lowest position that a record of the shard may have.
func firstOf(shard *catalog.Shard) stream.Position { return stream.Position{Seq: shard.From} }

// lastOf is the highest position that a record of the shard, which is closed, may have.
func lastOf(shard *catalog.Shard) stream.Position {
	return stream.Position{Seq: shard.To - 1, N: stream.RecordsMax - 1}
}
