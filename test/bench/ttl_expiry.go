package main

import (
	"context"
	"fmt"
	"time"
)

const (
	sweepName  = "sweep"
	countPause = 50 * time.Millisecond // between two looks at how many items are left
	stuckMax   = time.Minute           // without one going, after they have expired
	lagEvery   = 5                     // looks, of which one is at the server's own figure too
	lagMetric  = "stator_ttl_lag_seconds"
)

// expiry is what became of items that expired at one moment.
type expiry struct {
	table  *expiringTable
	at     time.Time // when they expired
	items  int64
	lanes  []*lane // of the requests that are served meanwhile
	counts []count
	slices []slice
	lag    time.Duration // the longest by the server's own figure
}

// count is how many of the items were there at a time.
type count struct {
	at   time.Time // when that was known
	left int64
}

// watch counts the items until none of them is left. The lanes work meanwhile.
func (x *expiry) watch(ctx context.Context, l servedLoad, duration time.Duration) error {
	defer closeAll(x.lanes)
	if len(x.lanes) > 0 {
		if err := x.table.connect(ctx, x.lanes, l.connections, l.rate); err != nil {
			return err
		}
	}
	defer quiet(x.table.target.cfg.clientProcs)()
	defer context.AfterFunc(ctx, func() { interruptAll(x.lanes) })()
	over := make(chan struct{})
	var failure error
	go func() {
		defer close(over)
		failure = x.countDown(ctx)
	}()
	if len(x.lanes) > 0 {
		x.slices = serve(ctx, x.table.target, x.lanes, duration, over)
	}
	<-over
	return failure
}

// countDown counts until no item is left.
func (x *expiry) countDown(ctx context.Context) error {
	stays := int64(x.table.shape.keys) + 1
	stuck := x.at.Add(stuckMax)
	for {
		n, err := x.table.count(ctx)
		if err != nil {
			return fmt.Errorf("cannot count the items: %w", err)
		}
		now := count{at: time.Now(), left: n - stays}
		if len(x.counts) > 0 && now.left < x.counts[len(x.counts)-1].left && now.at.Add(stuckMax).After(stuck) {
			stuck = now.at.Add(stuckMax)
		}
		x.counts = append(x.counts, now)
		if len(x.counts)%lagEvery == 0 {
			lag, err := x.table.target.metric(ctx, lagMetric)
			if err != nil {
				return err
			}
			x.lag = max(x.lag, time.Duration(lag*float64(time.Second)))
		}
		if now.left <= 0 {
			return nil
		}
		if now.at.After(stuck) {
			return fmt.Errorf("%d items have expired and do not go", now.left)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(countPause):
		}
	}
}

// span is when the sweep began, which is the last time at which all items were there, and when none was left.
func (x *expiry) span() (began, ended time.Time) {
	began = x.at
	for _, c := range x.counts {
		if c.left >= x.items {
			began = c.at
		}
		ended = c.at
	}
	return began, ended
}

// sample says how fast the items went. Its least latency, P50, is from the moment at which they expired to the
// first one's going, its greatest, Max, to the last one's.
func (x *expiry) sample() *sample {
	began, ended := x.span()
	s := &sample{Target: sweepPhase, Answered: x.items, Elapsed: ended.Sub(began), Lag: x.lag}
	s.PerSecond = float64(x.items) / max(s.Elapsed, countPause).Seconds()
	s.P50, s.Max = max(0, began.Sub(x.at)), ended.Sub(x.at)
	return s
}

// phaseOf is the phase that a slice lies in: quiet if it ended before the items expired, sweeping if it lies
// within the sweep, and none at the edges.
func (x *expiry) phaseOf(c *slice) string {
	began, ended := x.span()
	switch {
	case c.until.Before(x.at):
		return quietPhase
	case c.from.After(began) && c.until.Before(ended):
		return sweepPhase
	}
	return ""
}

// served says what a lane got answered in all slices of a phase. What went wrong at the edges counts as quiet.
func (x *expiry) served(lane int, phase string) *sample {
	all, s := newTally(), &sample{Target: phase}
	for i := range x.slices {
		c := &x.slices[i]
		switch x.phaseOf(c) {
		case phase:
			all.merge(c.tallies[lane])
			s.Elapsed += c.until.Sub(c.from)
			s.ClientCPU += c.used.client
			s.ServerCPU += c.used.server
		case "":
			if phase == quietPhase {
				s.Failed += c.tallies[lane].failed
			}
		}
	}
	s.quantiles, s.Answered, s.Unsent, s.Complaint = quantilesOf(all.latency), all.answered, all.unsent, all.complaint
	s.Failed += all.failed
	if s.Elapsed > 0 {
		s.PerSecond = float64(all.answered) / s.Elapsed.Seconds()
		s.ClientBusy = s.ClientCPU.Seconds() / s.Elapsed.Seconds() / float64(x.table.target.cfg.clientProcs)
	}
	return s
}
