package main

import (
	"context"
	"sync/atomic"
	"time"
)

// Bounds of a loop whose server does not answer.
const (
	failurePause   = time.Millisecond // after a lost connection, before the next attempt
	failuresInARow = 100              // lost connections, after which a loop gives up
	drainMax       = 5 * time.Second  // open loop: time after the last due request in which late ones are still sent
)

// window is the times of a sample: load begins at start and is measured from from until until.
type window struct {
	start, from, until time.Time
}

func newWindow(start time.Time, warmUp, duration time.Duration) window {
	from := start.Add(warmUp)
	return window{start: start, from: from, until: from.Add(duration)}
}

// caller is one connection, as a loop sees it.
type caller interface {
	// exchange sends the next request and reads its answer. An error says that the connection is lost.
	exchange(ctx context.Context) error
	// verify judges that answer; the time it takes is not measured.
	verify() error
}

// closedLoop sends the next request when the last one is answered, until the window ends.
func closedLoop(ctx context.Context, c caller, w window, t *tally) {
	lost := 0
	for lost < failuresInARow {
		sent := time.Now()
		if !sent.Before(w.until) {
			return
		}
		if !call(ctx, c, w, sent, t, &lost) {
			return
		}
	}
}

// openLoop takes requests from the pacer, waits until each is due, and measures from that moment,
// however late the connection was free: an answer that blocks others makes their latency longer too.
func openLoop(ctx context.Context, c caller, p *pacer, a alarm, w window, t *tally) {
	lost := 0
	giveUp := w.until.Add(drainMax)
	for {
		due, ok := p.next()
		if !ok {
			return
		}
		now := time.Now()
		if wait := due.Sub(now); wait > 0 && a.sleep(wait) != nil {
			return
		}
		if lost >= failuresInARow || now.After(giveUp) {
			t.miss(w, due, now)
			continue
		}
		if !call(ctx, c, w, due, t, &lost) {
			return
		}
	}
}

// call makes one request whose latency begins at due. It returns false when the run is interrupted.
func call(ctx context.Context, c caller, w window, due time.Time, t *tally, lost *int) bool {
	err := c.exchange(ctx)
	done := time.Now()
	if err == nil {
		*lost = 0
		t.add(w, due, done, c.verify())
		return true
	}
	if ctx.Err() != nil {
		return false
	}
	*lost++
	t.add(w, due, done, err)
	time.Sleep(failurePause)
	return true
}

// pacer hands out the times at which requests are due: rate a second, evenly spaced from start until
// until. All connections of a sample share it, so that a request waits only when all are busy. It holds
// no queue: what is due and not sent is the difference between two numbers.
type pacer struct {
	start time.Time
	rate  int64
	total int64
	taken atomic.Int64
}

func newPacer(w window, rate int) *pacer {
	return &pacer{start: w.start, rate: int64(rate), total: int64(w.until.Sub(w.start).Seconds() * float64(rate))}
}

func (p *pacer) next() (due time.Time, ok bool) {
	n := p.taken.Add(1) - 1
	if n >= p.total {
		return time.Time{}, false
	}
	// Seconds and rest apart: n nanoseconds would overflow after some hours.
	seconds, rest := n/p.rate, n%p.rate
	return p.start.Add(time.Duration(seconds)*time.Second + time.Duration(rest*int64(time.Second)/p.rate)), true
}

// alarm waits for due times. Waiting must be exact to some microseconds, which time.Sleep is not.
type alarm interface {
	sleep(d time.Duration) error // an error: interrupted
	interrupt()
	close()
}

// plainAlarm waits with time.Sleep.
type plainAlarm struct{ done chan struct{} }

func newPlainAlarm() alarm { return &plainAlarm{done: make(chan struct{}, 1)} }

func (p *plainAlarm) sleep(d time.Duration) error {
	select {
	case <-p.done:
		p.interrupt() // for the next sleep
		return context.Canceled
	case <-time.After(d):
		return nil
	}
}

func (p *plainAlarm) interrupt() {
	select {
	case p.done <- struct{}{}:
	default: // interrupted already
	}
}

func (p *plainAlarm) close() {}
