package store_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/store"
)

// music is a table with both key attributes.
var music = &catalog.Table{
	ID:         keyspace.TableID{1},
	Name:       "music",
	Attributes: []catalog.Attribute{{Name: "artist", Type: attr.S}, {Name: "year", Type: attr.N}},
	Key:        []string{"artist", "year"},
}

// tb is what the helpers below need of a test: rapid has tests of its own.
type tb interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// open returns a store on what fs holds, and its engine.
func open(t tb, fs vfs.FS) (*store.Store, *pebble.Engine) {
	t.Helper()
	e, err := pebble.Open(pebble.Options{Dir: "data", FS: fs, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return store.New(e), e
}

func closeEngine(t tb, e *pebble.Engine) {
	t.Helper()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// key is the key of the nth album: two of every artist.
func key(n int) store.Key {
	year, fault := attr.ParseNumber(nil, fmt.Appendf(nil, "%d", 1990+n%2))
	if fault != attr.NumberFine {
		panic(fault.String())
	}
	return store.Key{Partition: fmt.Appendf(nil, "artist %d", n/2), Sort: year}
}

// album is the item under key(n) with a title.
func album(n int, title string) attr.Item {
	k := key(n)
	var b attr.Builder
	b.Open(nil)
	out := b.Field(nil, []byte("artist"), attr.AppendS(nil, k.Partition))
	out = b.Field(out, []byte("title"), attr.AppendS(nil, title))
	out = b.Field(out, []byte("year"), attr.AppendN(nil, k.Sort))
	return attr.Item(b.CloseItem(out))
}

// apply makes one write.
func apply(s *store.Store, w store.Write) (store.Result, error) {
	var buf []byte
	rs := make([]store.Result, 1)
	err := s.Apply(context.Background(), []store.Write{w}, rs, &buf)
	return rs[0], err
}

// mustApply makes one write that succeeds.
func mustApply(t tb, s *store.Store, w store.Write) store.Result {
	t.Helper()
	r, err := apply(s, w)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// get reads the item under key(n).
func get(t tb, s *store.Store, n int) attr.Item {
	t.Helper()
	var buf []byte
	it, size, err := s.Get(context.Background(), music, key(n), true, &buf)
	if err != nil {
		t.Fatal(err)
	}
	if size != it.Size() {
		t.Fatalf("album %d: size %d, should be %d", n, size, it.Size())
	}
	return it
}

// checkAgainst compares all that the store holds with what it should hold.
func checkAgainst(t tb, s *store.Store, albums int, want map[int]attr.Item) {
	t.Helper()
	var figures store.Stats
	for n := range albums {
		if got := get(t, s, n); !got.Equal(want[n]) {
			t.Fatalf("album %d is %s, should be %s", n, got.AppendJSON(nil), want[n].AppendJSON(nil))
		}
		if want[n] != nil {
			figures.Items++
			figures.Bytes += int64(want[n].Size())
		}
	}
	got, err := s.Stats(context.Background(), music)
	if err != nil {
		t.Fatal(err)
	}
	if got != figures {
		t.Fatalf("figures are %+v, should be %+v", got, figures)
	}
}

// titled is a condition: the item exists and has the title.
type titled string

func (c titled) Match(it attr.Item) bool {
	v := it.Get("title")
	return v != nil && string(v.Bytes()) == string(c)
}

// TestRefused holds that a refused write says why, shows the item as it is, and changes nothing.
func TestRefused(t *testing.T) {
	s, e := open(t, vfs.NewMem())
	defer closeEngine(t, e)
	was := album(0, "Loveless")
	mustApply(t, s, store.Write{Table: music, Key: key(0), Change: store.Put(was)})
	r, err := apply(s, store.Write{
		Table: music, Key: key(0), If: titled("Isn't Anything"), Change: store.Delete{}, WantOld: true,
	})
	if err != store.ErrRefused || r.Err != store.ErrCondition { //nolint:errorlint // these very values
		t.Errorf("a condition that does not hold gives %v, %v", err, r.Err)
	}
	if !r.Existed || !r.Old.Equal(was) || r.OldSize != was.Size() {
		t.Errorf("the item as it is: %v %s of %d bytes", r.Existed, r.Old.AppendJSON(nil), r.OldSize)
	}
	checkAgainst(t, s, 2, map[int]attr.Item{0: was})
}

// TestNothingFromNothing holds that a change that makes no item of none writes nothing.
func TestNothingFromNothing(t *testing.T) {
	s, e := open(t, vfs.NewMem())
	defer closeEngine(t, e)
	r := mustApply(t, s, store.Write{Table: music, Key: key(0), Change: store.Delete{}})
	if r.Existed || r.New != nil || r.OldSize != 0 || r.NewSize != 0 {
		t.Errorf("%+v", r)
	}
	checkAgainst(t, s, 2, nil)
}

// TestDropped holds that a table whose space was given back takes no writes and keeps nothing.
func TestDropped(t *testing.T) {
	s, e := open(t, vfs.NewMem())
	defer closeEngine(t, e)
	mustApply(t, s, store.Write{Table: music, Key: key(0), Change: store.Put(album(0, "Loveless"))})
	if err := s.Erase(context.Background(), music.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := apply(s, store.Write{Table: music, Key: key(1), Change: store.Put(album(1, "Souvlaki"))}); err == nil {
		t.Error("a dropped table took a write")
	}
	for n := range 2 {
		if it := get(t, s, n); it != nil {
			t.Errorf("a dropped table holds %s", it.AppendJSON(nil))
		}
	}
}

// TestBorrowed holds that items a write returns stay what they are when the store goes on.
func TestBorrowed(t *testing.T) {
	s, e := open(t, vfs.NewMem())
	defer closeEngine(t, e)
	first := album(0, "Loveless")
	mustApply(t, s, store.Write{Table: music, Key: key(0), Change: store.Put(first)})
	r := mustApply(t, s, store.Write{Table: music, Key: key(0), Change: store.Put(album(0, "MBV")), WantOld: true})
	for range 100 {
		mustApply(t, s, store.Write{Table: music, Key: key(0), Change: store.Put(album(0, "Souvlaki Space Station"))})
	}
	if !bytes.Equal(r.Old, first) {
		t.Errorf("the old item became %s", r.Old.AppendJSON(nil))
	}
}
