package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"
)

// spreadMost bounds the items of contention: they are read one by one in the end.
const spreadMost = 100_000

// transactionConfig is what the flags of the subcommand say.
type transactionConfig struct {
	config
	loads       []*transactionLoad
	hot, spread int // the items of contention: hot ones, and all
	tokens      bool
}

const transactionUsageHead = `Usage: go run ./test/bench transactions [flags]

Measures transactions and batches beside single writes on one Stator, in interleaved rounds of a closed
loop, prints the ratios of their latencies with what is aimed at, and how many transactions are cancelled
when many want the same items.

  go run ./test/bench transactions                      takes three minutes
  go run ./test/bench transactions -short               some seconds: does it all work?
  go run ./test/bench transactions --ops put,transact-put-1 --connections 1,16,64 --rounds 21
  go run ./test/bench transactions --ops contention --hot 1

Loads:
`

// parseTransactionFlags reads args; help and complaints about their syntax go to log.
func parseTransactionFlags(args []string, log io.Writer) (*transactionConfig, error) {
	c := &transactionConfig{config: subcommandConfig()}
	var loads, connections string
	f := flag.NewFlagSet("bench transactions", flag.ContinueOnError)
	defineTransactionFlags(f, c)
	f.StringVar(&loads, "ops", strings.Join(transactionLoadNames(), ","), "comma-separated `loads`, see above")
	f.StringVar(&connections, "connections", "1,16", "comma-separated `numbers` of connections")
	head := func(w io.Writer) {
		_, _ = fmt.Fprint(w, transactionUsageHead)
		for _, l := range transactionLoads {
			_, _ = fmt.Fprintf(w, "  %-15s %s%s\n", l.name, l.title, l.comparison())
		}
	}
	if err := parseArgs(f, &c.config, args, log, head, shortenedTransactions); err != nil {
		return nil, err
	}
	for name := range strings.SplitSeq(loads, ",") {
		l := findTransactionLoad(strings.TrimSpace(name))
		if l == nil {
			return nil, fmt.Errorf("--ops: no load %q; -h lists them", name)
		}
		c.loads = append(c.loads, l)
	}
	var err error
	if c.config.connections, err = parseNumbers("--connections", connections, 1, connectionsMax); err != nil {
		return nil, err
	}
	return c, errors.Join(c.check(), c.checkTransactions())
}

// shortenedTransactions is what -short makes of flags that are not given.
var shortenedTransactions = map[string]string{
	"duration": "100ms", "hot": "2", "keys": "200", "rounds": "1", "spread": "50", "warmup": "50ms",
}

func defineTransactionFlags(f *flag.FlagSet, c *transactionConfig) {
	f.StringVar(&c.stator, "stator", statorBuild, "the Stator to measure: build (go build ./cmd/stator), or the `path` of a binary")
	defineStores(f, &c.config)
	f.BoolVar(&c.tokens, "tokens", true, "puts in transactions have a ClientRequestToken, which every AWS SDK sends unasked")
	f.IntVar(&c.hot, "hot", 10, "hot items of contention")
	f.IntVar(&c.spread, "spread", 1000, "items of contention, the hot ones among them")
	f.IntVar(&c.rounds, "rounds", 9, "rounds of each load")
	f.DurationVar(&c.duration, "duration", 800*time.Millisecond, "measured time of one sample")
	f.DurationVar(&c.warmUp, "warmup", 200*time.Millisecond, "load before it, not measured")
	f.IntVar(&c.keys, "keys", 10_000, "items that are overwritten and read")
	f.IntVar(&c.attributes, "attributes", 8, "text attributes an item is divided into")
	defineContents(f, &c.config)
}

// checkTransactions refuses what check does not know.
func (c *transactionConfig) checkTransactions() error {
	switch {
	case c.stator == statorNone:
		return errors.New("--stator must be build or the path of a binary")
	case c.keys < transactionItems:
		return fmt.Errorf("--keys must be at least %d", transactionItems)
	case c.hot < 1 || c.hot >= c.spread || c.spread > spreadMost:
		return fmt.Errorf("--hot must be at least 1, --spread above it and at most %d", spreadMost)
	}
	return nil
}

func (c *transactionConfig) settings() []fact {
	tokens := "every transaction of puts has one"
	if !c.tokens {
		tokens = "none"
	}
	return append(settingsOf(&c.config),
		fact{"Contention", fmt.Sprintf("one update of %d hot items and one of %d others", c.hot, c.spread-c.hot)},
		fact{"Tokens", tokens},
		fact{"Arguments of the server", cmp.Or(c.statorArgs.String(), "none")})
}

func transactionLoadNames() []string {
	var names []string
	for _, l := range transactionLoads {
		names = append(names, l.name)
	}
	return names
}

// comparison says what the load is held against.
func (l *transactionLoad) comparison() string {
	switch {
	case l.against == "":
		return ""
	case l.aim == 0:
		return "; against " + l.against
	}
	return fmt.Sprintf("; against %s, aim %g", l.against, l.aim)
}
