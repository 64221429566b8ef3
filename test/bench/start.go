package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// startAll brings up every target, the real ones first because the bare ones repeat their answers.
func (b *bench) startAll(ctx context.Context) error {
	if b.cfg.stator != statorNone {
		if err := b.startStator(ctx); err != nil {
			return err
		}
	}
	for _, p := range b.cfg.peers {
		b.targets = append(b.targets, &target{name: p.name, address: p.address, pid: p.pid, cfg: b.cfg})
	}
	answers := inventAll(b.cfg.operations, b.shape)
	for i, t := range b.targets {
		b.progress("filling %s", t.name)
		if err := t.setUp(ctx, b.shape); err != nil {
			return err
		}
		if i > 0 {
			continue
		}
		var err error
		if answers, err = captureAll(ctx, t, b.cfg.operations, b.shape); err != nil {
			return err
		}
	}
	return b.startBare(ctx, answers)
}

// startStator brings up Stator.
func (b *bench) startStator(ctx context.Context) error {
	b.progress("starting stator")
	binary, err := b.statorBinary(ctx)
	if err != nil {
		return err
	}
	return b.launch(ctx, statorName, false, func(address, data string) (*process, error) {
		args := append([]string{"serve", "--listen", address, "--data", data}, b.cfg.statorArgs...)
		return spawn(binary, args, nil)
	})
}

// startBare brings up the yardsticks that the operations need.
func (b *bench) startBare(ctx context.Context, answers map[string]capture) error {
	binary, err := b.bareBinary(ctx)
	if err != nil {
		return fmt.Errorf("cannot find the bare handlers: %w", err)
	}
	for _, name := range []string{bareGet, barePut} {
		if !slices.ContainsFunc(b.cfg.operations, func(o *operation) bool { return o.yardstick == name }) {
			continue
		}
		b.progress("starting %s", name)
		err := b.launch(ctx, name, true, func(address, data string) (*process, error) {
			spec := bareSpec{Listen: address, ItemBytes: b.cfg.itemBytes, Answers: answers}
			if name == barePut {
				spec.Data = data
			}
			in, err := json.Marshal(spec)
			if err != nil {
				return nil, fmt.Errorf("cannot tell %s what to serve: %w", name, err)
			}
			return spawn(binary, []string{bareCommand}, bytes.NewReader(in))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// launch starts a server as often as startups are timed, each time on an empty store, and keeps the
// last one.
func (b *bench) launch(ctx context.Context, name string, bare bool, start func(address, data string) (*process, error)) error {
	s := startup{Target: name}
	for n := range b.cfg.starts {
		address, err := freeAddress()
		if err != nil {
			return err
		}
		p, err := start(address, filepath.Join(b.dir, fmt.Sprintf("%s-%d", name, n)))
		if err != nil {
			return err
		}
		took, err := p.ready(ctx, address)
		if err != nil {
			p.stop()
			return fmt.Errorf("cannot start %s: %w", name, err)
		}
		s.Times = append(s.Times, took)
		if n < b.cfg.starts-1 {
			p.stop()
			continue
		}
		t := &target{name: name, address: address, pid: p.cmd.Process.Pid, process: p, bare: bare, cfg: b.cfg}
		b.targets = append(b.targets, t)
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(b.cfg.idle):
	}
	s.IdleBytes = residentBytes(b.targets[len(b.targets)-1].pid)
	b.startups = append(b.startups, s)
	return nil
}

// statorBinary returns the path of the Stator to measure, building it if that is asked for.
func (b *bench) statorBinary(ctx context.Context) (string, error) {
	if b.cfg.stator != statorBuild {
		return filepath.Abs(b.cfg.stator)
	}
	return b.build(ctx, "stator", "github.com/statordb/stator/cmd/stator")
}

// bareBinary returns the program that serves the yardsticks: this one, built as Stator is, because
// Pebble keeps its memory otherwise when there is cgo.
func (b *bench) bareBinary(ctx context.Context) (string, error) {
	if b.cfg.stator != statorBuild {
		return os.Executable()
	}
	return b.build(ctx, "bare", "github.com/statordb/stator/test/bench")
}

// build makes a program the way Stator is shipped: without cgo.
func (b *bench) build(ctx context.Context, name, pkg string) (string, error) {
	binary := filepath.Join(b.dir, name)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, pkg) //nolint:gosec // our own
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("cannot build %s: %w\n%s", name, err, out)
	}
	return binary, nil
}

// stop ends the servers of this run.
func (b *bench) stop() {
	for _, t := range b.targets {
		if t.process != nil {
			t.process.stop()
		}
	}
}
