package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// clientBytesMax bounds the generator's memory while its garbage collector rests.
const clientBytesMax = 4 << 30

// trial is what a round measures every target on.
type trial struct {
	operation   *operation
	connections int
	rate        int // requests a second; 0: closed loop
}

// sample is what one target did in one round of a trial.
type sample struct {
	Target     string        `json:"target"`
	Round      int           `json:"round"`
	PerSecond  float64       `json:"requests_per_second"`
	Answered   int64         `json:"answered"`
	Cancelled  int64         `json:"cancelled,omitempty"`
	Failed     int64         `json:"failed"`
	Unsent     int64         `json:"unsent"`
	Records    int64         `json:"records,omitempty"` // of a stream, that were read
	Bytes      int64         `json:"bytes,omitempty"`   // of the bodies that they came in
	Resent     int64         `json:"resent"`
	Complaint  string        `json:"complaint,omitempty"`
	Elapsed    time.Duration `json:"elapsed_ns"`
	ClientCPU  time.Duration `json:"client_cpu_ns"`
	ServerCPU  time.Duration `json:"server_cpu_ns"` // 0: not known
	ClientBusy float64       `json:"client_busy"`   // of the cores it may use
	// Lag is the longest that the server said of itself it was behind with expired items.
	Lag time.Duration `json:"ttl_lag_ns,omitempty"`
	quantiles
}

// usage is processor time at one moment.
type usage struct{ client, server time.Duration }

func (t *target) usage() usage { return usage{client: ownCPU(), server: processCPU(t.pid)} }

// generate puts the load of a trial on a target. Whatever can be done beforehand is done before the
// window opens: requests are signed, connections are open, garbage is collected.
func generate(ctx context.Context, t *target, tr trial, s *script, sh *shape, warmUp, duration time.Duration) (*sample, error) {
	g := &generator{target: t, trial: tr, shape: sh}
	defer g.close()
	if err := g.open(ctx, s); err != nil {
		return nil, fmt.Errorf("cannot load %s: %w", t.name, err)
	}
	defer quiet(t.cfg.clientProcs)()
	w := newWindow(time.Now(), warmUp, duration)
	for _, c := range g.connections {
		c.expire(w.until.Add(drainMax + answerMax))
	}
	defer context.AfterFunc(ctx, g.interrupt)()

	all, before, after := g.run(ctx, w)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	t.acknowledge(tr.operation, all)
	end := w.until
	if tr.rate == 0 && all.answered > 0 || all.last.After(end) {
		end = all.last
	}
	elapsed := end.Sub(w.from)
	out := &sample{
		Target: t.name, quantiles: quantilesOf(all.latency),
		PerSecond: float64(all.answered) / elapsed.Seconds(),
		Answered:  all.answered, Cancelled: all.cancelled, Failed: all.failed, Unsent: all.unsent, Resent: s.resent(),
		Complaint: all.complaint, Elapsed: elapsed,
		ClientCPU: after.client - before.client, ServerCPU: after.server - before.server,
	}
	out.ClientBusy = out.ClientCPU.Seconds() / elapsed.Seconds() / float64(t.cfg.clientProcs)
	return out, nil
}

// generator is the connections of one sample.
type generator struct {
	target      *target
	trial       trial
	shape       *shape
	connections []*connection
	alarms      []alarm
}

// open connects, and in the open loop makes an alarm for each connection.
func (g *generator) open(ctx context.Context, s *script) error {
	for range g.trial.connections {
		c, err := newConnection(ctx, g.target.address)
		if err != nil {
			return err
		}
		c.script = s
		c.check = g.target.checker(g.trial.operation, g.shape)
		g.connections = append(g.connections, c)
		if g.trial.rate == 0 {
			continue
		}
		a, err := newAlarm()
		if err != nil {
			return err
		}
		g.alarms = append(g.alarms, a)
	}
	return nil
}

// run drives all connections through the window. The usages are taken where measuring begins and ends.
func (g *generator) run(ctx context.Context, w window) (all *tally, before, after usage) {
	var wg sync.WaitGroup
	tallies := make([]*tally, len(g.connections))
	pace := newPacer(w, max(1, g.trial.rate))
	for i, c := range g.connections {
		tallies[i] = newTally()
		wg.Go(func() {
			if g.trial.rate == 0 {
				closedLoop(ctx, c, w, tallies[i])
			} else {
				openLoop(ctx, c, pace, g.alarms[i], w, tallies[i])
			}
		})
	}
	select {
	case <-ctx.Done():
	case <-time.After(time.Until(w.from)):
	}
	before = g.target.usage()
	wg.Wait()
	after = g.target.usage()
	all = newTally()
	for _, t := range tallies {
		all.merge(t)
	}
	return all, before, after
}

// interrupt ends run soon.
func (g *generator) interrupt() {
	for _, c := range g.connections {
		c.interrupt()
	}
	for _, a := range g.alarms {
		a.interrupt()
	}
}

func (g *generator) close() {
	for _, c := range g.connections {
		c.close()
	}
	for _, a := range g.alarms {
		a.close()
	}
}

// quiet makes the generator disturb the server as little as it can, until the returned function is
// called: it keeps to its cores, and collects no garbage below clientBytesMax.
func quiet(procs int) func() {
	runtime.GC()
	percent := debug.SetGCPercent(-1)
	limit := debug.SetMemoryLimit(clientBytesMax)
	before := runtime.GOMAXPROCS(procs)
	return func() {
		runtime.GOMAXPROCS(before)
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
	}
}
