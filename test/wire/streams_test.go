package wire

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/statordb/stator/test/statortest"
)

// reader reads a stream to where it ends now.
type reader struct {
	*dynamodbstreams.Client
	t   *testing.T
	arn *string
}

// shards describes the stream, a shard to a page.
func (r *reader) shards() (all []streamtypes.Shard) {
	r.t.Helper()
	in := dynamodbstreams.DescribeStreamInput{StreamArn: r.arn, Limit: aws.Int32(1)}
	for {
		out, err := r.DescribeStream(r.t.Context(), &in)
		if err != nil {
			r.t.Fatal(err)
		}
		all = append(all, out.StreamDescription.Shards...)
		in.ExclusiveStartShardId = out.StreamDescription.LastEvaluatedShardId
		if in.ExclusiveStartShardId == nil {
			return all
		}
	}
}

// iterator returns an iterator that begins where in says, of a shard.
func (r *reader) iterator(shard streamtypes.Shard, in dynamodbstreams.GetShardIteratorInput) *string {
	r.t.Helper()
	in.StreamArn, in.ShardId = r.arn, shard.ShardId
	out, err := r.GetShardIterator(r.t.Context(), &in)
	if err != nil {
		r.t.Fatal(err)
	}
	return out.ShardIterator
}

// read returns the records from an iterator on, and the iterator behind them: nil at the end of a shard.
func (r *reader) read(iterator *string) (records []streamtypes.Record, next *string) {
	r.t.Helper()
	for next = iterator; next != nil; {
		out, err := r.GetRecords(r.t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: next, Limit: aws.Int32(2)})
		if err != nil {
			r.t.Fatal(err)
		}
		next = out.NextShardIterator
		if len(out.Records) == 0 {
			return records, next
		}
		records = append(records, out.Records...)
	}
	return records, nil
}

// TestStream follows the life of a table's stream as the SDK shows it.
func TestStream(t *testing.T) {
	s := statortest.Start(t)
	c, ctx := s.Client(t), t.Context()
	createEcommerce(t, c)
	arn := statortest.StreamOn(ctx, t, c, ecommerce, types.StreamViewTypeNewAndOldImages)
	r := &reader{s.Streams(t), t, aws.String(arn)}
	shards := r.shards()
	if len(shards) != 4 {
		t.Errorf("the stream of a table on demand has %d shards at first, want 4", len(shards))
	}
	changed := with(order, "total", statortest.N("7"))
	for _, item := range []statortest.Item{order, order, changed} { // the second is no change
		if _, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(ecommerce), Item: item}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(ecommerce), Key: keyOf(order)}); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	s.Restart(t)
	c, r.Client = s.Client(t), s.Streams(t)
	shard, records, next := r.only(shards)
	for i, want := range []struct {
		event    streamtypes.OperationType
		old, new statortest.Item
	}{
		{streamtypes.OperationTypeInsert, nil, order}, {streamtypes.OperationTypeModify, order, changed}, {streamtypes.OperationTypeRemove, changed, nil},
	} {
		d := records[i].Dynamodb
		if records[i].EventName != want.event || d.StreamViewType != streamtypes.StreamViewTypeNewAndOldImages {
			t.Errorf("record %d is %s with %s, want %s", i, records[i].EventName, d.StreamViewType, want.event)
		}
		wantSame(t, statortest.Image(d.Keys), keyOf(order))
		wantSame(t, statortest.Image(d.OldImage), want.old)
		wantSame(t, statortest.Image(d.NewImage), want.new)
	}
	r.readFrom(shard, records)

	_, err := c.UpdateTable(ctx, &dynamodb.UpdateTableInput{
		TableName: aws.String(ecommerce), StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(false)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if again, next := r.read(next); len(again) != 0 || next != nil {
		t.Errorf("behind the end of a closed shard there are %d records, and an iterator: %t", len(again), next != nil)
	}
	if second := statortest.StreamOn(ctx, t, c, ecommerce, types.StreamViewTypeKeysOnly); second == arn {
		t.Error("the stream that is switched on again has the same ARN")
	}
}

// only returns the one shard that has records, those, and the iterator behind them.
func (r *reader) only(shards []streamtypes.Shard) (shard streamtypes.Shard, records []streamtypes.Record, next *string) {
	r.t.Helper()
	for _, sh := range shards {
		of, behind := r.read(r.iterator(sh, dynamodbstreams.GetShardIteratorInput{ShardIteratorType: streamtypes.ShardIteratorTypeTrimHorizon}))
		if len(of) > 0 {
			shard, records, next = sh, append(records, of...), behind
		}
	}
	if len(records) != 3 || next == nil {
		r.t.Fatalf("there are %d records, want 3, and more to come: %t", len(records), next != nil)
	}
	return shard, records, next
}

// readFrom reads the records of the shard again from every place from which a client can.
func (r *reader) readFrom(shard streamtypes.Shard, records []streamtypes.Record) {
	r.t.Helper()
	number := records[1].Dynamodb.SequenceNumber
	for _, c := range []struct {
		from dynamodbstreams.GetShardIteratorInput
		want int
	}{
		{dynamodbstreams.GetShardIteratorInput{ShardIteratorType: streamtypes.ShardIteratorTypeLatest}, 3},
		{dynamodbstreams.GetShardIteratorInput{ShardIteratorType: streamtypes.ShardIteratorTypeAtSequenceNumber, SequenceNumber: number}, 1},
		{dynamodbstreams.GetShardIteratorInput{ShardIteratorType: streamtypes.ShardIteratorTypeAfterSequenceNumber, SequenceNumber: number}, 2},
		{dynamodbstreams.GetShardIteratorInput{
			ShardIteratorType: streamtypes.ShardIteratorTypeAtSequenceNumber, SequenceNumber: shard.SequenceNumberRange.StartingSequenceNumber,
		}, 0},
	} {
		got, _ := r.read(r.iterator(shard, c.from))
		if want := records[c.want:]; len(got) != len(want) {
			r.t.Errorf("from %s there are %d records, want %d", c.from.ShardIteratorType, len(got), len(want))
			continue
		}
		for i := range got {
			if want := records[c.want+i]; aws.ToString(got[i].EventID) != aws.ToString(want.EventID) {
				r.t.Errorf("from %s record %d is %s, want %s", c.from.ShardIteratorType, i, aws.ToString(got[i].EventID), aws.ToString(want.EventID))
			}
		}
	}
}

// TestStreamErrors lets the SDK decode errors of streams into its own types.
func TestStreamErrors(t *testing.T) {
	s := statortest.StartMemory(t)
	c, ctx := s.Client(t), t.Context()
	createEcommerce(t, c)
	arn := statortest.StreamOn(ctx, t, c, ecommerce, types.StreamViewTypeKeysOnly)
	streams := s.Streams(t)
	_, err := streams.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: aws.String(arn + "0")})
	wantError[*streamtypes.ResourceNotFoundException](t, err, "Requested resource not found: Stream: "+arn+"0 not found")
	_, err = streams.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{
		StreamArn: aws.String(arn), ShardId: aws.String("shardId-00000000000000000000-00000000"), ShardIteratorType: streamtypes.ShardIteratorTypeLatest,
	})
	wantError[*streamtypes.ResourceNotFoundException](t, err, "Requested resource not found: Shard does not exist")
	_, err = streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: aws.String(arn)})
	wantCode(t, err, "ValidationException", "Invalid ShardIterator")
	_, err = c.UpdateTable(ctx, &dynamodb.UpdateTableInput{
		TableName:           aws.String(ecommerce),
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeKeysOnly},
	})
	wantCode(t, err, "ValidationException", "Table already has an enabled stream: TableName: "+ecommerce)
}
