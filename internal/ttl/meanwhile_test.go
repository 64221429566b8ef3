package ttl_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/store"
)

// A table that is dropped while its items are being removed is no error.
func TestDroppedMeanwhile(t *testing.T) {
	w := open(t, vfs.NewMem())
	defer w.close(t)
	table := w.create(t, "music")
	for n := range 300 {
		w.put(t, table, item(name(n), 0, ""))
	}
	w.clock(5)
	log := &failures{}
	found := w.whenFound(t, slog.New(log), func() {
		w.drop(t, "music")
		if err := w.store.Erase(t.Context(), table.ID); err != nil {
			t.Error(err)
		}
	})
	w.worker.Sweep(t.Context())
	if !found.done || log.said.Load() > 0 || w.worker.Deleted() > 0 || w.worker.Lag() > 0 {
		t.Errorf("dropped: %v; the log tells of %d failures; %d items were removed; it says that it lags %v",
			found.done, log.said.Load(), w.worker.Deleted(), w.worker.Lag())
	}
}

// An item that is renewed, or becomes one that never expires, after it was found is spared, and one that is removed
// then is not counted.
func TestRenewedMeanwhile(t *testing.T) {
	w := open(t, vfs.NewMem())
	defer w.close(t)
	table := w.create(t, "music")
	for n := range 10 {
		w.put(t, table, item(name(n), 0, ""))
	}
	found := w.whenFound(t, quiet, func() {
		table := w.catalog.Table("music")
		w.put(t, table, item(name(1), 1, "renewed"))
		w.put(t, table, itemWith(name(3), nil, "for ever"))
		w.put(t, table, itemWith(name(5), attr.AppendS(nil, "0"), "for ever"))
		w.put(t, table, item(name(7), -1, "other, and has expired"))
		if err := w.apply(table, name(9), store.Delete{}); err != nil {
			t.Error(err)
		}
	})
	w.at(t, 0, "music", name(1), name(3), name(5))
	if got := w.worker.Deleted(); !found.done || got != 6 {
		t.Errorf("%d items were removed", got)
	}
	w.at(t, 1, "music", name(3), name(5))
}

// Time to live that is switched off, or on again by another attribute, after items were found spares them.
func TestSwitchedMeanwhile(t *testing.T) {
	w := open(t, vfs.NewMem())
	defer w.close(t)
	table := w.create(t, "music")
	w.put(t, table, item("a", 0, ""))
	found := w.whenFound(t, quiet, func() { w.switchOff(t, "music") })
	w.at(t, 0, "music", "a")
	again := w.catalog.Table("music")
	w.switchOn(t, "music", "at")
	foundAgain := w.whenFound(t, quiet, func() {
		w.switchOff(t, "music")
		w.switchOn(t, "music", "more")
	})
	w.at(t, 0, "music", "a")
	if !found.done || !foundAgain.done || again.Expiry.Kept() {
		t.Error("time to live was not switched")
	}
}

// Wherever the power fails while items are removed, what is stored is sound, and the next process removes the others.
func TestCrashMeanwhile(t *testing.T) {
	w, crashed := openCrashable(t)
	defer w.close(t)
	table := w.create(t, "music")
	const items, stay = 200, 20
	for n := range items {
		w.put(t, table, item(name(n), int64(n/(items-stay)), ""))
	}
	var mu sync.Mutex // two transactions may run at the same time
	var crashes []*vfs.MemFS
	w.use(t, &hooked{Engine: w.engine, before: func() {
		mu.Lock()
		defer mu.Unlock()
		crashes = append(crashes, crashed())
	}}, quiet)
	w.at(t, 0, "music", names(items-stay, items)...)
	partly := false
	for _, fs := range crashes {
		w := open(t, fs)
		w.sound(t)
		left := len(w.left(t, "music"))
		partly = partly || left > stay && left < items
		w.at(t, 0, "music", names(items-stay, items)...)
		w.close(t)
	}
	if !partly {
		t.Error("the power never failed in the middle")
	}
}

// discovery is what is done when items have been found, and whether it is done.
type discovery struct {
	do   func()
	done bool
}

// whenFound puts store and worker on an engine through which do is done once, after the first look at what has expired
// and before any of it is removed.
func (w *world) whenFound(t *testing.T, logger *slog.Logger, do func()) *discovery {
	t.Helper()
	d := &discovery{do: do}
	w.use(t, &hooked{Engine: w.engine, found: d}, logger)
	return d
}

// hooked is an engine that lets transactions fail, and does something before each, and when the first strong read ends.
type hooked struct {
	engine.Engine
	found  *discovery   // nil: nothing
	before func()       // nil: nothing
	fails  atomic.Int32 // so many transactions fail
}

var errInjected = errors.New("injected failure")

func (e *hooked) Read(ctx context.Context, l engine.Level) (engine.Reader, error) {
	r, err := e.Engine.Read(ctx, l)
	if l == engine.Strong && e.found != nil && !e.found.done {
		e.found.done = true
		return &hookedReader{r, e.found.do}, err
	}
	return r, err
}

// hookedReader calls do when it is closed.
type hookedReader struct {
	engine.Reader
	do func()
}

func (r *hookedReader) Close() error {
	err := r.Reader.Close()
	r.do()
	return err
}

func (e *hooked) Update(ctx context.Context, o engine.TxnOpt, body func(engine.Txn) error) (uint64, error) {
	if e.fails.Add(-1) >= 0 {
		return 0, errInjected
	}
	if e.before != nil {
		e.before()
	}
	return e.Engine.Update(ctx, o, body)
}
