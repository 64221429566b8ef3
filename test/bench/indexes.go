package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// indexesCommand is the subcommand that asks another question: what do indexes cost, and does that grow
// with the table? It fills a small and a large table for each number of global secondary indexes, every
// table on a server of its own, and puts the same loads on all of them in interleaved rounds.
const indexesCommand = "indexes"

// withinFactor is the bar: at the large size throughput and p99 are within this factor of the small one.
const withinFactor = 1.3

// indexBench is one run of the subcommand.
type indexBench struct {
	*bench
	cfg    *indexConfig
	tables []*indexedTable
}

// runIndexes measures what cfg asks for. Whatever happens, its servers are stopped and its stores removed.
func runIndexes(ctx context.Context, cfg *indexConfig, log io.Writer) (out *report, err error) {
	base, err := open(&cfg.config, log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, base.close()) }()
	b := &indexBench{cfg: cfg, bench: base}
	if err := b.fillAll(ctx); err != nil {
		return nil, err
	}
	out = &report{Facts: b.facts, Settings: cfg.settings()}
	for _, t := range b.tables {
		out.Settings = append(out.Settings, t.fact())
	}
	for _, name := range cfg.loads {
		for _, rate := range cfg.rates {
			r, err := b.tryAll(ctx, name, rate)
			if err != nil {
				return nil, err
			}
			out.Results = append(out.Results, r)
		}
	}
	return out, nil
}

// fillAll makes and fills every table.
func (b *indexBench) fillAll(ctx context.Context) error {
	binary, err := b.statorBinary(ctx)
	if err != nil {
		return err
	}
	for _, indexes := range b.cfg.indexes {
		for _, large := range []bool{false, true} {
			t := b.newTable(indexes, large)
			b.progress("filling %s: %s items", t.target.name, thousands(float64(t.items)))
			if err := t.fill(ctx, binary); err != nil {
				return fmt.Errorf("cannot fill %s: %w", t.target.name, err)
			}
			b.tables = append(b.tables, t)
			b.progress("%s is ready: %s on disk", t.target.name, mebibytes(t.diskBytes))
		}
	}
	return nil
}

func (b *indexBench) newTable(indexes int, large bool) *indexedTable {
	size := b.cfg.small
	if large {
		size = b.cfg.large
	}
	t := &indexedTable{
		shape: b.shape, indexes: indexes, large: large, projection: b.cfg.projection, rest: b.cfg.rest,
		items: uint64(size / int64(b.cfg.itemBytes)),
	}
	t.target = &target{name: tableName(indexes, size), cfg: b.bench.cfg}
	t.dir = filepath.Join(b.dir, strings.ReplaceAll(t.target.name, " ", "-"))
	b.targets = append(b.targets, t.target)
	return t
}

// tableName is how the tables of a report name a table.
func tableName(indexes int, size int64) string {
	if indexes == 1 {
		return "1 GSI " + sizeText(size)
	}
	return fmt.Sprintf("%d GSIs %s", indexes, sizeText(size))
}

// tryAll runs all rounds of one load on every table that it fits.
func (b *indexBench) tryAll(ctx context.Context, name string, rate int) (*result, error) {
	r := &result{Operation: name, Connections: b.cfg.connections[0], Rate: rate}
	for round := range b.cfg.rounds {
		for _, t := range b.tables {
			o := t.operation(name)
			if o == nil {
				continue
			}
			r.Title = o.title
			s, err := b.sample(ctx, t.target, trial{operation: o, connections: r.Connections, rate: rate})
			if err != nil {
				return nil, err
			}
			s.Round = round + 1
			r.Samples = append(r.Samples, s)
			b.progress("%s, %s, round %d of %d: %s %s/s", r.Title, r.load(), s.Round, b.cfg.rounds, t.target.name, thousands(s.PerSecond))
		}
	}
	return r, nil
}
