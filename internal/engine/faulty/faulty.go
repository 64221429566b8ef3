// Package faulty is about what can go wrong in an engine: a decorator that makes it happen in tests.
// It promises that every fault is one the contract allows, that a plan fails the same calls each time
// it is given the same calls, and that an engine with an empty plan behaves like the one inside.
package faulty

import (
	"context"
	"iter"
	"math/rand/v2"
	"sync/atomic"

	"github.com/statordb/stator/internal/engine"
)

// Call is a kind of call that can fail. Calls are counted by kind.
type Call uint8

// The calls that can fail.
const (
	Update Call = iota
	TxnGet
	Read
	Get
	MultiGet
	Scan // fails in Cursor.Err, after Fault.Entries entries
	StableSeq
	DeleteRange
	Load
	Size
	calls
)

// Fault makes one call fail.
type Fault struct {
	Call Call
	N    uint64 // which call of the kind: 1 is the first
	Err  error  // what it returns
	// Done lets the call be done all the same, as a commit may be whose outcome is unknown. Only for
	// calls that change something.
	Done    bool
	Entries int // how many entries a failing scan yields first
}

// Plan says what goes wrong.
type Plan struct {
	// Twice runs every body of a transaction twice. What the first run writes is forgotten, as after
	// a conflict.
	Twice  bool
	Faults []Fault
}

// Random returns n faults of Updates among the first calls ones, for a seed: conflicts, and unknown
// outcomes of which about half are done.
func Random(seed, calls uint64, n int) []Fault {
	rng := rand.New(rand.NewPCG(seed, calls)) //nolint:gosec // reproducible on purpose
	faults := make([]Fault, 0, n)
	for range n {
		f := Fault{Call: Update, N: 1 + rng.Uint64N(calls), Err: engine.ErrConflict}
		if rng.IntN(2) == 0 {
			f.Err, f.Done = engine.ErrUndetermined, rng.IntN(2) == 0
		}
		faults = append(faults, f)
	}
	return faults
}

// Engine is an engine in which things go wrong.
type Engine struct {
	inner  engine.Engine
	twice  bool
	faults map[Call]map[uint64]Fault
	counts [calls]atomic.Uint64
}

// Wrap returns e with the faults of plan. Of two faults of one call the first counts.
func Wrap(e engine.Engine, plan Plan) *Engine {
	f := &Engine{inner: e, twice: plan.Twice, faults: make(map[Call]map[uint64]Fault)}
	for _, fault := range plan.Faults {
		if f.faults[fault.Call] == nil {
			f.faults[fault.Call] = make(map[uint64]Fault)
		}
		if _, ok := f.faults[fault.Call][fault.N]; !ok {
			f.faults[fault.Call][fault.N] = fault
		}
	}
	return f
}

// Count returns how many calls of a kind there have been.
func (e *Engine) Count(c Call) uint64 { return e.counts[c].Load() }

// next counts a call and returns the fault it is to have; the zero Fault is none.
func (e *Engine) next(c Call) Fault { return e.faults[c][e.counts[c].Add(1)] }

// do makes a call that changes something, or fails it.
func (e *Engine) do(c Call, call func() error) error {
	fault := e.next(c)
	if fault.Err == nil {
		return call()
	}
	if fault.Done {
		if err := call(); err != nil {
			return err
		}
	}
	return fault.Err
}

// Update implements engine.Engine.
func (e *Engine) Update(ctx context.Context, o engine.TxnOpt, body func(engine.Txn) error) (seq uint64, err error) {
	err = e.do(Update, func() (err error) {
		seq, err = e.inner.Update(ctx, o, func(t engine.Txn) error {
			if e.twice {
				if err := body(&rehearsal{txn: txn{t, e}}); err != nil {
					return err
				}
			}
			return body(&txn{t, e})
		})
		return err
	})
	return seq, err
}

// Read implements engine.Engine.
func (e *Engine) Read(ctx context.Context, l engine.Level) (engine.Reader, error) {
	if fault := e.next(Read); fault.Err != nil {
		return nil, fault.Err
	}
	r, err := e.inner.Read(ctx, l)
	if err != nil {
		return nil, err
	}
	return &reader{r, e}, nil
}

// StableSeq implements engine.Engine.
func (e *Engine) StableSeq(ctx context.Context, r engine.Range, from uint64) (uint64, error) {
	if fault := e.next(StableSeq); fault.Err != nil {
		return 0, fault.Err
	}
	return e.inner.StableSeq(ctx, r, from)
}

// DeleteRange implements engine.Engine.
func (e *Engine) DeleteRange(ctx context.Context, r engine.Range) error {
	return e.do(DeleteRange, func() error { return e.inner.DeleteRange(ctx, r) })
}

// Load implements engine.Engine.
func (e *Engine) Load(ctx context.Context, r engine.Range, sorted iter.Seq2[[]byte, []byte]) error {
	return e.do(Load, func() error { return e.inner.Load(ctx, r, sorted) })
}

// Split implements engine.Engine.
func (e *Engine) Split(ctx context.Context, at [][]byte) error { return e.inner.Split(ctx, at) }

// Size implements engine.Engine.
func (e *Engine) Size(ctx context.Context, r engine.Range) (uint64, error) {
	if fault := e.next(Size); fault.Err != nil {
		return 0, fault.Err
	}
	return e.inner.Size(ctx, r)
}

// Checkpoint implements engine.Checkpointer if the engine inside does.
func (e *Engine) Checkpoint(ctx context.Context, dir string) error {
	return engine.Checkpoint(ctx, e.inner, dir)
}

// Verify implements engine.Verifier if the engine inside does.
func (e *Engine) Verify(ctx context.Context) error { return engine.Verify(ctx, e.inner) }

// Close implements engine.Engine.
func (e *Engine) Close() error { return e.inner.Close() }
