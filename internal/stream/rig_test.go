package stream_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/stream"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// rig is a table with a stream, whose records are written one by one.
type rig struct {
	testing.TB
	engine  *pebble.Engine
	catalog *catalog.Catalog
	table   *catalog.Table
	log     *stream.Log
	now     time.Time
}

// newRig makes a table whose stream has a view. It is on demand: the stream begins with four shards.
func newRig(t testing.TB, view string) *rig {
	t.Helper()
	r := &rig{TB: t, now: noon}
	var err error
	r.engine, err = pebble.Open(pebble.Options{Dir: "data", FS: vfs.NewMem(), Logger: slog.New(slog.DiscardHandler)})
	r.must(err)
	t.Cleanup(func() { r.must(r.engine.Close()) })
	var ids uint64
	newID := func() (id keyspace.TableID) {
		ids++
		binary.BigEndian.PutUint64(id[8:], ids)
		return id
	}
	r.catalog, err = catalog.Open(context.Background(), r.engine, catalog.Options{Now: func() time.Time { return r.now }, NewID: newID})
	r.must(err)
	described := catalog.Table{
		Name:       "music",
		Attributes: []catalog.Attribute{{Name: "year", Type: attr.N}, {Name: "artist", Type: attr.S}},
		Key:        []string{"year", "artist"}, // not in the order of their names
		Stream:     &catalog.TableStream{View: view, On: true},
	}
	described.Billing.OnDemand = true
	r.table, err = r.catalog.Create(context.Background(), described)
	r.must(err)
	r.log = stream.New(r.engine, r.catalog)
	return r
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *rig) stream() *catalog.Stream { return r.catalog.StreamOf(r.table.Log().ID) }

// shardOf returns the open shard that album n is in.
func (r *rig) shardOf(n int) *catalog.Shard {
	s := r.stream()
	for i := range s.Shards {
		if sh := &s.Shards[i]; sh.Open() && sh.Has(keyspace.Slot(year(n)), sh.From) {
			return sh
		}
	}
	r.Fatalf("album %d is in no open shard", n)
	return nil
}

// replace closes the open shard called id, and opens children of it.
func (r *rig) replace(id string, split bool) {
	r.Helper()
	r.must(r.change(id, split))
}

// change is replace for goroutines that are not that of the test.
func (r *rig) change(id string, split bool) error {
	_, err := r.catalog.ChangeStream(context.Background(), r.stream().ID, func(s *catalog.Stream, seq uint64) {
		s.Replace(id, split, seq, r.now)
	})
	return err
}

// trim removes the records below seq.
func (r *rig) trim(seq uint64) {
	r.Helper()
	s, err := r.catalog.ChangeStream(context.Background(), r.stream().ID, func(s *catalog.Stream, _ uint64) { s.Trim(seq) })
	r.must(err)
	r.must(r.log.Trim(context.Background(), s, seq))
}

// year is the partition key of album n.
func year(n int) []byte {
	number, fault := attr.ParseNumber(nil, fmt.Append(nil, n))
	if fault != attr.NumberFine {
		panic(fault.String())
	}
	return number
}

// album is an item: the nth album with a title.
func album(n int, title string) attr.Item {
	var b attr.Builder
	b.Open(nil)
	it := b.Field(nil, []byte("artist"), attr.AppendS(nil, "Miles"))
	it = b.Field(it, []byte("title"), attr.AppendS(nil, title))
	it = b.Field(it, []byte("year"), attr.AppendN(nil, year(n)))
	return b.CloseItem(it)
}

func change(before, after attr.Item, at time.Time) *stream.Change {
	return &stream.Change{Old: before, New: after, OldSize: before.Size(), NewSize: after.Size(), At: at}
}

// insert records, in one transaction, that albums are new, and returns its sequence.
func (r *rig) insert(albums ...int) uint64 {
	r.Helper()
	seq, err := r.record(albums...)
	r.must(err)
	return seq
}

// record is insert for goroutines that are not that of the test.
func (r *rig) record(albums ...int) (seq uint64, err error) {
	return r.engine.Update(context.Background(), engine.TxnOpt{Seq: true}, func(txn engine.Txn) error {
		for i, n := range albums {
			stream.Append(txn, r.table, year(n), txn.Seq(), uint16(i), change(nil, album(n, "a title"), r.now))
		}
		return nil
	})
}

// read reads a page of the albums of a shard.
func (r *rig) read(shard string, from stream.Position, limit int) ([]int, stream.Page, error) {
	r.Helper()
	var albums []int
	page, err := r.log.Read(context.Background(), r.stream(), shard, from, limit, func(rec *stream.Record) error {
		albums = append(albums, albumOf(rec.Keys))
		return nil
	})
	return albums, page, err
}

// albumOf returns the number of an album.
func albumOf(it attr.Item) (n int) {
	if _, err := fmt.Sscan(string(it.Get("year").Number().AppendText(nil)), &n); err != nil {
		panic(err)
	}
	return n
}

// albumsIn returns some albums that are in the slots of a shard.
func albumsIn(sh *catalog.Shard, howMany int) (albums []int) {
	for n := 0; len(albums) < howMany; n++ {
		if slot := keyspace.Slot(year(n)); sh.Slot <= slot && slot < sh.End {
			albums = append(albums, n)
		}
	}
	return albums
}

func wantAlbums(t testing.TB, got, want []int) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got albums %d, want %d", got, want)
	}
}
