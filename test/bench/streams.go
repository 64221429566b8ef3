package main

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// streamsCommand is the subcommand that asks what it costs to record the changes of a table, how soon readers
// of its stream see them, and what readers cost. It starts a server for each view, and one without a stream,
// and puts the same loads on them in interleaved rounds.
const streamsCommand = "streams"

// followAim is what the median time from an acknowledgement to a follower shall be below.
const followAim = 50 // milliseconds

// streamBench is one run of the subcommand. Its targets are called by their views.
type streamBench struct {
	*bench
	cfg *streamConfig
}

// runStreams measures what cfg asks for. Whatever happens, its servers are stopped and its stores removed.
func runStreams(ctx context.Context, cfg *streamConfig, log io.Writer) (out *report, err error) {
	base, err := open(&cfg.config, log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, base.close()) }()
	b := &streamBench{cfg: cfg, bench: base}
	if err := b.startViews(ctx); err != nil {
		return nil, err
	}
	for _, part := range streamParts {
		if !cfg.parts[part.name] {
			continue
		}
		if err := part.measure(b, ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return &report{Facts: b.facts, Settings: cfg.settings(), Results: b.results, Notes: b.notes}, nil
}

// startViews brings up a server for each view, with a full table.
func (b *streamBench) startViews(ctx context.Context) error {
	binary, err := b.statorBinary(ctx)
	if err != nil {
		return err
	}
	for _, view := range b.cfg.views {
		b.progress("starting and filling: %s", view)
		err := b.launch(ctx, view, false, func(address, data string) (*process, error) {
			return spawn(binary, append([]string{"serve", "--listen", address, "--data", data}, b.cfg.statorArgs...), nil)
		})
		if err != nil {
			return err
		}
		var members []string
		if view != noStream {
			members = []string{`"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"` + view + `"}`}
		}
		if err := b.targets[len(b.targets)-1].setUp(ctx, b.shape, members...); err != nil {
			return err
		}
	}
	return nil
}

// recording lists the targets that have a stream.
func (b *streamBench) recording() []*target {
	var all []*target
	for _, t := range b.targets {
		if t.name != noStream {
			all = append(all, t)
		}
	}
	return all
}

// measureWrites puts every load on every target.
func (b *streamBench) measureWrites(ctx context.Context) error {
	for _, o := range b.cfg.operations {
		for _, n := range b.cfg.connections {
			if err := b.try(ctx, trial{operation: o, connections: n}); err != nil {
				return err
			}
		}
	}
	return nil
}
