package pebble

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
)

func newTracker(first uint64) *tracker {
	t := new(tracker)
	t.init(first)
	return t
}

// TestTracker ends numbers in random order and compares with what low is by definition.
func TestTracker(t *testing.T) {
	rng := seeded(t)
	tr := newTracker(trackerWindow - 100) // the ring goes round
	out := map[uint64]bool{}
	for range 2000 {
		if len(out) == 0 || rng.IntN(2) == 0 {
			out[tr.begin()] = true
		} else {
			tr.end(pick(rng, out))
		}
		low := tr.next.Load()
		for n := range out {
			low = min(low, n)
		}
		if got := tr.low.Load(); got != low {
			t.Fatalf("low is %d, want %d", got, low)
		}
	}
}

// pick takes a number out of the set.
func pick(rng *rand.Rand, out map[uint64]bool) uint64 {
	skip := rng.IntN(len(out))
	for n := range out {
		if skip--; skip < 0 {
			delete(out, n)
			return n
		}
	}
	panic("the set is empty")
}

func TestTrackerWait(t *testing.T) {
	tr := newTracker(1)
	a, b, c := tr.begin(), tr.begin(), tr.begin()
	var waiting sync.WaitGroup
	for _, n := range []uint64{c, a, b} {
		waiting.Go(func() {
			if err := tr.wait(t.Context(), n); err != nil || !tr.passed(n) {
				t.Errorf("wait returned %v when low was %d", err, tr.low.Load())
			}
		})
	}
	tr.end(c)
	tr.end(a)
	tr.end(b)
	waiting.Wait()
	d := tr.begin()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tr.wait(ctx, d); !errors.Is(err, context.Canceled) {
		t.Errorf("wait with a done context returned %v", err)
	}
	failed := make(chan error)
	go func() { failed <- tr.wait(t.Context(), d) }()
	tr.fail(errRefused)
	if err := <-failed; !errors.Is(err, errRefused) {
		t.Errorf("wait after a failure returned %v", err)
	}
}

// TestTrackerWindow checks that begin waits for room.
func TestTrackerWindow(t *testing.T) {
	tr := newTracker(1)
	first := tr.begin()
	for range trackerWindow - 1 {
		tr.end(tr.begin())
	}
	begun := make(chan uint64)
	go func() { begun <- tr.begin() }()
	tr.end(first)
	if n := <-begun; n != first+trackerWindow {
		t.Errorf("begin returned %d", n)
	}
}
