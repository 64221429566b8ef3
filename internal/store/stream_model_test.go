package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine/faulty"
	"github.com/statordb/stator/internal/store"
)

var allViews = []string{catalog.ViewKeys, catalog.ViewNew, catalog.ViewOld, catalog.ViewNewOld}

// streamModel is an archive beside what its albums should be and what its streams should say.
type streamModel struct {
	fs        vfs.FS
	archive   *archive
	titles    []map[int]string // of each table
	want      []map[int][]string
	followers []*follower // two of each table
}

func newStreamModel(t tb) *streamModel {
	m := &streamModel{fs: vfs.NewMem()}
	m.open(t)
	for i := range allViews {
		m.titles = append(m.titles, map[int]string{})
		m.want = append(m.want, map[int][]string{})
		m.followers = append(m.followers, m.archive.follow(i), m.archive.follow(i))
	}
	return m
}

// open opens the archive. Bodies of transactions run twice, as after conflicts.
func (m *streamModel) open(t tb) {
	m.archive = openArchive(t, m.fs, allViews...)
	m.archive.store = store.New(faulty.Wrap(m.archive.engine, faulty.Plan{Twice: true}))
}

// changes notes that an album gets a title, or goes if that is empty.
func (m *streamModel) changes(table, n int, title string) {
	was := m.titles[table][n]
	if was == title {
		return
	}
	said := fmt.Sprintf("MODIFY %d", n)
	switch "" {
	case was:
		said = fmt.Sprintf("INSERT %d", n)
	case title:
		said = fmt.Sprintf("REMOVE %d", n)
	}
	view := allViews[table]
	if was != "" && (view == catalog.ViewOld || view == catalog.ViewNewOld) {
		said += " " + was
	}
	if title != "" && (view == catalog.ViewNew || view == catalog.ViewNewOld) {
		said += " > " + title
	}
	m.want[table][n] = append(m.want[table][n], said)
	m.titles[table][n] = title
}

// drawWrite draws a write of an album, and returns what becomes of its title.
func (m *streamModel) drawWrite(rt *rapid.T, table, n int) (store.Write, string) {
	title := rapid.SampledFrom([]string{"", "a", "b", "a longer title"}).Draw(rt, "title")
	if title == "" {
		return m.archive.remove(table, n), ""
	}
	return m.archive.put(table, n, title), title
}

// judge compares what followers have read with what they should have.
func (m *streamModel) judge() error {
	for _, f := range m.followers {
		if err := f.judge(); err != nil {
			return err
		}
		got := map[int][]string{}
		for _, r := range f.got {
			got[r.album] = append(got[r.album], r.String())
		}
		for n := range modelAlbums {
			if want := m.want[f.table][n]; !slices.Equal(got[n], want) {
				return fmt.Errorf("table %d says %q of album %d, should say %q", f.table, got[n], n, want)
			}
		}
	}
	return nil
}

// TestStreamModel compares streams with a model, under random writes and transactions, while readers read
// pages of all sizes, shards are replaced, and the store is closed and opened.
func TestStreamModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newStreamModel(rt)
		defer func() { m.archive.close() }()
		anyAlbum, anyTable := rapid.IntRange(0, modelAlbums-1), rapid.IntRange(0, len(allViews)-1)
		rt.Repeat(map[string]func(*rapid.T){
			"write": func(rt *rapid.T) {
				table, n := anyTable.Draw(rt, "table"), anyAlbum.Draw(rt, "album")
				w, title := m.drawWrite(rt, table, n)
				mustApply(rt, m.archive.store, w)
				m.changes(table, n, title)
			},
			"transaction": func(rt *rapid.T) {
				var ws []store.Write
				var changes []func()
				for table := range allViews {
					for _, n := range rapid.SliceOfNDistinct(anyAlbum, 0, 3, rapid.ID).Draw(rt, "albums") {
						w, title := m.drawWrite(rt, table, n)
						ws, changes = append(ws, w), append(changes, func() { m.changes(table, n, title) })
					}
				}
				if len(ws) > 0 && rapid.IntRange(0, 3).Draw(rt, "refused") == 0 {
					ws[len(ws)-1].If, changes = titled("no title"), nil
				}
				if _, err := transact(m.archive.store, nil, ws...); err != nil && !errors.Is(err, store.ErrRefused) {
					rt.Fatal(err)
				}
				for _, change := range changes {
					change()
				}
			},
			"read": func(rt *rapid.T) {
				f := rapid.SampledFrom(m.followers).Draw(rt, "follower")
				shard := rapid.SampledFrom(f.readable()).Draw(rt, "shard")
				if _, err := f.page(shard, rapid.IntRange(1, 5).Draw(rt, "limit")); err != nil {
					rt.Fatal(err)
				}
			},
			"replace": func(rt *rapid.T) {
				pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "shard") }
				if err := m.archive.replace(anyTable.Draw(rt, "table"), rapid.Bool().Draw(rt, "split"), pick); err != nil {
					rt.Fatal(err)
				}
			},
			"restart": func(rt *rapid.T) {
				m.archive.close()
				m.open(rt)
				for _, f := range m.followers {
					f.archive = m.archive
				}
			},
		})
		for _, f := range m.followers {
			m.archive.must(f.drain(func() int { return 3 }))
		}
		m.archive.must(m.judge())
	})
}

// TestStreamRace holds that streams are exact while clients write, one by one and in transactions over two
// tables, shards are replaced, and several readers follow.
func TestStreamRace(t *testing.T) {
	const clients, albums, replacements = 4, 40, 40
	const writes = 300 // of each client
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	a := openArchive(t, vfs.NewMem(), catalog.ViewNewOld, catalog.ViewNewOld)
	defer a.close()
	var changes [2]atomic.Int64
	client := func(c int) error {
		random := rand.New(rand.NewPCG(seed, uint64(c)))
		for i := range writes {
			title := fmt.Sprintf("%d of %d", i, c)
			ws := []store.Write{a.put(0, random.IntN(albums), title), a.put(1, random.IntN(albums), title)}
			switch random.IntN(4) {
			case 0:
				ws = []store.Write{a.remove(0, random.IntN(albums))}
			case 1:
				ws = ws[random.IntN(2):][:1]
			}
			var buf []byte
			rs := make([]store.Result, len(ws))
			if err := a.store.Apply(context.Background(), ws, rs, &buf); err != nil {
				return err
			}
			for j := range rs {
				if rs[j].Existed || rs[j].New != nil {
					at := 0
					if ws[j].Table == a.tables[1] {
						at = 1
					}
					changes[at].Add(1)
				}
			}
		}
		return nil
	}
	followers := []*follower{a.follow(0), a.follow(0), a.follow(1)}
	var writing, all sync.WaitGroup
	var done atomic.Bool
	for c := range clients {
		writing.Go(func() {
			if err := client(c); err != nil {
				t.Error(err)
			}
		})
	}
	all.Go(func() {
		random := rand.New(rand.NewPCG(seed, clients))
		for range replacements {
			if err := a.replace(random.IntN(2), random.IntN(2) == 0, random.IntN); err != nil {
				t.Error(err)
			}
		}
		writing.Wait()
		done.Store(true)
	})
	for i, f := range followers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(clients+1+i)))
			for last := false; !last; {
				last = done.Load() // what there is now is read in this round
				if err := f.drain(func() int { return 1 + random.IntN(30) }); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	for _, f := range followers {
		if err := f.judge(); err != nil {
			t.Error(err)
		}
		if got, want := len(f.got), changes[f.table].Load(); got != int(want) {
			t.Errorf("table %d has %d records of %d changes", f.table, got, want)
		}
		if err := f.chain(albums); err != nil {
			t.Error(err)
		}
	}
	if problems := verify(t, a.engine); len(problems) > 0 {
		t.Errorf("the store has problems: %q", problems)
	}
}

// chain says where the images that were read do not follow one from the other, or do not lead to what the
// table has now.
func (f *follower) chain(albums int) error {
	now := map[int]attr.Item{}
	for _, r := range f.got {
		if !now[r.album].Equal(r.old) {
			return fmt.Errorf("%s at %s follows on %s", r, r.at, now[r.album].AppendJSON(nil))
		}
		now[r.album] = r.new
	}
	for n := range albums {
		var buf []byte
		it, _, err := f.store.Get(context.Background(), f.tables[f.table], key(n), true, &buf)
		if err != nil {
			return err
		}
		if !it.Equal(now[n]) {
			return fmt.Errorf("album %d is %s, its records lead to %s", n, it.AppendJSON(nil), now[n].AppendJSON(nil))
		}
	}
	return nil
}
