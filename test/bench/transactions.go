package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
)

// transactionsCommand is the subcommand that asks what it costs to make several writes or reads one, and how
// often transactions are in each other's way. It starts one Stator and puts all its loads on it in
// interleaved rounds.
const transactionsCommand = "transactions"

// transactionBench is one run of the subcommand.
type transactionBench struct {
	*bench
	cfg        *transactionConfig
	operations []*operation // by order of the loads asked for
}

// runTransactions measures what cfg asks for. Whatever happens, its server is stopped and its store removed.
func runTransactions(ctx context.Context, cfg *transactionConfig, log io.Writer) (out *report, err error) {
	base, err := open(&cfg.config, log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, base.close()) }()
	b := &transactionBench{cfg: cfg, bench: base}
	for _, l := range cfg.loads {
		b.operations = append(b.operations, l.operation(cfg))
	}
	if err := b.startStator(ctx); err != nil {
		return nil, err
	}
	b.progress("filling")
	if err := b.fill(ctx); err != nil {
		return nil, err
	}
	for _, n := range cfg.connections {
		if err := b.tryAll(ctx, n); err != nil {
			return nil, err
		}
	}
	if err := b.compareCounts(ctx); err != nil {
		return nil, err
	}
	return &report{Facts: b.facts, Settings: cfg.settings(), Results: b.results, Notes: b.notes, hotFailed: b.hotFailed}, nil
}

// server is the one target of the run.
func (b *transactionBench) server() *target { return b.targets[0] }

// fill puts the items that are overwritten and read, and behind them those that contention counts on.
func (b *transactionBench) fill(ctx context.Context) error {
	if err := b.server().setUp(ctx, b.shape); err != nil {
		return err
	}
	put := func(body []byte, i uint64) []byte { return putBody(body, b.shape, b.shape.counted(i), 0) }
	if err := b.server().load(ctx, loaders, uint64(b.cfg.spread), put); err != nil {
		return fmt.Errorf("cannot fill the table: %w", err)
	}
	return nil
}

// tryAll runs all rounds of all loads at one number of connections. Every other round goes backwards: what a
// load leaves to do, such as compactions, shall not always fall on the same one.
func (b *transactionBench) tryAll(ctx context.Context, connections int) error {
	results := make([]*result, len(b.operations))
	order := make([]int, len(b.operations))
	for i, o := range b.operations {
		results[i], order[i] = &result{Operation: o.name, Title: o.title, Connections: connections}, i
	}
	for round := range b.cfg.rounds {
		for _, i := range order {
			r := results[i]
			s, err := b.sample(ctx, b.server(), trial{operation: b.operations[i], connections: connections})
			if err != nil {
				return err
			}
			s.Round = round + 1
			r.Samples = append(r.Samples, s)
			b.progress("%s, %s, round %d of %d: %s/s", r.Title, r.load(), s.Round, b.cfg.rounds, thousands(s.PerSecond))
		}
		slices.Reverse(order)
	}
	b.results = append(b.results, results...)
	return nil
}
