package pebble

import (
	"context"
	"fmt"

	pebbledb "github.com/cockroachdb/pebble/v2"

	"github.com/statordb/stator/internal/engine"
)

// DeleteRange implements engine.Engine. It writes one tombstone; Pebble drops the tables that lie under
// it once the tombstone has been flushed (flushDeletedAfter), and cuts those that stick out.
func (e *Engine) DeleteRange(ctx context.Context, r engine.Range) error {
	if err := e.enterToWrite(); err != nil {
		return err
	}
	defer e.gate.leave()
	r, err := e.bounded(ctx, r)
	if err != nil || r.Hi == nil {
		return err
	}
	b := e.db.NewBatch()
	if err := b.DeleteRange(r.Lo, r.Hi, nil); err != nil {
		return fmt.Errorf("cannot delete a range: %w", err)
	}
	number := e.commits.begin()
	if err := e.apply(b); err != nil {
		return err
	}
	if err := e.settle(b, number); err != nil {
		return err
	}
	// Closing a batch returns it to Pebble's pool; there is nothing to fail.
	_ = b.Close()
	return nil
}

// bounded returns r with an upper bound; it has none if there is nothing in r.
func (e *Engine) bounded(ctx context.Context, r engine.Range) (engine.Range, error) {
	r = bounds(r)
	if r.Hi != nil {
		return r, nil
	}
	it, err := e.db.NewIterWithContext(ctx, &pebbledb.IterOptions{LowerBound: r.Lo})
	if err != nil {
		return r, fmt.Errorf("cannot find the last key: %w", err)
	}
	if it.Last() {
		r.Hi = append(append([]byte(nil), it.Key()...), 0)
	}
	if err := it.Close(); err != nil {
		return r, fmt.Errorf("cannot find the last key: %w", err)
	}
	return r, nil
}

// Split implements engine.Engine. One machine has nothing to split.
func (e *Engine) Split(context.Context, [][]byte) error { return nil }

// Size implements engine.Engine. It counts tables, not what is still in the log.
func (e *Engine) Size(ctx context.Context, r engine.Range) (uint64, error) {
	if err := e.enter(); err != nil {
		return 0, err
	}
	defer e.gate.leave()
	r, err := e.bounded(ctx, r)
	if err != nil || r.Hi == nil || string(r.Lo) >= string(r.Hi) {
		return 0, err
	}
	size, err := e.db.EstimateDiskUsage(r.Lo, r.Hi)
	if err != nil {
		return 0, fmt.Errorf("cannot estimate the size of a range: %w", err)
	}
	return size, nil
}

// StableSeq implements engine.Engine. A sequence ends when its transaction is durable or given up.
func (e *Engine) StableSeq(context.Context, engine.Range, uint64) (uint64, error) {
	if err := e.enter(); err != nil {
		return 0, err
	}
	defer e.gate.leave()
	return e.seqs.low.Load(), nil
}
