package op_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/stream"
)

// The parts of answers that tests look at.
type (
	streamList struct {
		LastEvaluatedStreamArn string
		Streams                []struct{ StreamArn string }
	}
	tableDescribed  struct{ Table struct{ TableStatus string } }
	streamDescribed struct{ StreamDescription streamShards }
	streamShards    struct {
		LastEvaluatedShardID string
		Shards               []streamShard
		StreamStatus         string
	}
	streamShard struct {
		ParentShardID, ShardID string
		SequenceNumberRange    struct{ StartingSequenceNumber, EndingSequenceNumber string }
	}
	iteratorGiven struct{ ShardIterator string }
	recordPage    struct {
		NextShardIterator string
		Records           []streamRecord
	}
	streamRecord struct {
		EventID, EventName string
		Dynamodb           struct {
			Keys, NewImage, OldImage map[string]json.RawMessage
			SequenceNumber           string
			SizeBytes                int
		}
	}
)

// ask carries out an operation that is not to be refused.
func ask[T any](t rapid.TB, w *world, operation, format string, args ...any) (out T) {
	t.Helper()
	body, err := w.request(operation, fmt.Sprintf(format, args...))
	if err == nil && len(body) > 0 {
		err = json.Unmarshal(body, &out)
	}
	if err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	return out
}

// wantRefusal carries out an operation that is to be refused so.
func wantRefusal(t rapid.TB, w *world, want, operation, format string, args ...any) {
	t.Helper()
	_, err := w.request(operation, fmt.Sprintf(format, args...))
	if err == nil {
		t.Fatalf("%s is not refused with %s", operation, want)
	}
	if got := strings.TrimSpace(refusal(err)); got != want {
		t.Errorf("%s: %s, want %s", operation, got, want)
	}
}

// streamTable makes a table with a stream of one shard and returns the stream.
func (w *world) streamTable(t rapid.TB, name string) *catalog.Stream {
	t.Helper()
	ask[struct{}](t, w, "CreateTable", `{"TableName": %q, "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
		"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
		"StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}}`, name)
	return w.catalog.Stream(name, w.catalog.Table(name).Stream.Label)
}

func (w *world) streamARN(s *catalog.Stream) string { return w.catalog.StreamARN(s.Table, s.Label) }

// iterator returns an iterator of a shard, of the given type.
func (w *world) iterator(t rapid.TB, arn, shard, kind string) string {
	t.Helper()
	return ask[iteratorGiven](t, w, "GetShardIterator", `{"StreamArn": %q, "ShardId": %q, "ShardIteratorType": %q}`, arn, shard, kind).ShardIterator
}

// shards lists all shards of a stream in pages of the given size.
func (w *world) shards(t rapid.TB, arn string, limit int) (all []streamShard) {
	t.Helper()
	after := ""
	for {
		page := ask[streamDescribed](t, w, "DescribeStream", `{"StreamArn": %q, "Limit": %d%s}`, arn, limit, after).StreamDescription
		if len(page.Shards) > limit {
			t.Fatalf("a page of at most %d shards has %d", limit, len(page.Shards))
		}
		all = append(all, page.Shards...)
		if page.LastEvaluatedShardID == "" {
			return all
		}
		after = fmt.Sprintf(`, "ExclusiveStartShardId": %q`, page.LastEvaluatedShardID)
	}
}

// TestDescribeStreamPages holds that all shards are listed once, ascending, in pages of any size, and
// that every shard but the first has its parent in the list and begins where that ends.
func TestDescribeStreamPages(t *testing.T) {
	w := newWorld(t)
	s := w.streamTable(t, "music")
	arn := w.streamARN(s)
	const shards = 230
	for n := 1; n < shards; n++ {
		w.now = w.now.Add(time.Millisecond)
		last := s.Shards[len(s.Shards)-1]
		w.replace(t, last.ID, n%7 == 0)
		s = w.catalog.StreamOf(s.ID)
	}
	want := len(s.Shards)
	for _, limit := range []int{1, 7, 100} {
		got := w.shards(t, arn, limit)
		if len(got) != want {
			t.Fatalf("in pages of %d there are %d shards, want %d", limit, len(got), want)
		}
		ends := map[string]string{}
		for i := range got {
			shard := &got[i]
			numbers := &shard.SequenceNumberRange
			if i > 0 {
				end, found := ends[shard.ParentShardID]
				if !found || end >= numbers.StartingSequenceNumber || got[i-1].ShardID >= shard.ShardID {
					t.Fatalf("in pages of %d shard %d of %d is out of place: %+v", limit, i, want, shard)
				}
			}
			ends[shard.ShardID] = numbers.EndingSequenceNumber
		}
	}
	first := ask[streamDescribed](t, w, "DescribeStream", `{"StreamArn": %q}`, arn).StreamDescription
	w.now = w.now.Add(25 * time.Hour)
	w.trim(t, w.now.Add(-time.Hour)) // closed shards go while their pages are being turned
	after := first.LastEvaluatedShardID
	next := ask[streamDescribed](t, w, "DescribeStream", `{"StreamArn": %q, "ExclusiveStartShardId": %q}`, arn, after).StreamDescription
	left := slices.DeleteFunc(slices.Clone(w.catalog.StreamOf(s.ID).Shards), func(s catalog.Shard) bool { return s.ID <= after })
	if len(left) == 0 || len(left) >= shards || len(next.Shards) != len(left) {
		t.Errorf("when shards have gone away the next page has %d, want %d", len(next.Shards), len(left))
	}
}

// TestListStreamsPages holds that all streams are listed once, also those that have ended, in pages of
// any size.
func TestListStreamsPages(t *testing.T) {
	w := newWorld(t)
	for _, table := range []string{"music", "books"} {
		w.streamTable(t, table)
		for range 60 {
			ask[struct{}](t, w, "UpdateTable", `{"TableName": %q, "StreamSpecification": {"StreamEnabled": false}}`, table)
			ask[struct{}](t, w, "UpdateTable", `{"TableName": %q, "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"}}`, table)
		}
	}
	for _, limit := range []int{1, 7, 61, 100} {
		var got []string
		for after := ""; ; {
			page := ask[streamList](t, w, "ListStreams", `{"Limit": %d%s}`, limit, after)
			for _, s := range page.Streams {
				got = append(got, s.StreamArn)
			}
			if page.LastEvaluatedStreamArn == "" {
				break
			}
			after = fmt.Sprintf(`, "ExclusiveStartStreamArn": %q`, page.LastEvaluatedStreamArn)
		}
		if len(got) != 122 || !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != 122 {
			t.Errorf("in pages of %d there are %d streams, want 122, each once: %v", limit, len(got), got)
		}
	}
}

// TestGetRecordsBytes holds that a page has at most 1 MB, and that a record of any size comes.
func TestGetRecordsBytes(t *testing.T) {
	w := newWorld(t)
	s := w.streamTable(t, "music")
	for n, size := range []int{1, 390_000, 390_000, 390_000, 1} {
		ask[struct{}](t, w, "PutItem", `{"TableName": "music", "Item": {"pk": {"S": "one"}, "n": {"N": "%d"}, "text": {"S": %q}}}`,
			n, strings.Repeat("x", size))
	}
	var pages []int
	for it := w.iterator(t, w.streamARN(s), s.Shards[0].ID, "TRIM_HORIZON"); ; {
		page := ask[recordPage](t, w, "GetRecords", `{"ShardIterator": %q}`, it)
		if len(page.Records) == 0 {
			break
		}
		bytes := 0
		for _, r := range page.Records {
			bytes += r.Dynamodb.SizeBytes
		}
		if bytes > 1<<20 {
			t.Errorf("a page has %d bytes", bytes)
		}
		pages = append(pages, len(page.Records))
		it = page.NextShardIterator
	}
	if want := []int{2, 1, 1, 1}; !slices.Equal(pages, want) {
		t.Errorf("the pages have %v records, want %v", pages, want)
	}
}

// TestStreamOnWaits holds that UpdateTable, when it switches a stream on, does not answer while a write is
// under way that does not know of the stream: it would be missing among those that are recorded. If its client goes away,
// the stream says that it is being enabled, and has no shards to read, until a worker lets it begin.
func TestStreamOnWaits(t *testing.T) {
	w := newWorld(t)
	s := w.streamTable(t, "people")
	ask[struct{}](t, w, "UpdateTable", `{"TableName": "people", "StreamSpecification": {"StreamEnabled": false}}`)
	letGo := w.holdPerson(t, "ann")
	in := &api.UpdateTableInput{TableName: api.Some("people"), StreamSpecification: &api.StreamSpecification{
		StreamEnabled: api.Some(true), StreamViewType: api.Some(catalog.ViewKeys),
	}}
	if _, err := w.route("UpdateTable")(untilOn{t.Context(), w}, in, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("it answers %v", err)
	}
	table := w.catalog.Table("people")
	if now := table.Log(); now == nil || now.ID == s.ID {
		t.Fatal("the stream is not on")
	}
	on := w.catalog.StreamOf(table.Log().ID)
	shows := func(tableStatus, streamStatus string, shards int) {
		t.Helper()
		if got := ask[tableDescribed](t, w, "DescribeTable", `{"TableName": "people"}`).Table.TableStatus; got != tableStatus {
			t.Errorf("the table is %s, want %s", got, tableStatus)
		}
		x := ask[streamDescribed](t, w, "DescribeStream", `{"StreamArn": %q}`, w.streamARN(on)).StreamDescription
		if x.StreamStatus != streamStatus || len(x.Shards) != shards {
			t.Errorf("the stream is %s with %d shards, want %s with %d", x.StreamStatus, len(x.Shards), streamStatus, shards)
		}
	}
	shows("UPDATING", "ENABLING", 0)
	letGo()
	if err := w.catalog.BeginStream(t.Context(), table); err != nil {
		t.Fatal(err)
	}
	shows("ACTIVE", "ENABLED", 1)
}

// TestStreamBegins holds that a stream that is switched on begins behind the last write that does not know of it:
// one that is not recorded may have come between two that would be.
func TestStreamBegins(t *testing.T) {
	w := newWorld(t)
	s := w.streamTable(t, "people")
	ask[struct{}](t, w, "UpdateTable", `{"TableName": "people", "StreamSpecification": {"StreamEnabled": false}}`)
	letGo := w.holdPerson(t, "ann")
	answered := make(chan error, 1)
	go func() {
		_, err := w.request("UpdateTable", `{"TableName": "people", "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"}}`)
		answered <- err
	}()
	for w.catalog.Table("people").Log() == nil {
		runtime.Gosched()
	}
	put := func(pk string) {
		ask[struct{}](t, w, "PutItem", `{"TableName": "people", "Item": {"pk": {"S": %q}}}`, pk)
	}
	put("early")
	letGo()
	if err := <-answered; err != nil {
		t.Fatal(err)
	}
	put("late")
	on := w.catalog.Stream("people", w.catalog.Table("people").Log().Label)
	if on.ID == s.ID {
		t.Fatal("the stream is the one that was switched off")
	}
	var keys []string
	for _, kind := range []string{"TRIM_HORIZON", "AT_SEQUENCE_NUMBER"} {
		number := ""
		if kind == "AT_SEQUENCE_NUMBER" {
			number = fmt.Sprintf(`, "SequenceNumber": %q`, stream.Position{Seq: on.Shards[0].From})
		}
		it := ask[iteratorGiven](t, w, "GetShardIterator", `{"StreamArn": %q, "ShardId": %q, "ShardIteratorType": %q%s}`,
			w.streamARN(on), on.Shards[0].ID, kind, number).ShardIterator
		for _, r := range ask[recordPage](t, w, "GetRecords", `{"ShardIterator": %q}`, it).Records {
			keys = append(keys, imageOf(r.Dynamodb.Keys))
		}
	}
	if got, want := strings.Join(keys, " "), `{"pk":{"S":"late"}} {"pk":{"S":"late"}}`; got != want {
		t.Errorf("the stream has %s, want %s", got, want)
	}
}

// untilOn is the context of a client that goes away when the stream of the table people is on.
type untilOn struct {
	context.Context
	w *world
}

func (c untilOn) Err() error {
	if c.w.catalog.Table("people").Log() == nil {
		return nil
	}
	return context.Canceled
}

func (c untilOn) Done() <-chan struct{} {
	if c.Err() == nil {
		return nil
	}
	done := make(chan struct{})
	close(done)
	return done
}
