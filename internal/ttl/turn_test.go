package ttl_test

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/store"
)

// manyItems are more than one look finds, and than one turn removes if a transaction takes 20 ms.
const manyItems = 2100

// fill puts many items into a table, which expire at noon.
func (w *world) fill(t *testing.T, table string) {
	t.Helper()
	const together = 100
	ws, rs := make([]store.Write, together), make([]store.Result, together)
	for from := 0; from < manyItems; from += together {
		for i := range together {
			pk := name(from + i)
			key := store.Key{Partition: []byte(pk), Sort: []byte("s")}
			ws[i] = store.Write{Table: w.catalog.Table(table), Key: key, Change: store.Put(item(pk, 0, ""))}
		}
		var buf []byte
		if err := w.store.Apply(t.Context(), ws, rs, &buf); err != nil {
			t.Fatal(err)
		}
	}
}

// slow is an engine whose transactions take long, and that knows in which order tables had their turns.
type slow struct {
	engine.Engine
	takes time.Duration
	names map[string]string // of the tables, by the bytes of their IDs, which are in the keys of their rows

	mu    sync.Mutex
	turns []string
}

func (e *slow) Update(ctx context.Context, o engine.TxnOpt, body func(engine.Txn) error) (uint64, error) {
	time.Sleep(e.takes)
	e.mu.Lock()
	for id, name := range e.names {
		if bytes.Contains(o.Locks[0], []byte(id)) {
			e.turns = append(e.turns, name)
		}
	}
	e.mu.Unlock()
	return e.Engine.Update(ctx, o, body)
}

// A table does not wait until all is removed that has expired of another, and requests have half of the machine.
func TestTurns(t *testing.T) {
	const takes = 20 * time.Millisecond
	w := open(t, vfs.NewMem())
	defer w.close(t)
	e := &slow{Engine: w.engine, names: map[string]string{}}
	for _, name := range []string{"much", "one"} {
		id := w.create(t, name).ID
		e.names[string(id[:])] = name
	}
	w.fill(t, "much")
	w.put(t, w.catalog.Table("one"), item("a", 0, ""))
	w.use(t, e, quiet)
	e.takes = takes
	began := time.Now()
	w.worker.Sweep(t.Context())
	const transactions = manyItems/64 + 1
	if took, atLeast := time.Since(began), transactions/2*2*takes; took < atLeast {
		t.Errorf("%d transactions, two at a time, of %v took %v, want at least %v with the rests", transactions, takes, took, atLeast)
	}
	if got := slices.Compact(slices.Clone(e.turns)); !slices.Equal(got, []string{"much", "one", "much"}) {
		t.Errorf("the turns were %q", got)
	}
	if n := len(e.turns); n != transactions+1 {
		t.Errorf("%d transactions, want %d", n, transactions+1)
	}
	if left := len(w.left(t, "much")) + len(w.left(t, "one")); left > 0 {
		t.Errorf("%d items are left", left)
	}
}

// messages is a log that keeps what it is told.
type messages struct {
	slog.Handler
	said []string
}

func (m *messages) Enabled(context.Context, slog.Level) bool { return true }

func (m *messages) Handle(_ context.Context, r slog.Record) error {
	m.said = append(m.said, r.Message)
	return nil
}

// What is more than five seconds late is removed in larger transactions, and the log tells when that begins and ends.
func TestBehind(t *testing.T) {
	w := open(t, vfs.NewMem())
	defer w.close(t)
	w.create(t, "music")
	log := new(messages)
	e := &counting{Engine: w.engine}
	w.use(t, e, slog.New(log))
	for _, c := range []struct {
		at, locks int64
		said      []string
	}{
		{5, 64, nil},
		{6, 128, []string{"behind with expired items", "caught up with expired items"}},
		{7, 128, []string{"behind with expired items", "caught up with expired items"}},
	} {
		w.fill(t, "music")
		e.locks.Store(0)
		log.said = nil
		w.clock(c.at)
		w.worker.Sweep(t.Context())
		w.worker.Sweep(t.Context())
		if got := e.locks.Load(); got != c.locks || !slices.Equal(log.said, c.said) {
			t.Errorf("%d seconds late a transaction removes %d items, and the log says %q; want %d, %q", c.at, got, log.said, c.locks, c.said)
		}
		if n := len(w.left(t, "music")); n > 0 {
			t.Errorf("%d items are left", n)
		}
	}
}

// A table that fails is left alone for twice as long each time, up to a minute, until something succeeds.
func TestPauses(t *testing.T) {
	w := open(t, vfs.NewMem())
	defer w.close(t)
	w.put(t, w.create(t, "music"), item("a", 0, ""))
	e := &hooked{Engine: w.engine}
	w.use(t, e, quiet)
	for _, seconds := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		e.fails.Store(1)
		w.worker.Sweep(t.Context())
		want := seconds * time.Second
		if now, _ := w.worker.Pause("music"); now > want || now < want/2 {
			t.Errorf("the pause is %v, want %v", now, want)
		}
		w.worker.Hurry("music")
	}
	w.at(t, 0, "music")
	if _, next := w.worker.Pause("music"); next != time.Second {
		t.Errorf("after a success the next pause would be %v", next)
	}
}
