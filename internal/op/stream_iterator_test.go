package op_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

const (
	invalidIterator = "ValidationException: Invalid ShardIterator"
	expiredIterator = "ExpiredIteratorException: Shard iterator has expired"
)

// TestIteratorForged holds that nothing is read with an iterator that the store has not given out: with one
// in which a letter is another, with one of another store or stream.
func TestIteratorForged(t *testing.T) {
	w := newWorld(t)
	s, other := w.streamTable(t, "music"), w.streamTable(t, "books")
	it := w.iterator(t, w.streamARN(s), s.Shards[0].ID, "TRIM_HORIZON")
	arn, sealed, _ := strings.Cut(it, "|1|")
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		forged := append([]byte(nil), b...)
		forged[i] ^= 0x01
		wantRefusal(t, w, invalidIterator, "GetRecords", `{"ShardIterator": %q}`, arn+"|1|"+base64.StdEncoding.EncodeToString(forged))
		wantRefusal(t, w, invalidIterator, "GetRecords", `{"ShardIterator": %q}`, arn+"|1|"+base64.StdEncoding.EncodeToString(b[:i]))
	}
	wantRefusal(t, w, invalidIterator, "GetRecords", `{"ShardIterator": %q}`, w.streamARN(other)+"|1|"+sealed)
	wantRefusal(t, w, invalidIterator, "GetRecords", `{"ShardIterator": %q}`, sealed)
	wantRefusal(t, w, invalidIterator, "GetRecords", `{"ShardIterator": %q}`, it+"\n")

	alike := newWorld(t) // its streams have the same IDs, but it has another secret
	alike.streamTable(t, "music")
	wantRefusal(t, alike, invalidIterator, "GetRecords", `{"ShardIterator": %q}`, it)
	ask[recordPage](t, w, "GetRecords", `{"ShardIterator": %q}`, it)
}

// TestIteratorOutlived holds what becomes of iterators when what they belong to goes away.
func TestIteratorOutlived(t *testing.T) {
	w := newWorld(t)
	s := w.streamTable(t, "music")
	arn := w.streamARN(s)
	parent := s.Shards[0].ID
	w.replace(t, parent, false)
	ask[struct{}](t, w, "DeleteTable", `{"TableName": "music"}`)
	w.now = w.now.Add(24 * time.Hour)
	of := w.iterator(t, arn, parent, "TRIM_HORIZON")
	w.now = w.now.Add(2 * time.Second)
	w.trim(t, w.now)
	noShard := "ResourceNotFoundException: Requested resource not found: Shard does not exist"
	wantRefusal(t, w, noShard, "GetRecords", `{"ShardIterator": %q}`, of)
	wantRefusal(t, w, noShard, "GetShardIterator", `{"StreamArn": %q, "ShardId": %q, "ShardIteratorType": "TRIM_HORIZON"}`, arn, parent)
	if err := w.catalog.RemoveStream(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	noStream := "ResourceNotFoundException: Requested resource not found: Stream: " + arn + " not found"
	wantRefusal(t, w, noStream, "GetRecords", `{"ShardIterator": %q}`, of)
	wantRefusal(t, w, noStream, "DescribeStream", `{"StreamArn": %q}`, arn)
	w.now = w.now.Add(15 * time.Minute)
	w.streamTable(t, "books")
	wantRefusal(t, w, noStream, "GetRecords", `{"ShardIterator": %q}`, of)
}

// TestIteratorExpires holds that an iterator holds for 15 minutes from when it was given out, with every
// page anew, and not longer because the store was restarted.
func TestIteratorExpires(t *testing.T) {
	w := newWorld(t)
	s := w.streamTable(t, "music")
	it := w.iterator(t, w.streamARN(s), s.Shards[0].ID, "LATEST")
	for range 5 {
		w.now = w.now.Add(15 * time.Minute)
		old := it
		if it = ask[recordPage](t, w, "GetRecords", `{"ShardIterator": %q}`, it).NextShardIterator; it == "" {
			t.Fatal("an open shard has an end")
		}
		w.now = w.now.Add(time.Millisecond)
		wantRefusal(t, w, expiredIterator, "GetRecords", `{"ShardIterator": %q}`, old)
		w.now = w.now.Add(-time.Millisecond)
	}
	w.close(t)
	w.open(t)
	w.now = w.now.Add(15*time.Minute + time.Millisecond)
	wantRefusal(t, w, expiredIterator, "GetRecords", `{"ShardIterator": %q}`, it)
}
