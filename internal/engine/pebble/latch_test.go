package pebble

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/statordb/stator/internal/engine"
)

// waiting is how many wait for the latch of id.
func (l *latches) waiting(id latchID) (n int) {
	s := l.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := s.held[id].first; w != nil; w = w.next {
		n++
	}
	return n
}

// TestLatchOrder checks that a latch goes to those who wait for it in the order they came, and that
// those who give up leave the order of the others as it is.
func TestLatchOrder(t *testing.T) {
	const id, waiters = latchID(7), 9
	l := newLatches()
	if err := l.acquire(t.Context(), []latchID{id}, 0); err != nil {
		t.Fatal(err)
	}
	order, gone := make(chan int, waiters), make(chan error, waiters)
	giveUp, cancel := context.WithCancel(t.Context())
	for i := range waiters {
		ctx := t.Context()
		if i%3 == 1 || i == waiters-1 {
			ctx = giveUp
		}
		go func() {
			if err := l.acquire(ctx, []latchID{id}, time.Hour); err != nil {
				gone <- err
				return
			}
			order <- i
			l.release([]latchID{id})
		}()
		eventually(t, func() bool { return l.waiting(id) == i+1 })
	}
	cancel()
	for range 4 {
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("giving up returned %v", err)
		}
	}
	l.release([]latchID{id})
	var got []int
	for range waiters - 4 {
		got = append(got, <-order)
	}
	if want := []int{0, 2, 3, 5, 6}; !slices.Equal(got, want) {
		t.Errorf("the latch went to %v, want %v", got, want)
	}
	eventually(t, func() bool { return l.free() })
}

// free reports whether nobody holds a latch.
func (l *latches) free() bool {
	for i := range l.shards {
		s := &l.shards[i]
		s.mu.Lock()
		n := len(s.held)
		s.mu.Unlock()
		if n > 0 {
			return false
		}
	}
	return true
}

// TestLatchesFreed checks that no latch outlives its transaction, however that ends.
func TestLatchesFreed(t *testing.T) {
	e := openTest(t, Options{Memory: true})
	ends := map[string]func(engine.Txn) error{
		"commit": func(txn engine.Txn) error { txn.Set([]byte("a"), []byte("1")); return nil },
		"empty":  func(engine.Txn) error { return nil },
		"error":  func(engine.Txn) error { return errRefused },
		"panic":  func(engine.Txn) error { panic("defect") },
		"no seq": func(txn engine.Txn) error { txn.Seq(); return nil },
		"empty value": func(txn engine.Txn) error {
			txn.Set([]byte("a"), nil)
			return nil
		},
	}
	for name, body := range ends {
		func() {
			defer func() { _ = recover() }()
			_, _ = e.Update(t.Context(), locked("a", "b", "c"), body)
		}()
		if !e.latches.free() {
			t.Errorf("after %s a latch is held", name)
		}
	}
}
