package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"time"
)

// ttlConfig is what the flags of the subcommand say.
type ttlConfig struct {
	config
	indexes  []int
	items    int
	view     string
	quietFor time.Duration
	lead     time.Duration
}

const ttlUsageHead = `Usage: go run ./test/bench ttl [flags]

Fills a table with items that all expire at one moment, and measures how fast they go and what requests for
other items notice of it: half of the connections read, the others write.

  go run ./test/bench ttl                               takes a quarter of an hour
  go run ./test/bench ttl -short                        some seconds: does it all work?
  go run ./test/bench ttl --items 1000000 --gsis 0,3 --connections 64 --view NEW_AND_OLD_IMAGES
`

// parseTTLFlags reads args; help and complaints about their syntax go to log.
func parseTTLFlags(args []string, log io.Writer) (*ttlConfig, error) {
	c := &ttlConfig{config: subcommandConfig()}
	var indexes, connections, rates string
	f := flag.NewFlagSet("bench ttl", flag.ContinueOnError)
	defineTTLFlags(f, c)
	f.StringVar(&indexes, "gsis", "0,1", "comma-separated `numbers` of global secondary indexes, at most three")
	f.StringVar(&connections, "connections", "0,16", "comma-separated `numbers` of connections that make requests meanwhile")
	f.StringVar(&rates, "rate", "0,1000", "comma-separated `rates` of these requests, reads and writes together, in requests a second for the open loop; 0 is the closed loop")
	head := func(w io.Writer) {
		_, _ = fmt.Fprint(w, ttlUsageHead)
	}
	if err := parseArgs(f, &c.config, args, log, head, shortenedTTL); err != nil {
		return nil, err
	}
	var err error
	if c.indexes, err = parseNumbers("--gsis", indexes, 0, indexesMost); err != nil {
		return nil, err
	}
	if c.config.connections, err = parseNumbers("--connections", connections, 0, connectionsMax); err != nil {
		return nil, err
	}
	if c.rates, err = parseNumbers("--rate", rates, 0, rateMax); err != nil {
		return nil, err
	}
	return c, errors.Join(c.check(), c.checkTTL())
}

// loads are what is served, one after the other.
func (c *ttlConfig) loads() []servedLoad {
	var all []servedLoad
	for _, n := range c.connections {
		rates := c.rates
		if n == 0 {
			rates = []int{0}
		}
		for _, rate := range rates {
			all = append(all, servedLoad{n, rate})
		}
	}
	return all
}

// shortenedTTL is what -short makes of flags that are not given.
var shortenedTTL = map[string]string{
	"connections": "4", "duration": "50ms", "gsis": "1", "items": "500", "keys": "200", "quiet": "200ms", "rate": "0", "rounds": "1",
}

func defineTTLFlags(f *flag.FlagSet, c *ttlConfig) {
	f.StringVar(&c.stator, "stator", statorBuild, "the Stator to measure: build (go build ./cmd/stator), or the `path` of a binary")
	defineStores(f, &c.config)
	f.IntVar(&c.items, "items", 200_000, "items that expire in a round")
	f.StringVar(&c.view, "view", noStream, "the `view` of the table's stream; off: none")
	f.DurationVar(&c.quietFor, "quiet", 4*time.Second, "time, at the least, in which requests are measured before items expire")
	f.DurationVar(&c.lead, "lead", 0, "time, at the least, from the first item to the moment at which all expire (default by how fast the table was filled)")
	f.IntVar(&c.rounds, "rounds", 3, "rounds of each load")
	f.DurationVar(&c.duration, "duration", 500*time.Millisecond, "requests are counted in slices of that time")
	f.IntVar(&c.keys, "keys", 10_000, "items that do not expire")
	f.IntVar(&c.attributes, "attributes", 8, "text attributes an item is divided into")
	defineContents(f, &c.config)
}

// checkTTL refuses what check does not know.
func (c *ttlConfig) checkTTL() error {
	switch {
	case c.stator == statorNone:
		return errors.New("--stator must be build or the path of a binary")
	case c.items < 1 || c.items > keysMax:
		return fmt.Errorf("--items must be 1 to %d", keysMax)
	case !slices.Contains(streamViews, c.view):
		return fmt.Errorf("--view: %q is not one of %v", c.view, streamViews)
	case c.quietFor < c.duration:
		return errors.New("--quiet must not be below --duration")
	case c.lead < 0 || c.lead > sampleDurationMax:
		return fmt.Errorf("--lead must be at most %v: signatures expire", sampleDurationMax)
	}
	for _, n := range c.connections {
		if n%2 != 0 {
			return errors.New("--connections must be even: half of them read, the others write")
		}
	}
	for _, rate := range c.rates {
		if rate == 1 {
			return errors.New("--rate must be 0 or at least 2: half of the requests read, the others write")
		}
	}
	return nil
}

func (c *ttlConfig) settings() []fact {
	return []fact{
		{"Rounds", fmt.Sprintf("%d; requests are counted in slices of %v", c.rounds, c.duration)},
		{"Items", fmt.Sprintf("%s that expire in a round and %s others, of %s bytes and some more for expires_at and the index; seed %d",
			thousands(float64(c.items)), thousands(float64(c.keys)), thousands(float64(c.itemBytes)), c.seed)},
		{"Stream", c.view},
		{"Arguments of the server", cmp.Or(c.statorArgs.String(), "none")},
	}
}
