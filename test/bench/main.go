// Command bench is about one question: how near does a DynamoDB-protocol server come to the least that
// any such server must do? It promises that the server, the bare handlers it is held against and every
// peer are measured in one run, in interleaved rounds, on one machine, by one generator in its own process.
//
// # Terminology
//
// A target is a server that is measured: stator, a peer, or a bare handler. The bare handlers are the
// yardsticks: bare-get answers the very bytes of the real GetItem and does nothing else, bare-put makes
// one synced Pebble write of the item's size and answers {}.
// A trial is an operation at a number of connections, as a closed loop or at a fixed rate.
// A round measures every target of a trial once; a sample is one target in one round.
// A ratio compares two samples of one round, because shared machines drift from round to round; what is
// printed is the median of a trial's ratios, with the least and the greatest.
//
// The subcommand indexes asks another question: what do indexes cost, and does that grow with the table?
//
// Run `go run ./test/bench -h` or `go run ./test/bench indexes -h` for the flags.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(command(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// command runs the program and returns its exit status: 0 measured and nothing failed, 1 some answers
// were wrong or the run broke off, 2 the flags make no sense.
func command(args []string, in io.Reader, out, log io.Writer) int {
	if len(args) > 0 && args[0] == bareCommand {
		if err := serveBare(in); err != nil {
			_, _ = fmt.Fprintln(log, err)
			return 1
		}
		return 0
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(args) > 0 && args[0] == indexesCommand {
		return commandIndexes(ctx, args[1:], out, log)
	}
	cfg, err := parseFlags(args, log)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		_, _ = fmt.Fprintln(log, err)
		return 2
	}
	failed, err := measure(ctx, cfg, out, log)
	if err != nil {
		_, _ = fmt.Fprintln(log, "bench:", err)
		return 1
	}
	if failed > 0 {
		_, _ = fmt.Fprintf(log, "bench: %d requests failed, see the notes under the tables\n", failed)
		return 1
	}
	return 0
}

// measure runs everything cfg asks for, prints the tables and writes the JSON file. It returns how many
// requests failed.
func measure(ctx context.Context, cfg *config, out, log io.Writer) (int64, error) {
	r, err := run(ctx, cfg, log)
	if err != nil {
		return 0, err
	}
	if err := r.writeMarkdown(out); err != nil {
		return 0, fmt.Errorf("cannot print the tables: %w", err)
	}
	if cfg.jsonFile != "" {
		if err := r.writeJSON(cfg.jsonFile); err != nil {
			return 0, fmt.Errorf("cannot write the JSON file: %w", err)
		}
	}
	return r.failed(), nil
}
