package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
)

// question is what a command line asks, with a subcommand or without one. C is what its flags say.
type question[C interface{ common() *config }] struct {
	parse func(args []string, log io.Writer) (C, error)
	run   func(ctx context.Context, cfg C, log io.Writer) (*report, error)
	write func(out io.Writer, cfg C, r *report) error // prints the tables
}

// alone makes a question's write of one that needs nothing but the report.
func alone[C any](write func(out io.Writer, r *report) error) func(io.Writer, C, *report) error {
	return func(out io.Writer, _ C, r *report) error { return write(out, r) }
}

// common is what the flags of every question say.
func (c *config) common() *config { return c }

// answer reads the flags, measures, prints the tables, writes the JSON file if one is asked for, and returns the
// exit status (see command).
func (q question[C]) answer(ctx context.Context, args []string, out, log io.Writer) int {
	cfg, err := q.parse(args, log)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		_, _ = fmt.Fprintln(log, err)
		return 2
	}
	r, err := q.run(ctx, cfg, log)
	if err == nil {
		if err = q.write(out, cfg, r); err != nil {
			err = fmt.Errorf("cannot print the tables: %w", err)
		}
	}
	if file := cfg.common().jsonFile; err == nil && file != "" {
		if err = r.writeJSON(file); err != nil {
			err = fmt.Errorf("cannot write the JSON file: %w", err)
		}
	}
	if err != nil {
		_, _ = fmt.Fprintln(log, "bench:", err)
		return 1
	}
	if n := r.failed(); n > 0 {
		_, _ = fmt.Fprintf(log, "bench: %d requests failed, see the notes under the tables\n", n)
		return 1
	}
	return 0
}

// subcommandConfig is what subcommands have no flags for.
func subcommandConfig() config {
	return config{starts: 1, region: defaultRegion, accessKey: defaultAccessKey, secretKey: defaultSecretKey}
}

// parseArgs reads args into c through f. help and complaints about their syntax go to log; head is what stands in
// front of the flags. short is what -short makes of flags that are not given.
func parseArgs(f *flag.FlagSet, c *config, args []string, log io.Writer, head func(io.Writer), short map[string]string) error {
	f.SetOutput(log)
	f.Usage = func() {
		head(log)
		_, _ = fmt.Fprint(log, "\nFlags:\n")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if !c.short {
		return nil
	}
	return shorten(f, short)
}
