package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
)

// ttlCommand is the subcommand that asks how fast expired items go, and what other requests notice of it. It
// fills a table with items that all expire at one moment, again in every round, and counts what is left of
// them while other items are read and written.
const ttlCommand = "ttl"

// deletionsAim is how many expired items a second shall go while requests are served.
const deletionsAim = 10_000

// ttlBench is one run of the subcommand.
type ttlBench struct {
	*bench
	cfg *ttlConfig
}

// runTTL measures what cfg asks for. Whatever happens, its servers are stopped and their stores removed.
func runTTL(ctx context.Context, cfg *ttlConfig, log io.Writer) (out *report, err error) {
	base, err := open(&cfg.config, log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, base.close()) }()
	b := &ttlBench{cfg: cfg, bench: base}
	out = &report{Facts: b.facts, Settings: cfg.settings()}
	for _, indexes := range cfg.indexes {
		t, err := b.newTable(ctx, indexes)
		if err != nil {
			return nil, fmt.Errorf("cannot make the table with %s: %w", gsiText(indexes), err)
		}
		for _, l := range cfg.loads() {
			if err := b.sweepAll(ctx, t, l); err != nil {
				return nil, err
			}
		}
		t.target.process.stop()
	}
	out.Results = b.results
	return out, nil
}

// newTable starts a server and makes a table on it, whose items expire, with the items that do not.
func (b *ttlBench) newTable(ctx context.Context, indexes int) (*expiringTable, error) {
	binary, err := b.statorBinary(ctx)
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	name := gsiText(indexes)
	data := filepath.Join(b.dir, strings.ReplaceAll(name, " ", "-"))
	p, err := spawn(binary, append([]string{"serve", "--listen", address, "--data", data}, b.cfg.statorArgs...), nil)
	if err != nil {
		return nil, err
	}
	t := &expiringTable{
		target: &target{name: name, address: address, process: p, pid: p.cmd.Process.Pid, cfg: b.bench.cfg}, shape: b.shape,
		indexes: indexes, view: b.cfg.view,
	}
	b.targets = append(b.targets, t.target)
	if _, err := p.ready(ctx, address); err != nil {
		return nil, err
	}
	b.progress("filling: %s", name)
	return t, t.setUp(ctx)
}

func gsiText(n int) string {
	if n == 1 {
		return "1 GSI"
	}
	return fmt.Sprintf("%d GSIs", n)
}

// The phases of a round, as the targets of samples.
const (
	quietPhase = "quiet"
	sweepPhase = "sweeping"
)

// servedLoad is what is served while items expire.
type servedLoad struct {
	connections int // 0: nothing
	rate        int // requests a second; 0: a closed loop
}

// sweepAll runs all rounds on a table with one load. There is a result for the sweeps, and one for
// each operation that is served meanwhile.
func (b *ttlBench) sweepAll(ctx context.Context, t *expiringTable, l servedLoad) error {
	sweeps := &result{Operation: sweepName, Title: t.target.name, Connections: l.connections, Rate: l.rate}
	served := make([]*result, 0, len(t.operations()))
	for _, o := range t.operations() {
		served = append(served, &result{Operation: o.name, Title: o.title + ", " + t.target.name, Connections: l.connections, Rate: l.rate})
	}
	for round := 1; round <= b.cfg.rounds; round++ {
		x, err := b.sweep(ctx, t, l)
		if err != nil {
			return err
		}
		s := x.sample()
		s.Round = round
		sweeps.Samples = append(sweeps.Samples, s)
		b.progress("%s, %s, round %d of %d: %s deletions/s", t.target.name, sweeps.load(), round, b.cfg.rounds, thousands(s.PerSecond))
		for i := range x.lanes {
			for _, phase := range []string{quietPhase, sweepPhase} {
				s := x.served(i, phase)
				s.Round = round
				served[i].Samples = append(served[i].Samples, s)
			}
		}
	}
	b.results = append(b.results, sweeps)
	if l.connections > 0 {
		b.results = append(b.results, served...)
	}
	return nil
}

// sweep fills the table with items that expire and watches them go. If filling takes so long that they expire
// before it is over, it begins again with more time.
func (b *ttlBench) sweep(ctx context.Context, t *expiringTable, l servedLoad) (*expiry, error) {
	lead := max(b.cfg.lead, time.Duration(2*float64(b.cfg.items)/t.fillRate*float64(time.Second))+b.cfg.quietFor+time.Second)
	for range attemptsMax {
		x := &expiry{table: t, items: int64(b.cfg.items)}
		if l.connections > 0 {
			var err error
			if x.lanes, err = t.lanes(ctx); err != nil {
				return nil, err
			}
		}
		x.at = time.Now().Add(lead).Truncate(time.Second).Add(time.Second)
		b.progress("filling with %s items", thousands(float64(b.cfg.items)))
		if err := t.fill(ctx, uint64(b.cfg.items), x.at); err != nil {
			return nil, err
		}
		inTime := time.Until(x.at) >= b.cfg.quietFor
		if !inTime {
			b.progress("filling took too long, again")
			x.lanes = nil
		}
		if err := x.watch(ctx, l, b.cfg.duration); err != nil || inTime {
			return x, err
		}
		lead *= 2
	}
	return nil, errors.New("filling takes too long: raise --lead")
}
