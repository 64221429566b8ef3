package pebble

import (
	"context"
	"errors"
	"fmt"

	pebbledb "github.com/cockroachdb/pebble/v2"

	"github.com/statordb/stator/internal/engine"
)

// seekOptions make a seek of one key consult the Bloom filters of the last level too, where most of
// the data is. DB.Get does not, which is faster for keys that exist and slower for those that do not.
var seekOptions = &pebbledb.IterOptions{UseL6Filters: true}

// seek returns an iterator that stands at key, or nil if there is none.
func (e *Engine) seek(ctx context.Context, from pebbledb.Reader, key []byte) (*pebbledb.Iterator, error) {
	it, err := from.NewIterWithContext(ctx, seekOptions)
	if err != nil {
		return nil, fmt.Errorf("cannot read a key: %w", err)
	}
	if it.SeekPrefixGE(key) {
		// The value may lie in a block of its own, which has to be read now.
		if _, err = it.ValueAndErr(); err == nil {
			return it, nil
		}
	}
	if closeErr := it.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read a key: %w", err)
	}
	return nil, nil
}

// reader reads what is visible, or a snapshot of it. Without a snapshot it has no state, so one serves all.
type reader struct {
	e        *Engine
	level    engine.Level
	snapshot *pebbledb.Snapshot
}

// Read implements engine.Engine.
func (e *Engine) Read(ctx context.Context, l engine.Level) (engine.Reader, error) {
	switch l {
	case engine.Strong:
		return &e.strong, nil
	case engine.Eventual:
		return &e.eventual, nil
	case engine.Snapshot:
		return e.readSnapshot(ctx)
	}
	return nil, fmt.Errorf("cannot read at level %d: %w", l, engine.ErrUnsupported)
}

func (e *Engine) readSnapshot(ctx context.Context) (engine.Reader, error) {
	if err := e.enter(); err != nil {
		return nil, err
	}
	r := &reader{e: e, level: engine.Snapshot, snapshot: e.db.NewSnapshot()}
	if err := e.durable(ctx); err != nil {
		_ = r.Close()
		return nil, err
	}
	return r, nil
}

// Close implements engine.Reader.
func (r *reader) Close() error {
	if r.snapshot == nil {
		return nil
	}
	defer r.e.gate.leave()
	if err := r.snapshot.Close(); err != nil {
		return fmt.Errorf("cannot close a snapshot: %w", err)
	}
	return nil
}

// source is what the reader reads from.
func (r *reader) source() pebbledb.Reader {
	if r.snapshot != nil {
		return r.snapshot
	}
	return r.e.db
}

// Get implements engine.Reader. The value stays where the store has it, and is lent.
func (r *reader) Get(ctx context.Context, key []byte, v *engine.Value) error {
	if err := r.e.enter(); err != nil {
		return err
	}
	defer r.e.gate.leave()
	value, lender, err := r.source().Get(key)
	if err != nil && !errors.Is(err, pebbledb.ErrNotFound) {
		return fmt.Errorf("cannot read a key: %w", err)
	}
	if r.level == engine.Strong {
		if mark := r.e.marks.of(r.e.id(key)); !r.e.commits.passed(mark) {
			if err := r.e.commits.wait(ctx, mark); err != nil {
				if lender != nil {
					_ = lender.Close() // the first error is the one to tell
				}
				return err
			}
		}
	}
	if lender != nil {
		v.Lend(value, lender)
	}
	return nil
}

// MultiGet implements engine.Reader. One iterator serves all keys, so the values are copied.
func (r *reader) MultiGet(ctx context.Context, keys [][]byte, vs []engine.Value) error {
	if err := r.e.enter(); err != nil {
		return err
	}
	defer r.e.gate.leave()
	it, err := r.source().NewIterWithContext(ctx, seekOptions)
	if err != nil {
		return fmt.Errorf("cannot read keys: %w", err)
	}
	var mark uint64
	var arena []byte
	for i, key := range keys {
		if it.SeekPrefixGE(key) {
			value, err := it.ValueAndErr()
			if err != nil {
				break // Close returns it
			}
			from := len(arena)
			arena = append(arena, value...)
			vs[i].Lend(arena[from:len(arena):len(arena)], nil)
		}
		if r.level == engine.Strong {
			mark = max(mark, r.e.marks.of(r.e.id(key)))
		}
	}
	if err := it.Close(); err != nil {
		return fmt.Errorf("cannot read keys: %w", err)
	}
	if mark == 0 {
		return nil
	}
	return r.e.commits.wait(ctx, mark)
}
