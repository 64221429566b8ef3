package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of what the subcommand may be asked for.
const (
	indexesMost  = 3         // attributes that items have for index keys
	sizeMost     = 100 << 30 // bytes of items in one table
	itemsPerPage = 10        // items of a partition, and of a group on average
)

// indexConfig is what the flags of the subcommand say.
type indexConfig struct {
	config
	indexes      []int
	small, large int64
	projection   string
	rest         time.Duration
	loads        []string // names of indexLoads
}

const indexUsageHead = `Usage: go run ./test/bench indexes [flags]

Fills a small and a large table without indexes, with one and with three, measures writes and queries on
all of them, and prints how the large tables compare with the small ones.

  go run ./test/bench indexes                       20 MB and 2 GB: takes half an hour and 20 GB of disk
  go run ./test/bench indexes -short                some seconds: does it all work?
  go run ./test/bench indexes --gsis 3 --large 20GB --projection KEYS_ONLY

Loads:
`

// parseIndexFlags reads args; help and complaints about their syntax go to log.
func parseIndexFlags(args []string, log io.Writer) (*indexConfig, error) {
	c := &indexConfig{config: subcommandConfig()}
	c.keys, c.attributes = 1, 4
	var t indexTexts
	f := flag.NewFlagSet("bench indexes", flag.ContinueOnError)
	defineIndexFlags(f, c, &t)
	head := func(w io.Writer) {
		_, _ = fmt.Fprint(w, indexUsageHead)
		for _, l := range indexLoads {
			_, _ = fmt.Fprintf(w, "  %-12s %s\n", l.name, l.title)
		}
	}
	if err := parseArgs(f, &c.config, args, log, head, shortenedIndexes); err != nil {
		return nil, err
	}
	if err := t.into(c); err != nil {
		return nil, err
	}
	return c, errors.Join(c.check(), c.checkIndexes())
}

// indexTexts are the flags that are parsed further.
type indexTexts struct{ indexes, small, large, loads, connections, rates string }

// shortenedIndexes is what -short makes of flags that are not given.
var shortenedIndexes = map[string]string{
	"duration": "100ms", "warmup": "50ms", "rounds": "1", "small": "200KB", "large": "1MB", "connections": "4", "rate": "0",
	"rest": "50ms",
}

func defineIndexFlags(f *flag.FlagSet, c *indexConfig, t *indexTexts) {
	f.StringVar(&c.stator, "stator", statorBuild, "the Stator to measure: build (go build ./cmd/stator), or the `path` of a binary")
	defineStores(f, &c.config)
	f.StringVar(&t.indexes, "gsis", "0,1,3", "comma-separated `numbers` of global secondary indexes, at most three")
	f.StringVar(&c.projection, "projection", "ALL", "what the indexes hold: ALL or KEYS_ONLY")
	f.StringVar(&t.small, "small", "20MB", "`size` of the small tables")
	f.StringVar(&t.large, "large", "2GB", "`size` of the large tables")
	f.StringVar(&t.loads, "ops", "put,put-move,query,query-index", "comma-separated `loads`, see above")
	f.StringVar(&t.connections, "connections", "16", "`number` of connections")
	f.StringVar(&t.rates, "rate", "0,500", "comma-separated `rates` in requests a second for the open loop; 0 is the closed loop")
	f.DurationVar(&c.rest, "rest", 3*time.Second, "time without work that a server must have had after filling")
	f.IntVar(&c.rounds, "rounds", 7, "rounds of each load")
	f.DurationVar(&c.duration, "duration", 2*time.Second, "measured time of one sample")
	f.DurationVar(&c.warmUp, "warmup", 500*time.Millisecond, "load before it, not measured")
	defineContents(f, &c.config)
}

// into parses t into c.
func (t *indexTexts) into(c *indexConfig) (err error) {
	if c.indexes, err = parseNumbers("--gsis", t.indexes, 0, indexesMost); err != nil {
		return err
	}
	if c.connections, err = parseNumbers("--connections", t.connections, 1, connectionsMax); err != nil {
		return err
	}
	if c.rates, err = parseNumbers("--rate", t.rates, 0, rateMax); err != nil {
		return err
	}
	if c.small, err = parseSize("--small", t.small); err != nil {
		return err
	}
	if c.large, err = parseSize("--large", t.large); err != nil {
		return err
	}
	for name := range strings.SplitSeq(t.loads, ",") {
		name = strings.TrimSpace(name)
		if !slices.ContainsFunc(indexLoads, func(l indexLoad) bool { return l.name == name }) {
			return fmt.Errorf("--ops: no load %q; -h lists them", name)
		}
		c.loads = append(c.loads, name)
	}
	return nil
}

// checkIndexes refuses what check does not know.
func (c *indexConfig) checkIndexes() error {
	least := int64(c.itemBytes) * itemsPerPage
	switch {
	case len(c.connections) != 1:
		return errors.New("--connections must be one number")
	case c.projection != "ALL" && c.projection != "KEYS_ONLY":
		return errors.New("--projection must be ALL or KEYS_ONLY")
	case c.itemBytes < indexedOverhead(c.attributes)+c.attributes:
		return fmt.Errorf("--item-bytes must be at least %d", indexedOverhead(c.attributes)+c.attributes)
	case c.rest <= 0:
		return errors.New("--rest must be above zero")
	case c.small < least || c.large < c.small:
		return fmt.Errorf("--small must be at least %d items, --large not below it", itemsPerPage)
	}
	return nil
}

func (c *indexConfig) settings() []fact {
	return []fact{
		{"Rounds", fmt.Sprintf("%d, interleaved; %v measured after %v of warm-up each", c.rounds, c.duration, c.warmUp)},
		{"Items", fmt.Sprintf("%s bytes, %d to a partition, about %d to a group of an index; seed %d",
			thousands(float64(c.itemBytes)), itemsPerPage, itemsPerPage, c.seed)},
		{"Indexes", "one hash key each, projection " + c.projection},
		{"Arguments of the server", cmp.Or(c.statorArgs.String(), "none")},
	}
}

// sizes are the units that a size may have; the first that divides it is how it is printed.
var sizes = []struct {
	name  string
	bytes int64
}{{"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}}

func parseSize(name, text string) (int64, error) {
	for _, unit := range sizes {
		digits, ok := strings.CutSuffix(text, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 1 || n > sizeMost/unit.bytes {
			break
		}
		return n * unit.bytes, nil
	}
	return 0, fmt.Errorf("%s: %q is not a size from 1KB to 100GB", name, text)
}

func sizeText(n int64) string {
	for _, unit := range sizes {
		if n%unit.bytes == 0 {
			return fmt.Sprintf("%d %s", n/unit.bytes, unit.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}
