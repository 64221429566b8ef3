package lifecycle_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

var quiet = slog.New(slog.DiscardHandler)

// begin begins to make the index called gsi on g, as UpdateTable does.
func (w *world) begin(t *testing.T, table *catalog.Table) {
	t.Helper()
	w.edit(t, table, func(t *catalog.Table) {
		if t.Attribute("g").Name == "" {
			t.Attributes = append(t.Attributes, catalog.Attribute{Name: "g", Type: attr.S})
		}
		t.AddIndex(catalog.Index{
			Name: "gsi", Hash: []string{"g"}, Projection: catalog.Projection{Type: catalog.ProjectAll}, State: catalog.IndexCreating,
		})
	})
}

// end begins to remove the index.
func (w *world) end(t *testing.T, table *catalog.Table) {
	t.Helper()
	w.edit(t, table, func(t *catalog.Table) {
		ix := t.Index("gsi")
		ix.State, ix.Filling = catalog.IndexDeleting, false
	})
}

func (w *world) edit(t *testing.T, table *catalog.Table, edit func(t *catalog.Table)) {
	t.Helper()
	if _, err := w.catalog.Update(t.Context(), table.Name, func(t *catalog.Table) error { edit(t); return nil }); err != nil {
		t.Fatal(err)
	}
}

// index is the index of table, or nil.
func (w *world) index(table *catalog.Table) *catalog.Index {
	return w.catalog.Table(table.Name).Index("gsi")
}

// settled reports whether there is nothing to do about indexes.
func (w *world) settled() bool { return len(w.catalog.Unfinished()) == 0 }

// check holds that the store is sound and that the index of table has the items of model that have g.
func (w *world) check(t *testing.T, table *catalog.Table, model map[string]attr.Item) {
	t.Helper()
	_, err := store.Verify(t.Context(), w.engine, func(problem string) { t.Error(problem) })
	if err != nil {
		t.Fatal(err)
	}
	var want store.Stats
	for _, it := range model {
		if it.Get("g") != nil {
			want.Items++
			want.Bytes += int64(it.Size())
		}
	}
	now := w.catalog.Table(table.Name)
	if ix := now.Index("gsi"); ix == nil || ix.State != catalog.IndexActive {
		t.Fatalf("the index is %+v", ix)
	}
	got, err := w.store.IndexStats(t.Context(), now, now.Index("gsi"))
	if err != nil || got != want {
		t.Errorf("the figures of the index are %+v (%v), want %+v", got, err, want)
	}
}

// writers are goroutines that write random items to a table until they are stopped. Each has keys of
// its own, so what they leave is known.
type writers struct {
	stop   context.CancelFunc
	wg     sync.WaitGroup
	models []map[string]attr.Item
}

const rowsEach = 300 // of each writer

func (w *world) write(t *testing.T, table *catalog.Table, n int) *writers {
	ctx, stop := context.WithCancel(t.Context())
	ws := &writers{stop: stop}
	for i := range n {
		model := map[string]attr.Item{}
		ws.models = append(ws.models, model)
		random := rand.New(rand.NewPCG(uint64(i), 0)) //nolint:gosec // a test
		for k := range rowsEach {                     // what is there before the index
			w.step(t, table, fmt.Sprintf("%d-%d", i, k), random, model)
		}
		ws.wg.Go(func() {
			for ctx.Err() == nil {
				w.step(t, table, fmt.Sprintf("%d-%d", i, random.IntN(rowsEach)), random, model)
			}
		})
	}
	return ws
}

// step puts or deletes the item under pk.
func (w *world) step(t *testing.T, table *catalog.Table, pk string, random *rand.Rand, model map[string]attr.Item) {
	var change store.Change = store.Delete{}
	delete(model, pk)
	if random.IntN(4) > 0 {
		model[pk] = item(pk, []string{"", "a", "b", "c"}[random.IntN(4)])
		change = store.Put(model[pk])
	}
	if err := w.apply(t.Context(), table, pk, change); err != nil {
		t.Error(err)
	}
}

// end stops the writers and returns what they have left.
func (ws *writers) end() map[string]attr.Item {
	ws.stop()
	ws.wg.Wait()
	all := map[string]attr.Item{}
	for _, m := range ws.models {
		for pk, it := range m {
			all[pk] = it
		}
	}
	return all
}

// An index that is made while many write is exact when it is active, and goes away without a trace.
func TestIndexUnderWrites(t *testing.T) {
	w := open(t, vfs.NewMem(), 0)
	defer w.close(t)
	table := w.create(t, "music")
	ws := w.write(t, table, 4)
	w.begin(t, table)
	w.until(t, quiet, w.settled)
	w.check(t, table, ws.end())

	ws = w.write(t, table, 2)
	id := w.index(table).ID
	w.end(t, table)
	w.until(t, quiet, w.settled)
	ws.end()
	if ix := w.index(table); ix != nil {
		t.Errorf("the index is %+v", ix)
	}
	if n := len(w.catalog.Table("music").Attributes); n != 1 {
		t.Errorf("%d attributes are defined", n)
	}
	if n := w.keysIn(t, func() (lo, hi []byte) { return table.ID.Index(id) }); n > 0 {
		t.Errorf("%d entries are left", n)
	}
	if _, err := store.Verify(t.Context(), w.engine, func(problem string) { t.Error(problem) }); err != nil {
		t.Error(err)
	}

	// The next one of the name is another one.
	ws = w.write(t, table, 2)
	w.begin(t, table)
	w.until(t, quiet, w.settled)
	ws.end()
	w.check(t, table, w.items(t, table))
}

// Wherever the power fails while an index is made, what is stored is sound, and the next process brings
// it to its end.
func TestIndexAfterCrash(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test
	fs := vfs.NewCrashableMem()
	w := open(t, fs, 0)
	defer w.close(t)
	table := w.create(t, "music")
	ws := w.write(t, table, 3)
	w.begin(t, table)
	var crashes []*vfs.MemFS
	crash := func() {
		crashes = append(crashes, fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: random}))
	}
	crash()
	looks, next := 0, 1
	sometimes := func() { // more and more rarely, so that a slow machine has not more crashes to look at
		if looks++; looks >= next {
			crash()
			next += 1 + looks/8
		}
	}
	w.until(t, quiet, func() bool { sometimes(); return w.settled() })
	crash()
	w.end(t, table)
	crash()
	looks, next = 0, 1
	w.until(t, quiet, func() bool { sometimes(); return w.settled() })
	crash()
	ws.end()
	for i, fs := range crashes {
		t.Run(fmt.Sprintf("crash %d", i), func(t *testing.T) {
			w := open(t, fs, 0)
			defer w.close(t)
			if _, err := store.Verify(t.Context(), w.engine, func(problem string) { t.Error("before: " + problem) }); err != nil {
				t.Fatal(err)
			}
			deleting := w.index(table) == nil || w.index(table).State == catalog.IndexDeleting
			w.until(t, quiet, w.settled)
			if deleting {
				if ix := w.index(table); ix != nil {
					t.Errorf("the index is %+v", ix)
				}
				w.begin(t, table)
				w.until(t, quiet, w.settled)
			}
			w.check(t, table, w.items(t, table))
		})
	}
}

// items reads all items of table.
func (w *world) items(t *testing.T, table *catalog.Table) map[string]attr.Item {
	t.Helper()
	all := map[string]attr.Item{}
	w.scan(t, table.ID.Rows, func(row []byte) {
		it, _, err := attr.ParseRow(row)
		if err != nil {
			t.Fatal(err)
		}
		all[string(it.Get("pk").Bytes())] = slices.Clone(it)
	})
	return all
}

// An index that is deleted while it is filled goes away as any other.
func TestIndexDeletedWhileFilled(t *testing.T) {
	w := open(t, vfs.NewMem(), 0)
	defer w.close(t)
	table := w.create(t, "music")
	w.write(t, table, 1).end()
	w.begin(t, table)
	once := false
	w.until(t, quiet, func() bool {
		if ix := w.index(table); !once && ix != nil && (ix.Filling || ix.State == catalog.IndexActive) {
			w.end(t, table)
			once = true
		}
		return once && w.settled()
	})
	if ix := w.index(table); ix != nil {
		t.Errorf("the index is %+v", ix)
	}
	if n := w.keysIn(t, table.ID.Indexes); n > 0 {
		t.Errorf("%d entries are left", n)
	}
}

// A table with little to do does not wait for one with much.
func TestIndexesTakeTurns(t *testing.T) {
	w := open(t, vfs.NewMem(), 0)
	defer w.close(t)
	large, small := w.create(t, "large"), w.create(t, "small") // large comes first
	w.write(t, large, 5).end()
	w.put(t, small, "a", "x")
	w.begin(t, large)
	w.begin(t, small)
	log := new(messages)
	w.until(t, slog.New(log), w.settled)
	want := []string{"small: an index is filled", "large: an index is filled"}
	if got := log.about("an index is filled"); !slices.Equal(got, want) {
		t.Errorf("the log says %q, want %q", got, want)
	}
}

// An error is tried again, and does not hold up other tables.
func TestIndexFailure(t *testing.T) {
	w := open(t, vfs.NewMem(), 5)
	defer w.close(t)
	one, two := w.create(t, "one"), w.create(t, "two")
	w.put(t, one, "a", "x")
	w.put(t, two, "a", "x")
	w.begin(t, one)
	w.until(t, quiet, w.settled)
	w.end(t, one)
	w.begin(t, two)
	log := new(messages)
	w.until(t, slog.New(log), w.settled)
	if w.index(one) != nil || w.index(two).State != catalog.IndexActive {
		t.Errorf("the indexes are %+v and %+v", w.index(one), w.index(two))
	}
	if n := len(log.about("cannot work on an index")); n != 5 {
		t.Errorf("the log tells of %d failures", n)
	}
}

// messages is a log that is kept.
type messages struct {
	slog.Handler
	mu   sync.Mutex
	said []slog.Record
}

func (m *messages) Enabled(context.Context, slog.Level) bool { return true }

func (m *messages) Handle(_ context.Context, r slog.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.said = append(m.said, r)
	return nil
}

// about returns the messages that say what, each behind the name of the table.
func (m *messages) about(what string) (found []string) {
	for _, r := range m.said {
		if r.Message != what {
			continue
		}
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "table" {
				found = append(found, a.Value.String()+": "+what)
			}
			return true
		})
	}
	return found
}
