package catalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// TestVerifyStreams holds that what cannot be of a stream is found.
func TestVerifyStreams(t *testing.T) {
	for name, test := range map[string]struct {
		harm func(s *catalog.Stream, seq uint64)
		want string
	}{
		"nothing":   {func(*catalog.Stream, uint64) {}, ""},
		"a trim":    {func(s *catalog.Stream, seq uint64) { s.Trim(seq) }, ""},
		"no view":   {func(s *catalog.Stream, _ uint64) { s.View = "" }, `has the view ""`},
		"no slots":  {func(s *catalog.Stream, _ uint64) { s.Shards[2].Slot = s.Shards[2].End }, "of the slots [4, 4)"},
		"slots":     {func(s *catalog.Stream, _ uint64) { s.Shards[1].End = 17 }, "of the slots [8, 17)"},
		"backwards": {func(s *catalog.Stream, _ uint64) { s.Shards[0].To = s.Shards[0].From }, "and the sequences ["},
		"one ID":    {func(s *catalog.Stream, _ uint64) { s.Shards[2].ID = s.Shards[1].ID }, "has two shards shardId-"},
		"closed":    {func(s *catalog.Stream, _ uint64) { s.Shards[2].Closed = noon }, "which is both open and closed"},
		"no parent": {func(s *catalog.Stream, _ uint64) { s.Shards[2].Parent = "x" }, "whose parent x is gone and has not been trimmed"},
		"late":      {func(s *catalog.Stream, _ uint64) { s.Shards[2].Parent = "" }, "has no parent and does not begin with the stream"},
		"aunt":      {func(s *catalog.Stream, _ uint64) { s.Shards[2].Parent = s.Shards[1].ID }, "does not follow on its parent"},
		"a gap":     {func(s *catalog.Stream, _ uint64) { s.Shards[2].From++ }, "does not begin where the one before it in slot 0 ends"},
		"twice":     {func(s *catalog.Stream, _ uint64) { s.Shards[3].Slot-- }, "does not begin where the one before it in slot 3 ends"},
		"nowhere":   {func(s *catalog.Stream, _ uint64) { s.Shards = s.Shards[:3] }, "has no open shard of slot 7"},
		"not ended": {func(s *catalog.Stream, _ uint64) { s.Ended = noon }, "has ended and has an open shard of slot 15"},
		"ended":     {func(s *catalog.Stream, _ uint64) { s.Ended = noon }, "has ended, the table records changes in it"},
		"label":     {func(s *catalog.Stream, _ uint64) { s.Label = "x" }, `has another table, label, view or key than table "music" says`},
		"key":       {func(s *catalog.Stream, _ uint64) { s.Key = s.Key[:1] }, `has another table, label, view or key than table "music" says`},
		"table":     {func(s *catalog.Stream, _ uint64) { s.TableID[0]++ }, "is on, which the table does not know"},
	} {
		t.Run(name, func(t *testing.T) {
			e := openEngine(t, vfs.NewMem())
			c := open(t, e)
			streamed := table("music")
			streamed.Provisioned.Write = 2000 // two shards, of eight slots
			streamed.Stream = &catalog.TableStream{View: catalog.ViewKeys, On: true}
			music, err := c.Create(ctx, streamed)
			if err != nil {
				t.Fatal(err)
			}
			mustChange(t, c, music.Stream.ID, func(s *catalog.Stream, seq uint64) { s.Replace(s.Shards[0].ID, true, seq, noon) })
			mustChange(t, c, music.Stream.ID, test.harm)
			problems := verify(t, e)
			if test.want == "" && problems != "" || !strings.Contains(problems, test.want) {
				t.Errorf("found %q, want %q", problems, test.want)
			}
		})
	}
}

// TestVerifyStreamsTogether holds that what does not fit together is found.
func TestVerifyStreamsTogether(t *testing.T) {
	for name, test := range map[string]struct {
		harm func(t *testing.T, c *catalog.Catalog, e engine.Engine, s *catalog.Stream)
		want string
	}{
		"nothing": {func(*testing.T, *catalog.Catalog, engine.Engine, *catalog.Stream) {}, ""},
		"not begun": {func(t *testing.T, c *catalog.Catalog, _ engine.Engine, _ *catalog.Stream) {
			switchStream(t, c, "music", false)
			switchOn(t, c, "music")
		}, ""},
		"no shards": {func(t *testing.T, c *catalog.Catalog, _ engine.Engine, s *catalog.Stream) {
			mustChange(t, c, s.ID, func(s *catalog.Stream, seq uint64) { s.Shards, s.Trimmed = nil, seq })
		}, "is on and has no open shard of slot 0"},
		"no stream": {func(t *testing.T, c *catalog.Catalog, _ engine.Engine, s *catalog.Stream) {
			if err := c.RemoveStream(ctx, s.ID); err != nil {
				t.Fatal(err)
			}
		}, "which does not exist"},
		"on again": {func(t *testing.T, c *catalog.Catalog, _ engine.Engine, s *catalog.Stream) {
			switchStream(t, c, "music", false)
			mustChange(t, c, s.ID, func(s *catalog.Stream, _ uint64) {
				s.Ended, s.Shards[0].To, s.Shards[0].Closed = time.Time{}, 0, time.Time{}
			})
		}, "is on, which the table does not know"},
		"one label": {func(t *testing.T, c *catalog.Catalog, _ engine.Engine, s *catalog.Stream) {
			switchStream(t, c, "music", false)
			young := switchStream(t, c, "music", true)
			mustChange(t, c, young.Stream.ID, func(now *catalog.Stream, _ uint64) { now.Label = s.Label })
		}, "has the label of stream"},
		"another key": {func(t *testing.T, _ *catalog.Catalog, e engine.Engine, s *catalog.Stream) {
			move(t, e, keyspace.Stream(s.ID), keyspace.Stream(keyspace.StreamID{1}))
		}, "is stored under"},
		"torn": {func(t *testing.T, _ *catalog.Catalog, e engine.Engine, _ *catalog.Stream) {
			write(t, e, keyspace.Stream(keyspace.StreamID{1}), []byte{1, 2})
		}, "unknown version"},
		"no JSON": {func(t *testing.T, _ *catalog.Catalog, e engine.Engine, _ *catalog.Stream) {
			write(t, e, keyspace.Stream(keyspace.StreamID{1}), []byte("\x01\x00\x00\x00\x00\x00\x00\x00\x01{"))
		}, "unexpected end of JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			e := openEngine(t, vfs.NewMem())
			c := open(t, e)
			music := createStreamed(t, c, "music")
			test.harm(t, c, e, c.StreamOf(music.Stream.ID))
			problems := verify(t, e)
			if test.want == "" && problems != "" || !strings.Contains(problems, test.want) {
				t.Errorf("found %q, want %q", problems, test.want)
			}
		})
	}
}

// write stores value under key.
func write(t *testing.T, e engine.Engine, key, value []byte) {
	t.Helper()
	_, err := e.Update(ctx, engine.TxnOpt{Locks: [][]byte{key}, Wait: time.Second}, func(txn engine.Txn) error {
		txn.Set(key, value)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// move stores under the key to what is stored under from.
func move(t *testing.T, e engine.Engine, from, to []byte) {
	t.Helper()
	_, err := e.Update(ctx, engine.TxnOpt{Locks: [][]byte{from, to}, Wait: time.Second}, func(txn engine.Txn) error {
		var v engine.Value
		if err := txn.Get(ctx, from, &v); err != nil {
			return err
		}
		defer v.Release()
		txn.Set(to, v.B)
		txn.Delete(from)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
