package store

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// gate lets writers into a table until it is shut. Shutting it waits for those inside.
type gate struct {
	inside atomic.Int64
	closed atomic.Bool
}

// drainPoll is how often shut looks whether the last writer has left.
const drainPoll = time.Millisecond

// enter reports whether the gate is open; if so, leave must be called.
func (g *gate) enter() bool {
	g.inside.Add(1)
	// shut sets closed before it looks at inside, so one of the two sees the other.
	if g.closed.Load() {
		g.inside.Add(-1)
		return false
	}
	return true
}

func (g *gate) leave() { g.inside.Add(-1) }

// shut closes the gate for good and waits until nobody is inside.
func (g *gate) shut(ctx context.Context) error {
	g.closed.Store(true)
	for g.inside.Load() > 0 {
		select {
		case <-ctx.Done():
			return fmt.Errorf("cannot wait for the writers of a dropped table: %w", ctx.Err())
		case <-time.After(drainPoll):
		}
	}
	return nil
}
