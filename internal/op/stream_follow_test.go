package op_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// follower reads a stream as a client does: it discovers shards, reads parents to their end before children,
// and keeps the images that it sees.
type follower struct {
	*world
	t         *rapid.T
	arn       string
	iterators map[string]string // by shard, of those that are being read
	ended     map[string]bool   // shards that were read to their end
	last      map[string]string // by shard, the last sequence number
	images    map[string]string // by key, the item as the stream tells it
	ids       map[string]bool   // of the records
}

// discover begins to read shards that are new and whose parents have been read.
func (f *follower) discover() {
	for _, shard := range f.shards(f.t, f.arn, 3) {
		_, reading := f.iterators[shard.ShardID]
		if reading || f.ended[shard.ShardID] || shard.ParentShardID != "" && !f.ended[shard.ParentShardID] {
			continue
		}
		f.iterators[shard.ShardID] = f.iterator(f.t, f.arn, shard.ShardID, "TRIM_HORIZON")
	}
}

// read reads a page of each shard.
func (f *follower) read(limit int) (records int) {
	for _, shard := range slices.Sorted(maps.Keys(f.iterators)) {
		page := ask[recordPage](f.t, f.world, "GetRecords", `{"ShardIterator": %q, "Limit": %d}`, f.iterators[shard], limit)
		for i := range page.Records {
			f.see(shard, &page.Records[i])
		}
		records += len(page.Records)
		f.iterators[shard] = page.NextShardIterator
		if page.NextShardIterator == "" {
			delete(f.iterators, shard)
			f.ended[shard] = true
		}
	}
	return records
}

// see checks a record against those before it.
func (f *follower) see(shard string, r *streamRecord) {
	d := &r.Dynamodb
	key := imageOf(d.Keys)
	old, known := f.images[key]
	event := map[[2]bool]string{{false, true}: "INSERT", {true, true}: "MODIFY", {true, false}: "REMOVE"}[[2]bool{known, d.NewImage != nil}]
	switch {
	case f.ids[r.EventID]:
		f.t.Fatalf("record %s comes twice", r.EventID)
	case d.SequenceNumber <= f.last[shard]:
		f.t.Fatalf("record %s of %s follows %s", d.SequenceNumber, shard, f.last[shard])
	case known != (d.OldImage != nil) || known && imageOf(d.OldImage) != old:
		f.t.Fatalf("the old image of %s is %s, want %s", key, imageOf(d.OldImage), old)
	case r.EventName != event:
		f.t.Fatalf("the event is %s, want %s", r.EventName, event)
	}
	f.ids[r.EventID], f.last[shard] = true, d.SequenceNumber
	delete(f.images, key)
	if d.NewImage != nil {
		f.images[key] = imageOf(d.NewImage)
	}
}

func imageOf(image map[string]json.RawMessage) string {
	b, err := json.Marshal(image)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// TestFollow holds that a client that follows a stream sees every change exactly once, the changes of an
// item in order, and ends with the table: while shards are replaced and split, the stream is restarted
// with its store, and at last switched off.
func TestFollow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		s := w.streamTable(t, "music")
		f := &follower{
			world: w, t: rt, arn: w.streamARN(s),
			iterators: map[string]string{}, ended: map[string]bool{}, last: map[string]string{}, images: map[string]string{}, ids: map[string]bool{},
		}
		key := rapid.StringMatching("[a-f]")
		rt.Repeat(map[string]func(*rapid.T){
			"put": func(rt *rapid.T) {
				ask[struct{}](rt, w, "PutItem", `{"TableName": "music", "Item": {"pk": {"S": %q}, "n": {"N": "%d"}}}`,
					key.Draw(rt, "key"), rapid.IntRange(0, 3).Draw(rt, "n"))
			},
			"delete": func(rt *rapid.T) {
				ask[struct{}](rt, w, "DeleteItem", `{"TableName": "music", "Key": {"pk": {"S": %q}}}`, key.Draw(rt, "key"))
			},
			"transact": func(rt *rapid.T) {
				n := rapid.IntRange(0, 9).Draw(rt, "n")
				ask[struct{}](rt, w, "TransactWriteItems", `{"TransactItems": [
					{"Put": {"TableName": "music", "Item": {"pk": {"S": "a"}, "n": {"N": "%d"}}}},
					{"Put": {"TableName": "music", "Item": {"pk": {"S": "b"}, "n": {"N": "%d"}}}},
					{"Delete": {"TableName": "music", "Key": {"pk": {"S": "c"}}}}]}`, n, n)
			},
			"replace": func(rt *rapid.T) {
				shards := w.catalog.StreamOf(s.ID).Shards
				w.now = w.now.Add(time.Millisecond)
				w.replace(rt, rapid.SampledFrom(shards).Draw(rt, "shard").ID, rapid.Bool().Draw(rt, "split"))
			},
			"discover": func(*rapid.T) { f.discover() },
			"read":     func(rt *rapid.T) { f.read(rapid.IntRange(1, 4).Draw(rt, "limit")) },
			"restart":  func(*rapid.T) { w.close(t); w.open(t) },
		})
		ask[struct{}](rt, w, "UpdateTable", `{"TableName": "music", "StreamSpecification": {"StreamEnabled": false}}`)
		ask[struct{}](rt, w, "PutItem", `{"TableName": "music", "Item": {"pk": {"S": "not recorded"}}}`)
		for f.discover(); len(f.iterators) > 0; f.discover() {
			f.read(2)
		}
		if shards := len(w.catalog.StreamOf(s.ID).Shards); len(f.ended) != shards {
			rt.Fatalf("%d of %d shards were read", len(f.ended), shards)
		}
		f.compare()
	})
}

// compare compares what the stream told with the table.
func (f *follower) compare() {
	f.t.Helper()
	items := ask[struct{ Items []map[string]json.RawMessage }](f.t, f.world, "Scan", `{"TableName": "music"}`).Items
	table := map[string]string{}
	for _, it := range items {
		if pk := string(it["pk"]); pk != `{"S":"not recorded"}` {
			table[fmt.Sprintf(`{"pk":%s}`, pk)] = imageOf(it)
		}
	}
	if !maps.Equal(table, f.images) {
		f.t.Errorf("the stream tells of %v, the table has %v", f.images, table)
	}
}
