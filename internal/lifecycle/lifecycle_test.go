package lifecycle_test

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"go.uber.org/goleak"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/lifecycle"
	"github.com/statordb/stator/internal/store"
	"github.com/statordb/stator/internal/stream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a store that can be closed and opened again.
type world struct {
	engine  *pebble.Engine
	catalog *catalog.Catalog
	store   *store.Store
	streams *stream.Log
	now     time.Time // on all clocks; zero: as it is
}

// clock is what everything goes by.
func (w *world) clock() time.Time {
	if w.now.IsZero() {
		return time.Now()
	}
	return w.now
}

var ids atomic.Uint32

// open opens the store on fs. Its erasing fails as often as failures says.
func open(t *testing.T, fs vfs.FS, failures int32) *world {
	t.Helper()
	return openOn(t, fs, time.Time{}, func(e engine.Engine) engine.Engine {
		f := &failing{Engine: e}
		f.left.Store(failures)
		return f
	})
}

// openOn opens the store on fs at a time, through an engine around that of the store.
func openOn(t *testing.T, fs vfs.FS, now time.Time, around func(engine.Engine) engine.Engine) *world {
	t.Helper()
	w := &world{now: now}
	var err error
	if w.engine, err = pebble.Open(pebble.Options{Dir: "data", FS: fs}); err != nil {
		t.Fatal(err)
	}
	e := around(w.engine)
	w.catalog, err = catalog.Open(t.Context(), e, catalog.Options{Now: w.clock, NewID: func() (id keyspace.TableID) {
		binary.BigEndian.PutUint32(id[:], ids.Add(1))
		return id
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.store = store.New(e, store.WithClock(w.clock))
	w.streams = stream.New(e, w.catalog)
	return w
}

func (w *world) close(t *testing.T) {
	t.Helper()
	if err := w.engine.Close(); err != nil {
		t.Error(err)
	}
}

// failing is an engine whose DeleteRange fails a few times.
type failing struct {
	engine.Engine
	left atomic.Int32
}

func (f *failing) DeleteRange(ctx context.Context, r engine.Range) error {
	if f.left.Add(-1) >= 0 {
		return errors.New("injected failure")
	}
	return f.Engine.DeleteRange(ctx, r)
}

// create makes a table with the partition key pk.
func (w *world) create(t *testing.T, name string) *catalog.Table {
	t.Helper()
	table, err := w.catalog.Create(t.Context(), catalog.Table{
		Name: name, Key: []string{"pk"}, Attributes: []catalog.Attribute{{Name: "pk", Type: attr.S}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// put puts the item under pk, with the attribute g if that is not "".
func (w *world) put(t *testing.T, table *catalog.Table, pk, g string) {
	t.Helper()
	if err := w.apply(t.Context(), table, pk, store.Put(item(pk, g))); err != nil {
		t.Fatal(err)
	}
}

func (w *world) apply(ctx context.Context, table *catalog.Table, pk string, change store.Change) error {
	var buf []byte
	write := store.Write{Table: table, Key: store.Key{Partition: []byte(pk)}, Change: change}
	return w.store.Apply(ctx, []store.Write{write}, make([]store.Result, 1), &buf)
}

func item(pk, g string) attr.Item {
	var b attr.Builder
	b.Open(nil)
	var fields []byte
	if g != "" {
		fields = b.Field(fields, []byte("g"), attr.AppendS(nil, g))
	}
	return attr.Item(b.CloseItem(b.Field(fields, []byte("pk"), attr.AppendS(nil, pk))))
}

// dropFull makes a table with an item and drops it.
func (w *world) dropFull(t *testing.T, name string) keyspace.TableID {
	t.Helper()
	table := w.create(t, name)
	w.put(t, table, "a", "")
	if _, err := w.catalog.Drop(t.Context(), name, func(*catalog.Table) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return table.ID
}

// run starts a worker, waits until nothing is noted as dropped any more, and stops it.
func (w *world) run(t *testing.T) {
	t.Helper()
	w.until(t, quiet, func() bool {
		left, err := w.catalog.DroppedTables(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(left) == 0
	})
}

// until starts a worker that gives each table a turn of one step, waits until done, and stops it.
func (w *world) until(t *testing.T, logger *slog.Logger, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	worker := lifecycle.New(lifecycle.Options{
		Catalog: w.catalog, Store: w.store, Streams: w.streams, Logger: logger, Now: w.clock,
		Wait: time.Millisecond, Turn: time.Nanosecond, Tick: 20 * time.Millisecond,
		Window: time.Millisecond, TrimEvery: time.Millisecond,
	})
	go func() { defer close(ended); worker.Run(ctx) }()
	for !done() {
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-ended
}

// keys counts what is stored of a table.
func (w *world) keys(t *testing.T, id keyspace.TableID) int {
	t.Helper()
	return w.keysIn(t, id.All)
}

// keysIn counts the keys in a range.
func (w *world) keysIn(t *testing.T, bounds func() (lo, hi []byte)) (n int) {
	t.Helper()
	w.scan(t, bounds, func([]byte) { n++ })
	return n
}

// scan visits the values in a range.
func (w *world) scan(t *testing.T, bounds func() (lo, hi []byte), visit func(value []byte)) {
	t.Helper()
	r, err := w.engine.Read(t.Context(), engine.Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	lo, hi := bounds()
	cursor := r.Scan(t.Context(), engine.Range{Lo: lo, Hi: hi}, engine.ScanOpt{})
	for cursor.Next() {
		visit(cursor.Value())
	}
	if err := cursor.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestSpaceComesBack(t *testing.T) {
	for name, failures := range map[string]int32{"at once": 0, "after failures": 5} {
		t.Run(name, func(t *testing.T) {
			w := open(t, vfs.NewMem(), failures)
			defer w.close(t)
			dropped := []keyspace.TableID{w.dropFull(t, "one"), w.dropFull(t, "two")}
			if n := w.keys(t, dropped[0]); n != 2 { // a row and a tally
				t.Fatalf("%d keys before", n)
			}
			w.run(t)
			for _, id := range dropped {
				if n := w.keys(t, id); n > 0 {
					t.Errorf("%d keys of table %s are left", n, id)
				}
			}
		})
	}
}

// A process that ends before the space is given back leaves that to the next one.
func TestGoesOnAfterRestart(t *testing.T) {
	fs := vfs.NewMem()
	w := open(t, fs, 0)
	id := w.dropFull(t, "one")
	w.close(t)

	w = open(t, fs, 0)
	defer w.close(t)
	w.run(t)
	if n := w.keys(t, id); n > 0 {
		t.Errorf("%d keys are left", n)
	}
}

// A table that is dropped while the worker waits is erased, too.
func TestIsWoken(t *testing.T) {
	w := open(t, vfs.NewMem(), 0)
	defer w.close(t)
	w.run(t)
	id := w.dropFull(t, "one")
	w.run(t)
	if n := w.keys(t, id); n > 0 {
		t.Errorf("%d keys are left", n)
	}
}
