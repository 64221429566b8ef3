package pebble

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"

	pebbledb "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/batchrepr"

	"github.com/statordb/stator/internal/engine"
)

// batchBytes is the room for its writes that a transaction begins with.
const batchBytes = 2 << 10

// arenaBytesMax is the largest buffer of read values that a transaction leaves to the next.
const arenaBytesMax = 64 << 10

// lendersMax is how many values a transaction has borrowed at a time from Pebble, which keeps memory for it.
const lendersMax = 128

// txn is one transaction. It is pooled: Update makes it ready and clears it.
type txn struct {
	e     *Engine
	batch *pebbledb.Batch

	locks   []latchID // what is locked, in the order of latches
	latched bool
	written []latchID   // the keys written, with repetitions
	readMax uint64      // the highest mark of a key read
	arena   []byte      // values read
	lenders []io.Closer // of values read that are not copied

	seqAllowed bool
	seq        uint64 // 0: none was taken
	err        error  // of a method that cannot return one
}

func (e *Engine) id(key []byte) latchID { return latchID(maphash.Bytes(e.seed, key)) }

// begin makes a transaction ready.
func (e *Engine) begin(o engine.TxnOpt) *txn {
	t := e.txns.Get().(*txn) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	for _, key := range o.Locks {
		t.locks = append(t.locks, e.id(key))
	}
	t.locks = sortLatches(t.locks)
	t.batch = e.db.NewBatchWithSize(batchBytes)
	t.seqAllowed = o.Seq
	return t
}

// finish gives back whatever t still holds, after a panic of the body too.
func (t *txn) finish() {
	t.giveBack()
	t.unlatch()
	if t.seq != 0 {
		t.e.seqs.end(t.seq)
	}
	if t.batch != nil {
		// Closing a batch returns it to Pebble's pool; there is nothing to fail.
		_ = t.batch.Close()
	}
	if cap(t.arena) > arenaBytesMax {
		t.arena = nil
	}
	*t = txn{e: t.e, locks: t.locks[:0], written: t.written[:0], arena: t.arena[:0], lenders: t.lenders}
	t.e.txns.Put(t)
}

// giveBack ends what is borrowed from Pebble. It may be called twice.
func (t *txn) giveBack() {
	for _, lender := range t.lenders {
		// Closing a read that has succeeded gives its memory back; there is nothing to fail.
		_ = lender.Close()
	}
	clear(t.lenders)
	t.lenders = t.lenders[:0]
}

func (t *txn) unlatch() {
	if t.latched {
		t.latched = false
		t.e.latches.release(t.locks)
	}
}

// Get makes the value stay valid until the body has returned, however it goes on.
func (t *txn) Get(ctx context.Context, key []byte, v *engine.Value) error {
	id := t.e.id(key)
	if t.wrote(id) {
		if found := t.own(key, v); found {
			return nil
		}
	}
	if err := t.find(ctx, key, id, v); err != nil {
		return err
	}
	t.readMax = max(t.readMax, t.e.marks.of(id))
	return nil
}

// find looks key up in the store. See recent for the two ways.
func (t *txn) find(ctx context.Context, key []byte, id latchID, v *engine.Value) error {
	if t.e.recent.has(id) {
		value, closer, err := t.e.db.Get(key)
		if errors.Is(err, pebbledb.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("cannot read a key: %w", err)
		}
		if len(t.lenders) < lendersMax {
			t.lenders = append(t.lenders, closer)
			v.Lend(value, nil)
			return nil
		}
		t.lend(value, v)
		return closer.Close()
	}
	it, err := t.e.seek(ctx, t.e.db, key)
	if err != nil || it == nil {
		return err
	}
	t.lend(it.Value(), v)
	return it.Close()
}

// lend copies value and lends the copy to v.
func (t *txn) lend(value []byte, v *engine.Value) {
	from := len(t.arena)
	t.arena = append(t.arena, value...)
	v.Lend(t.arena[from:len(t.arena):len(t.arena)], nil)
}

func (t *txn) wrote(id latchID) bool {
	for _, w := range t.written {
		if w == id {
			return true
		}
	}
	return false
}

// own finds what t itself wrote to key last.
func (t *txn) own(key []byte, v *engine.Value) (found bool) {
	for r := t.batch.Reader(); ; {
		kind, k, value, ok, err := r.Next()
		if !ok || err != nil {
			return found
		}
		if string(k) != string(key) {
			continue
		}
		found = true
		v.Release()
		if kind == pebbledb.InternalKeyKindSet {
			v.Lend(value, nil)
		}
	}
}

func (t *txn) Set(key, value []byte) { copy(t.SetDeferred(key, len(value)), value) }

func (t *txn) SetDeferred(key []byte, n int) []byte {
	if n <= 0 {
		panic("engine: a value must not be empty")
	}
	op := t.batch.SetDeferred(len(key), n)
	copy(op.Key, key)
	// A batch without an index has nothing to finish, so the value can be filled later.
	t.written = append(t.written, t.e.id(key))
	return op.Value
}

func (t *txn) Delete(key []byte) {
	op := t.batch.DeleteDeferred(len(key))
	copy(op.Key, key)
	t.written = append(t.written, t.e.id(key))
}

func (t *txn) Seq() uint64 {
	if !t.seqAllowed {
		panic("engine: Seq without TxnOpt.Seq")
	}
	if t.seq == 0 && t.err == nil {
		t.seq, t.err = t.e.seqs.take()
	}
	return t.seq
}

// empty reports whether t wrote nothing.
func (t *txn) empty() bool { return t.batch.Len() <= batchrepr.HeaderLen }
