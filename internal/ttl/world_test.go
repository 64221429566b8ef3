package ttl_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
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
	"github.com/statordb/stator/internal/store"
	"github.com/statordb/stator/internal/ttl"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is when tests begin.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

var quiet = slog.New(slog.DiscardHandler)

// world is a store with a worker, and a clock that stands still unless it is moved.
type world struct {
	engine  *pebble.Engine
	under   engine.Engine // what the store stands on: engine, or something around it
	catalog *catalog.Catalog
	store   *store.Store
	worker  *ttl.Worker
	seconds atomic.Int64
}

var ids atomic.Uint32

func open(t testing.TB, fs vfs.FS) *world {
	t.Helper()
	e, err := pebble.Open(pebble.Options{Dir: "data", FS: fs, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{engine: e}
	w.seconds.Store(noon.Unix())
	w.use(t, e, quiet)
	return w
}

// openCrashable opens a store on a file system of which crashed returns what there would be after a power failure now.
func openCrashable(t *testing.T) (w *world, crashed func() *vfs.MemFS) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test
	fs := vfs.NewCrashableMem()
	return open(t, fs), func() *vfs.MemFS {
		return fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: random})
	}
}

// use puts store and worker on e.
func (w *world) use(t testing.TB, e engine.Engine, logger *slog.Logger) {
	t.Helper()
	w.under = e
	var err error
	w.catalog, err = catalog.Open(context.Background(), e, catalog.Options{Now: w.now, NewID: func() (id keyspace.TableID) {
		binary.BigEndian.PutUint32(id[:], ids.Add(1))
		return id
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.store = store.New(e)
	w.worker = ttl.New(ttl.Options{Catalog: w.catalog, Store: w.store, Logger: logger, Now: w.now})
}

// drop drops a table, whose items stay where they are.
func (w *world) drop(t *testing.T, name string) {
	t.Helper()
	if _, err := w.catalog.Drop(t.Context(), name, func(*catalog.Table) error { return nil }); err != nil {
		t.Error(err)
	}
}

// clock sets the clock to so many seconds after noon.
func (w *world) clock(after int64) { w.seconds.Store(noon.Unix() + after) }

func (w *world) now() time.Time { return time.Unix(w.seconds.Load(), 0) }

func (w *world) close(t testing.TB) {
	t.Helper()
	if err := w.engine.Close(); err != nil {
		t.Error(err)
	}
}

// create makes a table with a global and a local index whose items expire by the attribute at.
func (w *world) create(t testing.TB, name string) *catalog.Table {
	t.Helper()
	table := catalog.Table{Name: name, Key: []string{"pk", "sk"}, Attributes: []catalog.Attribute{
		{Name: "at", Type: attr.N}, {Name: "g", Type: attr.S}, {Name: "pk", Type: attr.S}, {Name: "sk", Type: attr.S},
	}}
	all := catalog.Projection{Type: catalog.ProjectAll}
	table.AddIndex(catalog.Index{Name: "global", Hash: []string{"g"}, Projection: all})
	table.AddIndex(catalog.Index{Name: "local", Local: true, Hash: []string{"pk"}, Sort: []string{"at"}, Projection: all})
	if _, err := w.catalog.Create(context.Background(), table); err != nil {
		t.Fatal(err)
	}
	w.switchOn(t, name, "at")
	return w.catalog.Table(name)
}

func (w *world) edit(t testing.TB, name string, edit func(t *catalog.Table)) *catalog.Table {
	t.Helper()
	table, err := w.catalog.Update(context.Background(), name, func(t *catalog.Table) error { edit(t); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// switchOn makes the items of a table expire by an attribute, as UpdateTimeToLive and lifecycle do.
func (w *world) switchOn(t testing.TB, name, attribute string) {
	t.Helper()
	table := w.edit(t, name, func(t *catalog.Table) { t.SwitchExpiryOn(attribute, w.now()) })
	b, _ := table.Build(table.Expiry.ID)
	if err := w.store.Fill(context.Background(), table, b, func(time.Duration) {}); err != nil {
		t.Fatal(err)
	}
	if err := w.catalog.FinishIndex(context.Background(), table, b.ID); err != nil {
		t.Fatal(err)
	}
}

// switchOff ends that.
func (w *world) switchOff(t testing.TB, name string) {
	t.Helper()
	table := w.edit(t, name, func(t *catalog.Table) { t.SwitchExpiryOff(w.now()) })
	b, _ := table.Build(table.Expiry.ID)
	if err := w.store.Quiesce(context.Background(), table); err != nil {
		t.Fatal(err)
	}
	if err := w.store.EraseIndex(context.Background(), table, b); err != nil {
		t.Fatal(err)
	}
	if err := w.catalog.RemoveIndex(context.Background(), table, b.ID); err != nil {
		t.Fatal(err)
	}
}

// item is an item that expires at a time, seconds after noon; more is put into a string attribute.
func item(pk string, after int64, more string) attr.Item {
	return itemWith(pk, number(strconv.FormatInt(noon.Unix()+after, 10)), more)
}

// itemWith is an item that has a value as at, unless that is nil.
func itemWith(pk string, at attr.Value, more string) attr.Item {
	var b attr.Builder
	b.Open(nil)
	var out []byte
	if at != nil {
		out = b.Field(out, []byte("at"), at)
	}
	out = b.Field(out, []byte("g"), attr.AppendS(nil, "g"))
	out = b.Field(out, []byte("more"), attr.AppendS(nil, more))
	out = b.Field(out, []byte("pk"), attr.AppendS(nil, pk))
	return b.CloseItem(b.Field(out, []byte("sk"), attr.AppendS(nil, "s")))
}

func number(text string) attr.Value {
	n, fault := attr.ParseNumber(nil, []byte(text))
	if fault != attr.NumberFine {
		panic(fault.String())
	}
	return attr.AppendN(nil, n)
}

func (w *world) put(t testing.TB, table *catalog.Table, it attr.Item) {
	t.Helper()
	if err := w.apply(table, string(it.Get("pk").Bytes()), store.Put(it)); err != nil {
		t.Fatal(err)
	}
}

func (w *world) apply(table *catalog.Table, pk string, change store.Change) error {
	var buf []byte
	write := store.Write{Table: table, Key: store.Key{Partition: []byte(pk), Sort: []byte("s")}, Change: change}
	return w.store.Apply(context.Background(), []store.Write{write}, make([]store.Result, 1), &buf)
}

// left returns the partition keys of the items that a table has, in the order of its global index, which must be
// that of the keys.
func (w *world) left(t testing.TB, name string) (pks []string) {
	t.Helper()
	table := w.catalog.Table(name)
	walk := store.Walk{Table: table, Index: table.Index("global"), Strong: true}
	walk.VisitSegment(0, 1)
	c, err := w.store.Walk(context.Background(), walk)
	if err != nil {
		t.Fatal(err)
	}
	for c.Next() {
		it, _ := c.Item()
		pks = append(pks, string(it.Get("pk").Bytes()))
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	stats, err := w.store.Stats(context.Background(), table)
	if err != nil || stats.Items != int64(len(pks)) {
		t.Errorf("the table has %d items (%v), its index %d", stats.Items, err, len(pks))
	}
	return pks
}

// sound checks that everything in the store agrees.
func (w *world) sound(t testing.TB) {
	t.Helper()
	if _, err := store.Verify(context.Background(), w.engine, func(problem string) { t.Error(problem) }); err != nil {
		t.Fatal(err)
	}
}

// name is the nth of many partition keys, which ascend.
func name(n int) string { return fmt.Sprintf("%06d", n) }
