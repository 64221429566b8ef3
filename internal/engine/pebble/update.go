package pebble

import (
	"context"
	"fmt"

	pebbledb "github.com/cockroachdb/pebble/v2"

	"github.com/statordb/stator/internal/engine"
)

// Update implements engine.Engine. The body runs once.
func (e *Engine) Update(ctx context.Context, o engine.TxnOpt, body func(engine.Txn) error) (seq uint64, err error) {
	if err := e.enter(); err != nil {
		return 0, err
	}
	defer e.gate.leave()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if !o.Frees && e.guard.closed() {
		return 0, engine.ErrDiskFull
	}
	t := e.begin(o)
	defer t.finish()
	if err := e.latches.acquire(ctx, t.locks, o.Wait); err != nil {
		return 0, err
	}
	t.latched = true
	if err = body(t); err == nil {
		err = t.err
	}
	t.giveBack()
	if err != nil || t.empty() {
		return t.seq, e.conclude(ctx, t, err)
	}
	if e.options.ReadOnly {
		return 0, errReadOnly
	}
	return t.seq, e.commit(t)
}

// conclude ends a transaction that writes nothing. What it read must be durable before anybody learns
// what was decided on it.
func (e *Engine) conclude(ctx context.Context, t *txn, err error) error {
	t.unlatch()
	if t.readMax != 0 {
		if waitErr := e.commits.wait(ctx, t.readMax); waitErr != nil {
			return waitErr
		}
	}
	return err
}

// commit makes what t wrote visible, gives its latches back, and returns when it is durable.
//
// Others may read and overwrite it in between. That is safe: their commits come later in the log, the
// log survives a crash as a prefix, and whoever reads without writing waits (marks).
func (e *Engine) commit(t *txn) error {
	number := e.commits.begin()
	for _, id := range t.written {
		e.marks.raise(id, number)
		e.recent.add(id)
	}
	if err := e.apply(t.batch); err != nil {
		t.batch = nil // Pebble may still use it
		return err
	}
	if !e.holdLatches {
		t.unlatch()
	}
	return e.settle(t.batch, number)
}

// settle returns when b, which was applied under number, is as durable as the options ask for.
func (e *Engine) settle(b *pebbledb.Batch, number uint64) error {
	if e.write.Sync {
		if err := b.SyncWait(); err != nil {
			return e.fail(fmt.Sprintf("cannot sync the log: %v", err))
		}
	} else {
		e.unsynced.Store(true)
	}
	e.commits.end(number)
	return nil
}

// apply writes b to the log and makes it visible, without waiting for the log to be synced. It is the
// only use of ApplyNoSyncWait, which Pebble calls experimental.
func (e *Engine) apply(b *pebbledb.Batch) (err error) {
	defer func() {
		// Pebble panics when it cannot write its log, and leaves its locks held.
		if r := recover(); r != nil {
			err = e.fail(fmt.Sprint(r))
		}
	}()
	if e.write.Sync {
		err = e.db.ApplyNoSyncWait(b, e.write)
	} else {
		err = e.db.Apply(b, e.write)
	}
	if err != nil {
		return e.fail(fmt.Sprintf("cannot apply a batch: %v", err))
	}
	return nil
}
