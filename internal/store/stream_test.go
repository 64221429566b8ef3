package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/store"
)

// TestRecords holds which writes are recorded: those that change an item, and no others.
func TestRecords(t *testing.T) {
	a := openArchive(t, vfs.NewMem(), catalog.ViewNewOld, catalog.ViewNewOld, "")
	defer a.close()
	f, g := a.follow(0), a.follow(1)
	service := a.remove(0, 1)
	service.Service = true
	for _, c := range []struct {
		name   string
		writes []store.Write
		want   []string // of the first table
		second []string
	}{
		{"a new item", []store.Write{a.put(0, 1, "a")}, []string{"INSERT 1 > a"}, nil},
		{"the same once more", []store.Write{a.put(0, 1, "a")}, nil, nil},
		{"another", []store.Write{a.put(0, 1, "b")}, []string{"MODIFY 1 a > b"}, nil},
		{"a condition", []store.Write{{Table: a.tables[0], Key: key(1), If: titled("b"), Change: store.Keep{}}}, nil, nil},
		{"one that does not hold", []store.Write{{Table: a.tables[0], Key: key(1), If: titled("x"), Change: store.Delete{}}}, nil, nil},
		{"a deletion", []store.Write{a.remove(0, 1)}, []string{"REMOVE 1 b"}, nil},
		{"of nothing", []store.Write{a.remove(0, 1)}, nil, nil},
		{"without a stream", []store.Write{a.put(2, 1, "a")}, nil, nil},
		{
			"several in one",
			[]store.Write{a.put(0, 1, "a"), a.put(2, 1, "b"), a.put(1, 1, "c"), a.remove(1, 2), a.put(0, 3, "d")},
			[]string{"INSERT 1 > a", "INSERT 3 > d"},
			[]string{"INSERT 1 > c"},
		},
		{"of which one is refused", []store.Write{a.put(0, 1, "x"), {Table: a.tables[0], Key: key(5), If: titled("x"), Change: store.Delete{}}}, nil, nil},
		{"by the service", []store.Write{service}, []string{"REMOVE 1 a by the service"}, nil},
	} {
		a.now = a.now.Add(time.Second)
		_, err := transact(a.store, nil, c.writes...)
		if err != nil && !errors.Is(err, store.ErrRefused) {
			t.Fatal(err)
		}
		for _, f := range []*follower{f, g} {
			f.got = nil
			a.must(f.drain(func() int { return 0 }))
			slices.SortFunc(f.got, func(a, b seen) int { return a.at.Compare(b.at) })
			var got []string
			for _, r := range f.got {
				got = append(got, r.String())
				if !r.created.Equal(a.now) {
					t.Errorf("%s: %s was recorded at %s, not %s", c.name, r, r.created, a.now)
				}
			}
			if want := [][]string{c.want, c.second}[f.table]; !slices.Equal(got, want) {
				t.Errorf("%s: table %d has %q, want %q", c.name, f.table, got, want)
			}
		}
	}
	if problems := verify(t, a.engine); len(problems) > 0 {
		t.Errorf("the store has problems: %q", problems)
	}
}

// TestNoSequences holds that writes that are not recorded take no sequences: each of them would hold
// readers of all streams back until it has ended.
func TestNoSequences(t *testing.T) {
	a := openArchive(t, vfs.NewMem(), catalog.ViewNewOld, "")
	defer a.close()
	mustApply(t, a.store, a.put(0, 1, "a"))
	before, err := a.log.Latest(t.Context())
	a.must(err)
	mustApply(t, a.store, a.put(0, 1, "a"))
	mustApply(t, a.store, a.remove(0, 2))
	mustApply(t, a.store, store.Write{Table: a.tables[0], Key: key(1), Change: store.Keep{}})
	mustApply(t, a.store, a.put(1, 1, "a"))
	mustApply(t, a.store, a.put(1, 1, "b"))
	after, err := a.log.Latest(t.Context())
	a.must(err)
	if after.Seq != before.Seq+1 {
		t.Errorf("%d sequences were taken", after.Seq-before.Seq-1)
	}
}

// TestRecorded holds that the records of each slot are counted, of the stream that the table has now.
func TestRecorded(t *testing.T) {
	a := openArchive(t, vfs.NewMem(), catalog.ViewKeys)
	defer a.close()
	sum := func(s *catalog.Stream) (n uint64) {
		for _, of := range a.store.Recorded(s) {
			n += of
		}
		return n
	}
	first := a.streamOf(0)
	if got := sum(first); got != 0 {
		t.Errorf("%d records are counted of a stream that has none", got)
	}
	stale := a.put(0, 7, "x")
	for n := range 20 {
		mustApply(t, a.store, a.put(0, n, "a"))
		mustApply(t, a.store, a.put(0, n, "a"))
	}
	if got := sum(first); got != 20 {
		t.Errorf("%d records are counted, want 20", got)
	}
	for _, on := range []bool{false, true} {
		_, err := a.catalog.Update(t.Context(), a.tables[0].Name, func(t *catalog.Table) error {
			t.Stream = &catalog.TableStream{ID: t.Stream.ID, Label: t.Stream.Label, View: catalog.ViewKeys, On: on}
			return nil
		})
		a.must(err)
	}
	mustApply(t, a.store, stale) // a description that is not the latest is looked at again
	if got := sum(a.streamOf(0)); got != 1 {
		t.Errorf("%d records are counted of the second stream, want 1", got)
	}
	if got := sum(first); got != 0 {
		t.Errorf("%d records are counted of a stream that has ended", got)
	}
	if got := a.store.Records(); got != 21 {
		t.Errorf("%d records are counted in all, want 21", got)
	}
}

// TestVerifyRecords holds that Verify finds what is wrong with the logs.
func TestVerifyRecords(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func(key, value []byte) ([]byte, []byte)
		want   string
	}{
		{"nothing", func(key, value []byte) ([]byte, []byte) { return key, value }, ""},
		{"another slot", func(key, value []byte) ([]byte, []byte) { key[17] ^= 1; return key, value }, "record lies in slot"},
		{"no slot", func(key, value []byte) ([]byte, []byte) { key[17] = 16; return key, value }, "key is cut short or malformed"},
		{"another stream", func(key, value []byte) ([]byte, []byte) { key[1] ^= 1; return key, value }, "which does not exist"},
		{"cut short", func(key, value []byte) ([]byte, []byte) { return key, value[:len(value)-1] }, "record is cut short or malformed"},
		{"older than the stream", func(key, value []byte) ([]byte, []byte) { clear(key[18:26]); return key, value }, "record is older than its stream"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := openArchive(t, vfs.NewMem(), catalog.ViewNewOld)
			defer a.close()
			mustApply(t, a.store, a.put(0, 1, "a"))
			lo, hi := a.streamOf(0).ID.Log()
			key, value := a.only(engine.Range{Lo: lo, Hi: hi})
			_, err := a.engine.Update(t.Context(), engine.TxnOpt{}, func(txn engine.Txn) error {
				txn.Delete(key)
				txn.Set(c.damage(slices.Clone(key), slices.Clone(value)))
				return nil
			})
			a.must(err)
			problems := verify(t, a.engine)
			if c.want == "" && len(problems) > 0 || c.want != "" && (len(problems) != 1 || !strings.Contains(problems[0], c.want)) {
				t.Errorf("got %q, want %q", problems, c.want)
			}
		})
	}
}

// only returns the only entry of r.
func (a *archive) only(r engine.Range) (key, value []byte) {
	reader, err := a.engine.Read(context.Background(), engine.Strong)
	a.must(err)
	cursor := reader.Scan(context.Background(), r, engine.ScanOpt{})
	if !cursor.Next() {
		a.Fatal("there is nothing")
	}
	key, value = slices.Clone(cursor.Key()), slices.Clone(cursor.Value())
	a.must(cursor.Close())
	return key, value
}
