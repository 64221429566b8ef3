package store_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/store"
	"github.com/statordb/stator/internal/stream"
)

// archive is tables of albums with streams, one for each of the views it is opened with; no view is a table
// without a stream.
type archive struct {
	tb
	engine  *pebble.Engine
	catalog *catalog.Catalog
	store   *store.Store
	log     *stream.Log
	tables  []*catalog.Table
	now     time.Time
}

var archiveIDs atomic.Uint64

// openArchive opens the archive that fs holds, or makes it.
func openArchive(t tb, fs vfs.FS, views ...string) *archive {
	t.Helper()
	a := &archive{tb: t, now: noon}
	var err error
	a.engine, err = pebble.Open(pebble.Options{Dir: "data", FS: fs, Logger: slog.New(slog.DiscardHandler)})
	a.must(err)
	now := func() time.Time { return a.now }
	a.catalog, err = catalog.Open(context.Background(), a.engine, catalog.Options{Now: now, NewID: func() (id keyspace.TableID) {
		binary.BigEndian.PutUint64(id[8:], archiveIDs.Add(1))
		return id
	}})
	a.must(err)
	a.store = store.New(a.engine, store.WithClock(now))
	a.log = stream.New(a.engine, a.catalog)
	for i, view := range views {
		name := fmt.Sprintf("music-%d", i)
		table := a.catalog.Table(name)
		if table == nil {
			described := catalog.Table{Name: name, Attributes: music.Attributes, Key: music.Key}
			described.Billing.OnDemand = true
			if view != "" {
				described.Stream = &catalog.TableStream{View: view, On: true}
			}
			table, err = a.catalog.Create(context.Background(), described)
			a.must(err)
		}
		a.tables = append(a.tables, table)
	}
	return a
}

func (a *archive) close() { closeEngine(a, a.engine) }

func (a *archive) must(err error) {
	a.Helper()
	if err != nil {
		a.Fatal(err)
	}
}

// put is the write that puts an album into table i.
func (a *archive) put(i, n int, title string) store.Write {
	return store.Write{Table: a.tables[i], Key: key(n), Change: store.Put(album(n, title))}
}

// remove is the write that deletes an album.
func (a *archive) remove(i, n int) store.Write {
	return store.Write{Table: a.tables[i], Key: key(n), Change: store.Delete{}}
}

// streamOf returns the stream of table i.
func (a *archive) streamOf(i int) *catalog.Stream {
	return a.catalog.StreamOf(a.catalog.Table(a.tables[i].Name).Log().ID)
}

// replace closes an open shard of table i, the one that pick chooses of so many.
func (a *archive) replace(i int, split bool, pick func(shards int) int) error {
	_, err := a.catalog.ChangeStream(context.Background(), a.streamOf(i).ID, func(s *catalog.Stream, seq uint64) {
		var open []string
		for _, sh := range s.Shards {
			if sh.Open() {
				open = append(open, sh.ID)
			}
		}
		s.Replace(open[pick(len(open))], split, seq, a.now)
	})
	return err
}

// follower reads the stream of a table, parents before children.
type follower struct {
	*archive
	table int
	next  map[string]stream.Position
	ended map[string]bool
	got   []seen
}

// seen is a record as a follower has read it.
type seen struct {
	shard    string
	at       stream.Position
	event    stream.Event
	service  bool
	created  time.Time
	album    int
	old, new attr.Item
	id       [16]byte
}

// String shows what happened, without what differs from run to run.
func (s seen) String() string {
	text := fmt.Sprintf("%s %d", s.event, s.album)
	if s.old != nil {
		text += fmt.Sprintf(" %s", s.old.Get("title").Bytes())
	}
	if s.new != nil {
		text += fmt.Sprintf(" > %s", s.new.Get("title").Bytes())
	}
	if s.service {
		text += " by the service"
	}
	return text
}

func (a *archive) follow(table int) *follower {
	return &follower{archive: a, table: table, next: map[string]stream.Position{}, ended: map[string]bool{}}
}

// readable returns the shards that may be read now.
func (f *follower) readable() (shards []string) {
	for _, sh := range f.streamOf(f.table).Shards {
		if !f.ended[sh.ID] && (sh.Parent == "" || f.ended[sh.Parent]) {
			shards = append(shards, sh.ID)
		}
	}
	return shards
}

// page reads a page of at most limit records and reports whether there may be more.
func (f *follower) page(shard string, limit int) (more bool, err error) {
	n := 0
	page, err := f.log.Read(context.Background(), f.streamOf(f.table), shard, f.next[shard], limit, func(r *stream.Record) error {
		n++
		f.got = append(f.got, seen{
			shard, r.Position, r.Event, r.Service, r.Created, albumNumber(r.Keys), slices.Clone(r.Old), slices.Clone(r.New), r.ID,
		})
		return nil
	})
	f.next[shard], f.ended[shard] = page.Next, page.End
	return n == limit && n > 0 || page.End, err
}

// drain reads all that there is, in pages of so many records.
func (f *follower) drain(limit func() int) error {
	for more := true; more; {
		more = false
		for _, shard := range f.readable() {
			again, err := f.page(shard, limit())
			if err != nil {
				return err
			}
			more = more || again
		}
	}
	return nil
}

// albumNumber returns the number of the album that has the key attributes of it.
func albumNumber(it attr.Item) (n int) {
	var year int
	_, err := fmt.Sscanf(string(it.Get("artist").Bytes()), "artist %d", &n)
	if err == nil {
		_, err = fmt.Sscan(string(it.Get("year").Number().AppendText(nil)), &year)
	}
	if err != nil {
		panic(err)
	}
	return 2*n + year - 1990
}

// judge says what is wrong with the order and the places of what was read.
func (f *follower) judge() error {
	s := f.streamOf(f.table)
	last := map[string]stream.Position{}
	items := map[int]stream.Position{}
	found := map[stream.Position]bool{}
	ids := map[[16]byte]bool{}
	for _, r := range f.got {
		sh := s.Shard(r.shard)
		switch {
		case found[r.at] || ids[r.id]:
			return fmt.Errorf("%s at %s was read twice", r, r.at)
		case sh == nil || !sh.Has(keyspace.Slot(key(r.album).Partition), r.at.Seq):
			return fmt.Errorf("%s at %s was read in the shard %+v", r, r.at, sh)
		case r.at.Compare(last[r.shard]) <= 0:
			return fmt.Errorf("%s at %s was read behind %s", r, r.at, last[r.shard])
		case r.at.Compare(items[r.album]) <= 0:
			return fmt.Errorf("%s at %s was read behind a change of the album at %s", r, r.at, items[r.album])
		}
		found[r.at], ids[r.id], last[r.shard], items[r.album] = true, true, r.at, r.at
	}
	return nil
}
