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
// Subcommands ask other questions. indexes: what do indexes cost, and does that grow with the table?
// streams: what does it cost to record changes, how soon do readers see them, and what do readers cost?
// transactions: what does it cost to make several writes or reads one, and how often are transactions in
// each other's way? ttl: how fast do expired items go, and what do other requests notice of it?
//
// Run `go run ./test/bench -h`, and `go run ./test/bench indexes -h` and so on, for the flags.
package main

import (
	"context"
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
	if len(args) > 0 {
		if answer := subcommands[args[0]]; answer != nil {
			return answer(ctx, args[1:], out, log)
		}
	}
	write := func(out io.Writer, r *report) error { return r.writeMarkdown(out) }
	return question[*config]{parseFlags, run, alone[*config](write)}.answer(ctx, args, out, log)
}

// subcommands ask other questions.
var subcommands = map[string]func(ctx context.Context, args []string, out, log io.Writer) int{
	indexesCommand:      question[*indexConfig]{parseIndexFlags, runIndexes, writeIndexTables}.answer,
	streamsCommand:      question[*streamConfig]{parseStreamFlags, runStreams, alone[*streamConfig](writeStreamTables)}.answer,
	transactionsCommand: question[*transactionConfig]{parseTransactionFlags, runTransactions, writeTransactionTables}.answer,
	ttlCommand:          question[*ttlConfig]{parseTTLFlags, runTTL, alone[*ttlConfig](writeTTLTables)}.answer,
}
