package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// Finding out how many requests a sample needs.
const (
	probeDuration = 300 * time.Millisecond
	probeRequests = 8192
	spareRequests = 1.3 // prepared beyond what the fastest round so far would take
)

// bench is one run of the program.
type bench struct {
	cfg       *config
	shape     *shape
	log       io.Writer
	dir       string // all stores; removed in the end
	facts     []fact // about the machine, before anything was started
	targets   []*target
	fastest   map[probed]float64 // requests a second
	startups  []startup
	results   []*result
	notes     []string
	hotFailed int64
}

// probed is what a rate was seen for.
type probed struct {
	target *target
	trial  trial
}

// open makes a bench of what cfg asks for, and the directory of its stores. close must be called in the end.
func open(cfg *config, log io.Writer) (*bench, error) {
	dir, err := os.MkdirTemp(cfg.dataDir, "stator-bench-")
	if err != nil {
		return nil, fmt.Errorf("cannot make a directory for the stores: %w", err)
	}
	return &bench{
		cfg: cfg, shape: newShape(cfg), log: log, dir: dir, facts: gatherFacts(cfg, dir), fastest: map[probed]float64{},
	}, nil
}

// close stops the servers and removes the stores.
func (b *bench) close() error {
	b.stop()
	return os.RemoveAll(b.dir)
}

// run measures what cfg asks for. Whatever happens, its servers are stopped and its stores removed.
func run(ctx context.Context, cfg *config, log io.Writer) (out *report, err error) {
	b, err := open(cfg, log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.startAll(ctx); err != nil {
		return nil, err
	}
	for _, tr := range trials(b.cfg) {
		if err := b.try(ctx, tr); err != nil {
			return nil, err
		}
	}
	if err := b.finish(ctx); err != nil {
		return nil, err
	}
	return &report{
		Facts: b.facts, Settings: settingsOf(cfg), Startups: b.startups, Results: b.results, Notes: b.notes,
		hotFailed: b.hotFailed,
	}, nil
}

// trials lists what is measured, in the order of the tables. A fixed rate is spread over the most
// connections: with fewer it is the connections that are measured.
func trials(c *config) []trial {
	var all []trial
	for _, o := range c.operations {
		for _, rate := range c.rates {
			connections := c.connections
			if rate > 0 {
				connections = []int{slices.Max(connections)}
			}
			for _, n := range connections {
				all = append(all, trial{operation: o, connections: n, rate: rate})
			}
		}
	}
	return all
}

// try runs all rounds of one trial.
func (b *bench) try(ctx context.Context, tr trial) error {
	r := &result{Operation: tr.operation.name, Title: tr.operation.title, Yardstick: tr.operation.yardstick, Connections: tr.connections, Rate: tr.rate}
	for round := range b.cfg.rounds {
		for _, t := range b.targets {
			if t.bare && t.name != tr.operation.yardstick {
				continue
			}
			s, err := b.sample(ctx, t, tr)
			if err != nil {
				return err
			}
			s.Round = round + 1
			r.Samples = append(r.Samples, s)
			b.progress("%s, %s, round %d of %d: %s %s/s", r.Title, r.load(), s.Round, b.cfg.rounds, t.name, thousands(s.PerSecond))
		}
	}
	b.results = append(b.results, r)
	return nil
}

// sample prepares enough requests for one target and measures it.
func (b *bench) sample(ctx context.Context, t *target, tr trial) (*sample, error) {
	seconds := (b.cfg.warmUp + b.cfg.duration).Seconds()
	bodyBytes := len(tr.operation.body(nil, b.shape, 1, 1))
	want := float64(tr.rate) * seconds
	seen := probed{t, tr}
	if tr.rate == 0 {
		if b.fastest[seen] == 0 {
			s, err := prepare(ctx, t, tr.operation, b.shape, probeRequests)
			if err != nil {
				return nil, err
			}
			probe, err := generate(ctx, t, tr, s, b.shape, 0, probeDuration)
			if err != nil {
				return nil, err
			}
			b.fastest[seen] = probe.PerSecond
		}
		want = b.fastest[seen] * seconds * spareRequests
	}
	s, err := prepare(ctx, t, tr.operation, b.shape, scriptLength(want, bodyBytes))
	if err != nil {
		return nil, err
	}
	out, err := generate(ctx, t, tr, s, b.shape, b.cfg.warmUp, b.cfg.duration)
	if err != nil {
		return nil, err
	}
	b.fastest[seen] = max(b.fastest[seen], out.PerSecond)
	return out, nil
}

// finish looks at the servers after the load: their memory, the hot items, the tables of peers.
func (b *bench) finish(ctx context.Context) error {
	for i, s := range b.startups {
		for _, t := range b.targets {
			if t.name == s.Target {
				b.startups[i].LoadedBytes = residentBytes(t.pid)
			}
		}
	}
	for _, t := range b.targets {
		if t.bare {
			continue
		}
		if t.hotKnown > 0 {
			note, err := t.checkHot(ctx, b.shape)
			if err != nil {
				note = err.Error()
				b.hotFailed++
			}
			b.notes = append(b.notes, note)
		}
		if t.process == nil {
			if err := t.tearDown(ctx, b.shape); err != nil {
				return fmt.Errorf("cannot delete the table on %s: %w", t.name, err)
			}
		}
	}
	return nil
}

func (b *bench) progress(format string, args ...any) {
	_, _ = fmt.Fprintf(b.log, format+"\n", args...)
}
