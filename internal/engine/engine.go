// Package engine is about the one storage contract of Stator: a small ordered key-value transaction.
// It promises that everything above it (items, indexes, streams, tokens) can be written once,
// because every engine that passes enginetest gives the same isolation, order and durability.
//
// # Terminology
//
// A key is an ordered byte string; a value is a non-empty byte string whose first byte is a format
// header (TiKV refuses empty values). A lock is the exclusive right to write a key, taken before a
// transaction body runs and let go when its writes are visible, which may be before they are
// durable. A sequence is a number the engine gives to a transaction that asks for one; for any
// locked key the sequences of successive writers ascend.
//
// # Who may do what
//
// Callers lock item keys and nothing else. Index entries, change records and tokens follow from the
// item, so whoever holds the item's lock may write them. That is strict two-phase locking on items:
// serializable, and free of deadlock because locks are taken together in key order.
package engine

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"
)

// Errors that every engine returns for the conditions they name. Compare with errors.Is.
var (
	// ErrConflict says that a lock was not granted within TxnOpt.Wait. Nothing was written.
	ErrConflict = errors.New("engine: lock is held by another transaction")
	// ErrUndetermined says that a commit may or may not have been applied. Never retry on it.
	ErrUndetermined = errors.New("engine: outcome of the commit is unknown")
	// ErrUnavailable says that the store cannot be reached or has stopped. Nothing was written.
	ErrUnavailable = errors.New("engine: store is unavailable")
	// ErrDiskFull says that free space is below the guard. Nothing was written; deletes still work.
	ErrDiskFull = errors.New("engine: not enough free disk space")
	// ErrUnsupported says that this engine does not have the optional ability asked for.
	ErrUnsupported = errors.New("engine: not supported by this engine")
)

// Level is the consistency of a read.
type Level uint8

const (
	// Strong reads are linearizable: they see every write acknowledged before they began and never
	// return a version that a crash could still take back.
	Strong Level = iota
	// Eventual reads may be answered by any replica and may lag.
	Eventual
	// Snapshot reads see one cut of the whole store, for all reads through the Reader. The cut is
	// durable before the first value of it is returned.
	Snapshot
)

// Value receives the result of a Get. B is borrowed from the engine: it is valid until Release, and
// Release must be called before the Value is used again. The zero Value is ready for use.
type Value struct {
	B      []byte
	Exists bool

	lender io.Closer
}

// Lend fills v with bytes that stay valid until lender is closed. For engines. A nil lender means
// that the bytes belong to v for good.
func (v *Value) Lend(b []byte, lender io.Closer) {
	v.B, v.Exists, v.lender = b, true, lender
}

// Release gives the borrowed bytes back. It may be called more than once.
func (v *Value) Release() {
	if v.lender != nil {
		// The lender is the engine's buffer; giving it back has no way to fail that a reader could act on.
		_ = v.lender.Close()
	}
	*v = Value{}
}

// Range is the half-open key range [Lo, Hi). A nil Hi means no upper bound.
type Range struct{ Lo, Hi []byte }

// Contains reports whether key lies in r.
func (r Range) Contains(key []byte) bool {
	return string(key) >= string(r.Lo) && (r.Hi == nil || string(key) < string(r.Hi))
}

// ScanOpt chooses direction and extent of a scan.
type ScanOpt struct {
	Reverse  bool // from Hi down to Lo
	KeysOnly bool // Cursor.Value is not called
	Limit    int  // at most so many entries will be read; 0: no limit. A hint to engines that fetch in batches, enforced by all.
}

// Cursor walks a range one way. It is used by one goroutine and must be closed.
type Cursor interface {
	// Next moves to the next entry, the first at first, and reports whether there is one.
	Next() bool
	// Key returns the current key, valid until Next or Close.
	Key() []byte
	// Value returns the current value, valid until Next or Close.
	Value() []byte
	// Err returns what ended the walk early: nil at the end of the range.
	Err() error
	// Close releases the cursor and returns Err.
	Close() error
}

// Reader reads at one Level. It is used by one goroutine and must be closed.
type Reader interface {
	// Get looks key up. An absent key is not an error: v.Exists is false.
	Get(ctx context.Context, key []byte, v *Value) error
	// MultiGet looks up keys[i] into vs[i]; len(vs) must be at least len(keys).
	MultiGet(ctx context.Context, keys [][]byte, vs []Value) error
	// Scan walks r. Errors surface in Cursor.Err.
	Scan(ctx context.Context, r Range, o ScanOpt) Cursor
	Close() error
}

// TxnOpt says what a transaction will touch.
type TxnOpt struct {
	Locks [][]byte      // every item key read or written: taken together, in key order, before the body. Duplicates are one lock.
	Blind bool          // the body does not read the locked keys
	Wait  time.Duration // how long to wait for the locks; 0: ErrConflict at once
	Seq   bool          // the body calls Seq
	Frees bool          // the transaction gives space back (a delete): allowed while others get ErrDiskFull
}

// Txn is what a transaction body sees. It reads its own writes on locked keys only.
// Key and value slices may be reused by the caller once a method has returned.
type Txn interface {
	// Get looks key up. Only locked keys are protected against concurrent writers. The value is
	// valid until the body returns, or until v.Release.
	Get(ctx context.Context, key []byte, v *Value) error
	// Set writes a non-empty value.
	Set(key, value []byte)
	// SetDeferred reserves n > 0 bytes for the value of key and returns them to be filled before
	// the next call on the Txn.
	SetDeferred(key []byte, n int) []byte
	// Delete removes key. Deleting an absent key is not an error.
	Delete(key []byte)
	// Seq returns the transaction's sequence: unique, above that of every transaction that had ended
	// when Update was called, and above that of every earlier committed writer of any locked key. It
	// may be called only with TxnOpt.Seq.
	Seq() uint64
}

// Engine is an ordered key-value store with transactions. All methods may be called concurrently.
type Engine interface {
	// Read opens a Reader at level l.
	Read(ctx context.Context, l Level) (Reader, error)
	// Update takes the locks, runs body, and commits what it wrote as one atomic, durable step.
	// The body may run again, so it must reset its results and have no outside effects. An error of
	// the body is returned as it is and nothing is written; if the body read a version that is not
	// yet durable, Update waits for it before returning, so that a refusal never rests on a write
	// that a crash takes back. seq is the transaction's sequence, or 0 without TxnOpt.Seq.
	Update(ctx context.Context, o TxnOpt, body func(Txn) error) (seq uint64, err error)
	// StableSeq returns the highest h such that every record of r whose sequence s satisfies
	// from <= s < h is visible to reads begun after the return, and none will appear later.
	StableSeq(ctx context.Context, r Range, from uint64) (h uint64, err error)
	// DeleteRange removes r for good. It is not transactional: nobody may write r any more.
	DeleteRange(ctx context.Context, r Range) error
	// Load fills the empty, unpublished range r with entries in ascending key order, durably.
	Load(ctx context.Context, r Range, sorted iter.Seq2[[]byte, []byte]) error
	// Split hints that the store may be divided at these keys.
	Split(ctx context.Context, at [][]byte) error
	// Size estimates the bytes that r takes on disk.
	Size(ctx context.Context, r Range) (uint64, error)
	// Close waits for running transactions and releases the store. Nothing may be called after it.
	Close() error
}

// Checkpointer is the optional ability to copy the whole store, consistently, into a new directory.
type Checkpointer interface {
	Checkpoint(ctx context.Context, dir string) error
}

// Checkpoint copies the store that e holds into dir, or returns ErrUnsupported.
func Checkpoint(ctx context.Context, e Engine, dir string) error {
	if c, ok := e.(Checkpointer); ok {
		return c.Checkpoint(ctx, dir)
	}
	return ErrUnsupported
}

// Verifier is the optional ability to read every stored byte and compare its checksum.
type Verifier interface {
	Verify(ctx context.Context) error
}

// Verify checks the checksums of everything that e stores, or returns ErrUnsupported.
func Verify(ctx context.Context, e Engine) error {
	if v, ok := e.(Verifier); ok {
		return v.Verify(ctx)
	}
	return ErrUnsupported
}
