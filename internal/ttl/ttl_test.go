package ttl_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/store"
	"github.com/statordb/stator/internal/stream"
)

// at sets the clock to so many seconds after noon, sweeps, and compares what is left of a table.
func (w *world) at(t *testing.T, after int64, table string, want ...string) {
	t.Helper()
	w.clock(after)
	w.worker.Sweep(t.Context())
	if got := w.left(t, table); !slices.Equal(got, want) {
		t.Errorf("%d seconds after noon there are %q, want %q", after, got, want)
	}
	w.sound(t)
}

// Just those items go whose time has come.
func TestSweep(t *testing.T) {
	w := open(t, vfs.NewMem())
	defer w.close(t)
	table := w.create(t, "music")
	fiveYears := int64(noon.Sub(noon.AddDate(-5, 0, 0)) / time.Second)
	for pk, after := range map[string]int64{"a": 0, "b": 1, "c": 1, "d": 60, "e": -1, "f": -fiveYears + 2, "g": -fiveYears - 3, "h": fiveYears} {
		w.put(t, table, item(pk, after, ""))
	}
	for pk, at := range map[string]attr.Value{
		"i": nil, "k": number("1795521600000"), "l": number("-1"), "m": number("1795521602.9"), "n": number("0"), "o": number("1e125"),
	} {
		w.put(t, table, itemWith(pk, at, ""))
	}
	w.at(t, -2, "music", "a", "b", "c", "d", "e", "g", "h", "i", "k", "l", "m", "n", "o")
	w.at(t, -1, "music", "a", "b", "c", "d", "g", "h", "i", "k", "l", "m", "n", "o")
	w.at(t, 0, "music", "b", "c", "d", "g", "h", "i", "k", "l", "m", "n", "o")
	w.at(t, 1, "music", "d", "g", "h", "i", "k", "l", "m", "n", "o")
	w.at(t, 2, "music", "d", "g", "h", "i", "k", "l", "n", "o")
	w.put(t, table, item("p", 2, "")) // by now
	w.put(t, table, item("q", 3, "")) // soon
	w.put(t, table, item("r", -100, ""))
	w.put(t, table, item("s", -fiveYears-1000, ""))
	w.at(t, 2, "music", "d", "g", "h", "i", "k", "l", "n", "o", "q", "s")
	w.put(t, table, item("q", 70, "renewed"))
	w.put(t, table, itemWith("s", number("1795521602"), "seconds at last"))
	w.at(t, 60, "music", "g", "h", "i", "k", "l", "n", "o", "q")
	w.at(t, fiveYears, "music", "g", "i", "k", "l", "n", "o")
	if got := w.worker.Deleted(); got != 12 {
		t.Errorf("%d items were removed", got)
	}
	stats, err := w.store.IndexStats(t.Context(), table, table.Index("local"))
	if err != nil || stats.Items != 5 {
		t.Errorf("the local index has %+v, %v", stats, err)
	}
}

// The attribute may be one of the table's key.
func TestSweepByKey(t *testing.T) {
	w := open(t, vfs.NewMem())
	defer w.close(t)
	_, err := w.catalog.Create(t.Context(), catalog.Table{
		Name: "log", Key: []string{"pk", "at"}, Attributes: []catalog.Attribute{{Name: "at", Type: attr.N}, {Name: "pk", Type: attr.S}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for after := range int64(10) {
		it := item("a", after, "")
		var buf []byte
		key := store.Key{Partition: []byte("a"), Sort: it.Get("at").Bytes()}
		ws := []store.Write{{Table: w.catalog.Table("log"), Key: key, Change: store.Put(it)}}
		if err := w.store.Apply(t.Context(), ws, make([]store.Result, 1), &buf); err != nil {
			t.Fatal(err)
		}
	}
	w.switchOn(t, "log", "at")
	w.seconds.Store(noon.Unix() + 5)
	w.worker.Sweep(t.Context())
	if stats, err := w.store.Stats(t.Context(), w.catalog.Table("log")); err != nil || stats.Items != 4 {
		t.Errorf("%+v, %v", stats, err)
	}
	w.sound(t)
}

// More items than go at once all go, and items that are large go a few at a time.
func TestSweepMany(t *testing.T) {
	w := open(t, vfs.NewMem())
	defer w.close(t)
	large := w.create(t, "large")
	for n := range 40 {
		w.put(t, large, item(name(n), 0, strings.Repeat("x", 200_000)))
	}
	counted := &counting{Engine: w.engine}
	w.use(t, counted, quiet)
	counted.transactions.Store(0) // one opened the store
	w.at(t, 8, "large")
	if n, locks := counted.transactions.Load(), counted.locks.Load(); n != 2 || locks != 20 {
		t.Errorf("%d transactions of up to %d large items", n, locks)
	}
	table := w.create(t, "music")
	for n := range 1000 {
		w.put(t, table, item(name(n), int64(n/100), ""))
	}
	counted.transactions.Store(0)
	counted.locks.Store(0)
	w.at(t, 8, "music", names(900, 1000)...)
	if n, locks := counted.transactions.Load(), counted.locks.Load(); n != 900/64+1 || locks != 64 {
		t.Errorf("%d transactions of up to %d items", n, locks)
	}
	if got := w.worker.Deleted(); got != 940 {
		t.Errorf("%d items were removed", got)
	}
}

func names(from, to int) (all []string) {
	for n := from; n < to; n++ {
		all = append(all, name(n))
	}
	return all
}

// counting is an engine that counts transactions, and the most locks that one takes.
type counting struct {
	engine.Engine
	transactions, locks atomic.Int64
}

func (e *counting) Update(ctx context.Context, o engine.TxnOpt, body func(engine.Txn) error) (uint64, error) {
	e.transactions.Add(1)
	for n := int64(len(o.Locks)); ; {
		most := e.locks.Load()
		if n <= most || e.locks.CompareAndSwap(most, n) {
			return e.Engine.Update(ctx, o, body)
		}
	}
}

// When time to live is switched off nothing expires, and when it is on again it goes by the other attribute.
func TestSwitches(t *testing.T) {
	w := open(t, vfs.NewMem())
	defer w.close(t)
	table := w.create(t, "music")
	w.put(t, table, item("a", 10, ""))
	w.put(t, table, item("b", 20, ""))
	w.at(t, 10, "music", "b")
	w.switchOff(t, "music")
	w.put(t, table, item("c", 5, ""))
	w.at(t, 100, "music", "b", "c")
	w.switchOn(t, "music", "more")
	w.put(t, table, itemWith("d", number("1"), "")) // at does not matter any more
	w.at(t, 100, "music", "b", "c", "d")
	w.switchOff(t, "music")
	w.switchOn(t, "music", "at")
	w.at(t, 100, "music", "d")
}

// A table that is dropped, and another one of its name, whether the worker looks in between or not.
func TestDropped(t *testing.T) {
	for _, looks := range []bool{true, false} {
		w := open(t, vfs.NewMem())
		table := w.create(t, "music")
		w.put(t, table, item("a", 0, ""))
		w.put(t, table, item("b", 5, ""))
		w.at(t, 0, "music", "b")
		w.drop(t, "music")
		w.clock(10)
		if looks {
			w.worker.Sweep(t.Context())
		}
		if err := w.store.Erase(t.Context(), table.ID); err != nil {
			t.Fatal(err)
		}
		table = w.create(t, "music")
		w.put(t, table, item("a", 0, ""))
		w.put(t, table, item("b", 50, ""))
		w.at(t, 20, "music", "b")
		w.close(t)
	}
}

// failures is a log that counts warnings.
type failures struct {
	slog.Handler
	said atomic.Int32
}

func (f *failures) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }
func (f *failures) Handle(context.Context, slog.Record) error    { f.said.Add(1); return nil }

// What cannot be removed is left alone for a while and then tried again; other tables do not wait for it.
func TestFailure(t *testing.T) {
	w := open(t, vfs.NewMem())
	defer w.close(t)
	for _, name := range []string{"a", "b"} {
		table := w.create(t, name)
		for n := range 10 {
			w.put(t, table, item(name+string(rune('0'+n)), 0, ""))
		}
	}
	log := &failures{}
	e := &hooked{Engine: w.engine}
	w.use(t, e, slog.New(log))
	e.fails.Store(1)
	w.clock(7)
	w.worker.Sweep(t.Context())
	if a, b := len(w.left(t, "a")), len(w.left(t, "b")); a != 10 || b != 0 || log.said.Load() != 1 {
		t.Errorf("%d and %d are left, the log tells of %d failures", a, b, log.said.Load())
	}
	if lag := w.worker.Lag(); lag != 7*time.Second {
		t.Errorf("it says that it lags %v", lag)
	}
	w.clock(8)
	if lag := w.worker.Lag(); lag != 8*time.Second {
		t.Errorf("it says that it lags %v", lag)
	}
	w.worker.Sweep(t.Context())
	if n := len(w.left(t, "a")); n != 10 {
		t.Errorf("what failed is tried again at once: %d are left", n)
	}
	run(t, w, func() bool { return w.worker.Deleted() == 20 })
	w.worker.Sweep(t.Context())
	if lag := w.worker.Lag(); lag != 0 || log.said.Load() != 1 {
		t.Errorf("it says that it lags %v, the log tells of %d failures", lag, log.said.Load())
	}
	w.at(t, 8, "a")
	w.at(t, 8, "b")
}

// The lag is that of the table that is furthest behind.
func TestLag(t *testing.T) {
	w := open(t, vfs.NewMem())
	defer w.close(t)
	for i, name := range []string{"a", "b", "c"} {
		w.put(t, w.create(t, name), item("x", []int64{2, 0, 3}[i], ""))
	}
	e := &hooked{Engine: w.engine}
	w.use(t, e, quiet)
	e.fails.Store(3)
	w.clock(7)
	w.worker.Sweep(t.Context())
	for _, c := range []struct{ at, lag int64 }{{7, 7}, {9, 9}, {-5, 0}} { // clocks may be set back
		w.clock(c.at)
		if lag := w.worker.Lag(); lag != time.Duration(c.lag)*time.Second {
			t.Errorf("%d seconds after noon it says that it lags %v", c.at, lag)
		}
	}
	w.clock(7)
	w.worker.Hurry("b")
	w.worker.Sweep(t.Context())
	if lag := w.worker.Lag(); lag != 5*time.Second {
		t.Errorf("it says that it lags %v", lag)
	}
}

// A table whose items do not expire any more is behind with none of them.
func TestLagOfNone(t *testing.T) {
	for _, end := range []func(w *world){
		func(w *world) { w.switchOff(t, "music") },
		func(w *world) { w.drop(t, "music") },
	} {
		w := open(t, vfs.NewMem())
		table := w.create(t, "music")
		w.put(t, table, item("a", 0, ""))
		e := &hooked{Engine: w.engine}
		w.use(t, e, quiet)
		e.fails.Store(1)
		w.clock(7)
		w.worker.Sweep(t.Context())
		if lag := w.worker.Lag(); lag != 7*time.Second {
			t.Errorf("it says that it lags %v", lag)
		}
		end(w)
		w.worker.Sweep(t.Context())
		if lag := w.worker.Lag(); lag != 0 {
			t.Errorf("it says that it lags %v, although nothing expires", lag)
		}
		w.close(t)
	}
}

// run lets a worker run until done.
func run(t *testing.T, w *world, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	w.worker.Tick = time.Millisecond
	go func() { defer close(ended); w.worker.Run(ctx) }()
	defer func() {
		cancel()
		<-ended
	}()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	giveUp := time.After(time.Minute)
	for !done() {
		select {
		case <-tick.C:
		case <-giveUp:
			t.Fatal("it does not come to its end")
		}
	}
}

// Wherever the power fails, what is stored is sound, and the next process removes what is left.
func TestCrash(t *testing.T) {
	w, crashed := openCrashable(t)
	defer w.close(t)
	table := w.create(t, "music")
	const items, step = 600, 60
	for n := range items {
		w.put(t, table, item(name(n), int64(n), ""))
	}
	var crashes []*vfs.MemFS
	for after := int64(0); after < items; after += step {
		w.seconds.Store(noon.Unix() + after)
		w.worker.Sweep(t.Context())
		w.put(t, table, item(name(items+int(after)), after, ""))
		crashes = append(crashes, crashed())
	}
	for i, fs := range crashes {
		w := open(t, fs)
		w.sound(t)
		w.at(t, int64(i*step), "music", names(i*step+1, items)...)
		w.close(t)
	}
}

// A removal is recorded in the stream as the service's own, any other is not.
func TestStream(t *testing.T) {
	w := open(t, vfs.NewMem())
	defer w.close(t)
	w.create(t, "music")
	table := w.edit(t, "music", func(t *catalog.Table) { t.Stream = &catalog.TableStream{View: catalog.ViewNewOld, On: true} })
	if err := w.catalog.BeginStream(t.Context(), table); err != nil {
		t.Fatal(err)
	}
	w.put(t, table, item("a", 0, "expires"))
	w.put(t, table, item("b", 100, "stays"))
	w.at(t, 1, "music", "b")
	if err := w.apply(table, "b", store.Delete{}); err != nil {
		t.Fatal(err)
	}
	s := w.catalog.Stream("music", table.Stream.Label)
	log := stream.New(w.engine, w.catalog)
	got := map[string]string{}
	for _, shard := range s.Shards {
		_, err := log.Read(t.Context(), s, shard.ID, stream.Position{Seq: shard.From}, 100, func(r *stream.Record) error {
			if r.Event == stream.Remove {
				pk := string(r.Keys.Get("pk").Bytes())
				got[pk] = string(r.Old.Get("more").Bytes())
				if r.Service != (pk == "a") {
					t.Errorf("the record of %q is the service's: %v", pk, r.Service)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 2 || got["a"] != "expires" {
		t.Errorf("the records of removals are %q", got)
	}
}
