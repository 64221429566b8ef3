package pebble

import (
	"context"
	"sync"
	"sync/atomic"
)

// trackerWindow is how many numbers may be out at once. Pebble commits fewer than 4,096 batches at a
// time, so only a caller gone wild ever waits for room.
const trackerWindow = 1 << 16

// tracker hands out ascending numbers and knows the lowest that is still out.
//
// A number is out from begin to end. low only rises, and everything below it has ended. Because a
// number is taken before its holder does something and ended after, whoever sees the effect of a
// holder and then sees low above the holder's number knows that the holder is through.
type tracker struct {
	next atomic.Uint64 // the number begin returns next; written under mu
	low  atomic.Uint64 // every number below it has ended; written under mu

	mu      sync.Mutex
	room    sync.Cond // low has risen
	ended   [trackerWindow / 64]uint64
	waiters []waiting // ascending by number
	err     error     // why waiting has become pointless
}

// waiting is somebody who waits until low is above number.
type waiting struct {
	number uint64
	done   chan struct{}
}

// init makes first the first number. It must be called before anything else.
func (t *tracker) init(first uint64) {
	t.room.L = &t.mu
	t.next.Store(first)
	t.low.Store(first)
}

// begin takes a number.
func (t *tracker) begin() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.next.Load()
	for n-t.low.Load() >= trackerWindow && t.err == nil {
		t.room.Wait()
		n = t.next.Load()
	}
	t.next.Store(n + 1)
	return n
}

// end gives n back.
func (t *tracker) end(n uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flip(n)
	low := t.low.Load()
	if n != low {
		return
	}
	for next := t.next.Load(); low < next && t.isEnded(low); low++ {
		t.flip(low)
	}
	t.low.Store(low)
	t.room.Broadcast()
	i := 0
	for ; i < len(t.waiters) && t.waiters[i].number < low; i++ {
		close(t.waiters[i].done)
	}
	t.waiters = append(t.waiters[:0], t.waiters[i:]...)
}

func (t *tracker) flip(n uint64)         { t.ended[n%trackerWindow/64] ^= 1 << (n % 64) }
func (t *tracker) isEnded(n uint64) bool { return t.ended[n%trackerWindow/64]&(1<<(n%64)) != 0 }

// passed reports whether n and every number below it have ended.
func (t *tracker) passed(n uint64) bool { return n < t.low.Load() }

// wait returns when n and every number below it have ended.
func (t *tracker) wait(ctx context.Context, n uint64) error {
	if t.passed(n) {
		return nil
	}
	done, err := t.enqueue(n)
	if err != nil || done == nil {
		return err
	}
	select {
	case <-done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if t.passed(n) {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// enqueue returns a channel that is closed when n has passed or never will, or nil if n has.
func (t *tracker) enqueue(n uint64) (<-chan struct{}, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.passed(n) {
		return nil, nil
	}
	if t.err != nil {
		return nil, t.err
	}
	done := make(chan struct{})
	i := len(t.waiters)
	for i > 0 && t.waiters[i-1].number > n {
		i--
	}
	t.waiters = append(t.waiters, waiting{})
	copy(t.waiters[i+1:], t.waiters[i:])
	t.waiters[i] = waiting{number: n, done: done}
	return done, nil
}

// fail says that numbers may never end any more: whoever waits gets err.
func (t *tracker) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return
	}
	t.err = err
	for _, w := range t.waiters {
		close(w.done)
	}
	t.waiters = nil
	t.room.Broadcast()
}
