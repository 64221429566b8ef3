package pebble

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/statordb/stator/internal/engine"
)

// latchShards is how many parts the table of latches has, so that transactions of different items
// rarely touch the same mutex.
const latchShards = 256

// latchID stands for a key: its keyed 64-bit hash. Two keys with one hash would share a latch, which
// costs a wait and breaks nothing; the seed is random, so nobody can look for such keys.
type latchID uint64

// latches are the exclusive rights to write keys. A latch exists while somebody holds it; those who
// wait for it get it in the order they came.
type latches struct {
	shards [latchShards]latchShard
}

type latchShard struct {
	mu   sync.Mutex
	held map[latchID]queue
	_    [48]byte // one shard per cache line
}

// queue is who waits for a latch that is held, in the order they came. It is as long as there are
// transactions at once, which the front bounds.
type queue struct{ first, last *waiter }

type waiter struct {
	granted chan struct{} // has room for one
	next    *waiter
}

var waiterPool = sync.Pool{New: func() any { return &waiter{granted: make(chan struct{}, 1)} }}

func newLatches() *latches {
	l := new(latches)
	for i := range l.shards {
		l.shards[i].held = make(map[latchID]queue)
	}
	return l
}

func (l *latches) shard(id latchID) *latchShard { return &l.shards[id%latchShards] }

// sortLatches puts ids into the one order in which latches are taken, each once.
func sortLatches(ids []latchID) []latchID {
	if len(ids) < 2 {
		return ids
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// acquire takes all latches, or none and returns an error. ids must come from sortLatches: because
// everybody takes latches in one order, nobody waits in a circle.
func (l *latches) acquire(ctx context.Context, ids []latchID, wait time.Duration) error {
	var timeout <-chan time.Time
	for i, id := range ids {
		shard := l.shard(id)
		w := shard.take(id, wait > 0)
		if w == granted {
			continue
		}
		if w == nil {
			l.release(ids[:i])
			return engine.ErrConflict
		}
		if timeout == nil {
			timer := time.NewTimer(wait)
			defer timer.Stop()
			timeout = timer.C
		}
		if err := shard.await(ctx, id, w, timeout); err != nil {
			l.release(ids[:i])
			return err
		}
	}
	return nil
}

// release gives latches back, each to the first who waits for it.
func (l *latches) release(ids []latchID) {
	for _, id := range ids {
		l.shard(id).give(id)
	}
}

// granted is what take returns when there is nothing to wait for.
var granted = new(waiter)

// take takes the latch if it is free. Otherwise it returns the caller's place in the queue, or nil if
// the caller does not want to wait.
func (s *latchShard) take(id latchID, mayWait bool) *waiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, held := s.held[id]
	if !held {
		s.held[id] = queue{}
		return granted
	}
	if !mayWait {
		return nil
	}
	w := waiterPool.Get().(*waiter) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	if q.last == nil {
		q.first = w
	} else {
		q.last.next = w
	}
	q.last = w
	s.held[id] = q
	return w
}

// give hands the latch to the first who waits, or frees it.
func (s *latchShard) give(id latchID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.held[id]
	w := q.first
	if w == nil {
		delete(s.held, id)
		return
	}
	q.first, w.next = w.next, nil
	if q.first == nil {
		q.last = nil
	}
	s.held[id] = q
	w.granted <- struct{}{}
}

// await waits until w is granted the latch. After an error the caller does not hold it.
func (s *latchShard) await(ctx context.Context, id latchID, w *waiter, timeout <-chan time.Time) error {
	var err error
	select {
	case <-w.granted:
		waiterPool.Put(w)
		return nil
	case <-timeout:
		err = engine.ErrConflict
	case <-ctx.Done():
		err = ctx.Err()
	}
	if !s.leave(id, w) {
		// It was granted in the meantime, so it is for us to pass on.
		<-w.granted
		s.give(id)
	}
	waiterPool.Put(w)
	return err
}

// leave takes w out of the queue and reports whether it was there.
func (s *latchShard) leave(id latchID, w *waiter) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.held[id]
	var before *waiter
	for at := q.first; at != nil; before, at = at, at.next {
		if at != w {
			continue
		}
		if before == nil {
			q.first = w.next
		} else {
			before.next = w.next
		}
		if q.last == w {
			q.last = before
		}
		w.next = nil
		s.held[id] = q
		return true
	}
	return false
}
