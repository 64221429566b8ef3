package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// gate lets writers into a table until it is shut, and can tell when all who came in before a moment
// have left.
//
// Writers are counted by the parity of the turn in which they came. turn begins another one, so that
// the count of those who came before can only fall.
type gate struct {
	turns  atomic.Uint32
	inside [2]atomic.Int64
	closed atomic.Bool
	mu     sync.Mutex // held to turn: one turn waits for one parity
}

// drainPoll is how often whoever waits looks whether the last writer has left.
const drainPoll = time.Millisecond

// ticket is what enter gives and leave takes back.
type ticket uint32

// enter reports whether the gate is open; if so, leave must be called.
func (g *gate) enter() (ticket, bool) {
	for {
		turn := g.turns.Load()
		at := ticket(turn & 1)
		g.inside[at].Add(1)
		switch {
		// shut sets closed before it looks at inside, so one of the two sees the other.
		case g.closed.Load():
			g.leave(at)
			return 0, false
		// The same is true of turn.
		case g.turns.Load() == turn:
			return at, true
		}
		g.leave(at)
	}
}

func (g *gate) leave(t ticket) { g.inside[t].Add(-1) }

// turn waits until all have left who entered before it was called. Others may enter in the meantime.
func (g *gate) turn(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	// Those of the turn before this one are still inside if whoever waited for them gave up.
	if err := g.drain(ctx, ticket((g.turns.Load()+1)&1)); err != nil {
		return err
	}
	return g.drain(ctx, ticket((g.turns.Add(1)-1)&1))
}

// drain waits until nobody is inside who has the ticket t, which is not given out any more.
func (g *gate) drain(ctx context.Context, t ticket) error {
	for g.inside[t].Load() > 0 {
		select {
		case <-ctx.Done():
			return fmt.Errorf("cannot wait for the writers of a table: %w", ctx.Err())
		case <-time.After(drainPoll):
		}
	}
	return nil
}

// shut closes the gate for good and waits until nobody is inside.
func (g *gate) shut(ctx context.Context) error {
	g.closed.Store(true)
	return g.turn(ctx)
}
