package faulty

import (
	"context"

	"github.com/statordb/stator/internal/engine"
)

// txn is a transaction whose reads can fail.
type txn struct {
	engine.Txn
	e *Engine
}

func (t *txn) Get(ctx context.Context, key []byte, v *engine.Value) error {
	if fault := t.e.next(TxnGet); fault.Err != nil {
		return fault.Err
	}
	return t.Txn.Get(ctx, key, v)
}

// rehearsal is a transaction whose writes are forgotten. It reads them all the same.
type rehearsal struct {
	txn
	written map[string][]byte // nil values are deleted keys
}

func (t *rehearsal) Get(ctx context.Context, key []byte, v *engine.Value) error {
	value, ok := t.written[string(key)]
	if !ok {
		return t.txn.Get(ctx, key, v)
	}
	v.Release()
	if value != nil {
		v.Lend(value, nil)
	}
	return nil
}

func (t *rehearsal) Set(key, value []byte) { copy(t.SetDeferred(key, len(value)), value) }

func (t *rehearsal) SetDeferred(key []byte, n int) []byte {
	value := make([]byte, n)
	t.write(key, value)
	return value
}

func (t *rehearsal) Delete(key []byte) { t.write(key, nil) }

func (t *rehearsal) write(key, value []byte) {
	if t.written == nil {
		t.written = make(map[string][]byte)
	}
	t.written[string(key)] = value
}
