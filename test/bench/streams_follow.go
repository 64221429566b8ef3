package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of the part follow.
const (
	followName  = "follow"
	followTitle = "From acknowledgement to follower"
	followDrain = 10 * time.Second // for the last records, after the last write
	writesMost  = 4 << 20          // of a sample
)

// measureFollow follows the streams of every target while items are put at fixed rates.
func (b *streamBench) measureFollow(ctx context.Context) error {
	for _, rate := range b.cfg.rates {
		r := &result{Operation: followName, Title: followTitle, Connections: slices.Max(b.cfg.connections), Rate: rate}
		for round := range b.cfg.rounds {
			for _, t := range b.recording() {
				s, err := b.followOnce(ctx, t, r)
				if err != nil {
					return err
				}
				s.Round = round + 1
				r.Samples = append(r.Samples, s)
				b.progress("%s, %s, round %d of %d: %s: median %s", r.Title, r.load(), s.Round, b.cfg.rounds, t.name, short(s.P50))
			}
		}
		b.results = append(b.results, r)
	}
	return nil
}

// crossing is the times of the writes of one sample: when each was acknowledged and when its record came, in
// nanoseconds since start, 0 for not yet. Items are called by their index, the first one by first.
type crossing struct {
	start       time.Time
	first       uint64
	acked, seen []atomic.Int64
	missing     atomic.Int64 // acknowledged or not, their records have not come
}

func newCrossing(first uint64, n int) *crossing {
	x := &crossing{start: time.Now(), first: first, acked: make([]atomic.Int64, n), seen: make([]atomic.Int64, n)}
	x.missing.Store(int64(n))
	return x
}

// note stores the time of one item, unless it is there already. It tells whether it was not.
func (x *crossing) note(times []atomic.Int64, index uint64) bool {
	i := index - x.first
	return i < uint64(len(times)) && times[i].CompareAndSwap(0, int64(time.Since(x.start)))
}

// come notes that the record of an item came.
func (x *crossing) come(index uint64) {
	if x.note(x.seen, index) {
		x.missing.Add(-1)
	}
}

// judge makes latencies of the times; those of the first writes, of the warm-up, are left out. A record that
// comes before the acknowledgement, which took longer, took no time.
func (x *crossing) judge(warmUp int) *tally {
	t := newTally()
	for i := range x.acked {
		acked, seen := x.acked[i].Load(), x.seen[i].Load()
		switch {
		case acked != 0 && seen == 0:
			t.failed++
			t.complaint = fmt.Sprintf("the record of item %d did not come", x.first+uint64(i))
		case acked == 0 || i < warmUp:
		default:
			t.answered++
			record(t.latency, time.Duration(seen-acked))
		}
	}
	return t
}

// acknowledging is a connection that notes when its writes are acknowledged.
type acknowledging struct {
	*connection
	crossing *crossing
}

func (a acknowledging) exchange(ctx context.Context) error {
	err := a.connection.exchange(ctx)
	if err == nil && a.answer.status == 200 {
		a.crossing.note(a.crossing.acked, a.index)
	}
	return err
}

// followOnce measures one target at one rate.
func (b *streamBench) followOnce(ctx context.Context, t *target, r *result) (*sample, error) {
	w := newWindow(time.Now(), b.cfg.warmUp, b.cfg.duration)
	n := newPacer(w, r.Rate).total
	if n < 1 || n > writesMost {
		return nil, fmt.Errorf("--rate and --duration make %d writes, which is none or more than %d", n, writesMost)
	}
	puts := trial{operation: findOperation("put"), connections: r.Connections, rate: r.Rate}
	s, err := prepare(ctx, t, puts.operation, b.shape, int(n))
	if err != nil {
		return nil, err
	}
	g := &generator{target: t, trial: puts, shape: b.shape}
	defer g.close()
	if err := g.open(ctx, s); err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, g.interrupt)()
	x := newCrossing(s.spans[0].index, int(n))
	f := &follower{target: t, shape: b.shape, crossing: x, every: b.cfg.poll}
	followed, stop := context.WithCancel(ctx)
	defer stop()
	if err := f.begin(followed); err != nil {
		return nil, err
	}
	defer f.wg.Wait()
	defer stop()
	defer quiet(t.cfg.clientProcs)()
	w = newWindow(time.Now(), b.cfg.warmUp, b.cfg.duration)
	before := t.usage()
	written := g.write(ctx, w, x)
	f.drain(ctx)
	stop()
	f.wg.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err := f.problem(); err != nil {
		return nil, err
	}
	out := x.judge(int(float64(r.Rate) * b.cfg.warmUp.Seconds()))
	out.failed += written.failed
	if out.complaint == "" {
		out.complaint = written.complaint
	}
	out.unsent, out.last = written.unsent, written.last
	return summed(t, []*tally{out}, w, before, t.usage()), nil
}

// write sends the writes at their rate.
func (g *generator) write(ctx context.Context, w window, x *crossing) *tally {
	pace := newPacer(w, g.trial.rate)
	tallies := make([]*tally, len(g.connections))
	var wg sync.WaitGroup
	for i, c := range g.connections {
		c.expire(w.until.Add(drainMax + answerMax))
		tallies[i] = newTally()
		wg.Go(func() { openLoop(ctx, acknowledging{c, x}, pace, g.alarms[i], w, tallies[i]) })
	}
	wg.Wait()
	all := newTally()
	for _, part := range tallies {
		all.merge(part)
	}
	return all
}

// follower asks every open shard for records, each over a connection of its own, and goes on with the children
// of those that are closed.
type follower struct {
	target   *target
	shape    *shape
	crossing *crossing
	every    time.Duration
	arn      string
	wg       sync.WaitGroup

	mu  sync.Mutex
	err error // the first one
}

// begin starts to follow at this moment.
func (f *follower) begin(ctx context.Context) error {
	arn, shards, err := f.target.streamOf(ctx, f.shape)
	if err != nil {
		return err
	}
	f.arn = arn
	for _, shard := range openShards(shards) {
		if err := f.read(ctx, shard, fromLatest); err != nil {
			return err
		}
	}
	return nil
}

// read starts to follow one shard. It returns when the place where it begins is settled.
func (f *follower) read(ctx context.Context, shard, from string) error {
	r, err := newShardReader(ctx, f.target)
	if err != nil {
		return err
	}
	if err := r.seek(ctx, f.arn, shard, from); err != nil {
		r.close()
		return err
	}
	f.wg.Go(func() {
		defer r.close()
		defer context.AfterFunc(ctx, r.interrupt)()
		if err := f.poll(ctx, r, shard); err != nil && ctx.Err() == nil {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.err = errors.Join(f.err, fmt.Errorf("cannot follow shard %s: %w", shard, err))
		}
	})
	return nil
}

// poll reads a shard until its end, and then begins with its children.
func (f *follower) poll(ctx context.Context, r *shardReader, shard string) error {
	tick := time.NewTicker(f.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		p, more, err := r.next(ctx)
		if err != nil {
			return err
		}
		if err := p.items(f.crossing.come); err != nil {
			return err
		}
		if !more {
			break
		}
	}
	_, shards, err := f.target.streamOf(ctx, f.shape)
	if err != nil {
		return err
	}
	for _, s := range shards {
		if s.Parent != shard {
			continue
		}
		if err := f.read(ctx, s.ID, fromOldest); err != nil {
			return err
		}
	}
	return nil
}

// drain waits for the last records, but not longer than followDrain.
func (f *follower) drain(ctx context.Context) {
	until := time.Now().Add(followDrain)
	for f.crossing.missing.Load() > 0 && time.Now().Before(until) && ctx.Err() == nil && f.problem() == nil {
		time.Sleep(f.every)
	}
}

func (f *follower) problem() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}
