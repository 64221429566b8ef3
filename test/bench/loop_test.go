package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// clerk answers after a time of its own, or fails.
type clerk struct {
	takes func(call int) time.Duration
	fails func(call int) error
	calls int
}

func (c *clerk) exchange(context.Context) error {
	c.calls++
	time.Sleep(c.takes(c.calls))
	if c.fails == nil {
		return nil
	}
	return c.fails(c.calls)
}

func (c *clerk) verify() error { return nil }

func always(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }

func TestClosedLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newTally()
		w := newWindow(time.Now(), 100*time.Millisecond, time.Second)
		closedLoop(t.Context(), &clerk{takes: always(10 * time.Millisecond)}, w, all)
		if all.answered != 100 || all.acknowledged != 110 {
			t.Errorf("%d answers are counted and %d with the warm-up, want 100 and 110", all.answered, all.acknowledged)
		}
	})
}

// TestOpenLoop stops answering for half a second. Requests that became due meanwhile must be counted as late
// as they were, although the loop itself had nothing to send: that is what a closed loop hides.
func TestOpenLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &clerk{takes: func(call int) time.Duration {
			if call == 50 {
				return 500 * time.Millisecond
			}
			return time.Millisecond
		}}
		all := newTally()
		w := newWindow(time.Now(), 0, time.Second)
		openLoop(t.Context(), c, newPacer(w, 100), newPlainAlarm(), w, all)
		if all.answered != 100 || all.unsent != 0 {
			t.Errorf("%d requests are answered and %d unsent, want 100 and 0", all.answered, all.unsent)
		}
		late := 0
		for _, bar := range all.latency.Distribution() {
			if bar.To > int64(5*time.Millisecond) {
				late += int(bar.Count)
			}
		}
		if late < 50 {
			t.Errorf("%d requests were late, want those of half a second and more: 50", late)
		}
	})
}

// TestOpenLoopOverload offers more than can be answered: the rest counts as unsent, not as never asked for.
func TestOpenLoopOverload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newTally()
		w := newWindow(time.Now(), 0, time.Second)
		openLoop(t.Context(), &clerk{takes: always(100 * time.Millisecond)}, newPacer(w, 1000), newPlainAlarm(), w, all)
		if all.answered+all.unsent != 1000 || all.answered > 61 {
			t.Errorf("%d are answered and %d unsent, want 1000 together, 60 answered", all.answered, all.unsent)
		}
	})
}

// TestLostConnections lets every exchange fail: the loop gives up.
func TestLostConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &clerk{takes: always(0), fails: func(int) error { return errors.New("no answer") }}
		all := newTally()
		closedLoop(t.Context(), c, newWindow(time.Now(), 0, time.Hour), all)
		if c.calls != failuresInARow || all.failed != failuresInARow {
			t.Errorf("%d calls, %d failed", c.calls, all.failed)
		}
	})
}

func TestPacer(t *testing.T) {
	w := newWindow(time.Unix(0, 0), time.Second, time.Second)
	p := newPacer(w, 3)
	var got []int64
	for {
		due, ok := p.next()
		if !ok {
			break
		}
		got = append(got, due.UnixMilli())
	}
	want := []int64{0, 333, 666, 1000, 1333, 1666}
	if len(got) != len(want) {
		t.Fatalf("due at %v ms, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("due at %v ms, want %v", got, want)
			break
		}
	}
	p = newPacer(newWindow(time.Unix(0, 0), 0, 10*time.Minute), rateMax)
	p.taken.Store(p.total - 1)
	if due, ok := p.next(); !ok || due.Sub(w.start) != 10*time.Minute-time.Second/rateMax {
		t.Errorf("the last of %d is due after %v", p.total, due.Sub(w.start))
	}
}
