package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// noStream is the view of the table without a stream.
const noStream = "off"

// streamViews are the views that may be asked for.
var streamViews = []string{noStream, "KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"}

// streamParts are the parts of a run, in their order: writes first, because the others read what they left.
var streamParts = []struct {
	name, title string
	measure     func(*streamBench, context.Context) error
}{
	{"writes", "writes with a stream, against the same without one", (*streamBench).measureWrites},
	{"pages", "GetRecords of all that was recorded, in pages as large as they get", (*streamBench).measurePages},
	{"idle", "GetRecords of a shard in which nothing happens, against GetItem", (*streamBench).measureIdle},
	{"follow", "the time from the acknowledgement of a write to its record", (*streamBench).measureFollow},
}

// streamConfig is what the flags of the subcommand say.
type streamConfig struct {
	config
	views []string
	parts map[string]bool
	poll  time.Duration
}

const streamUsageHead = `Usage: go run ./test/bench streams [flags]

Measures what streams cost writers, how soon followers see a write, and what followers cost, on servers that
differ in the view of the stream only.

  go run ./test/bench streams                           takes five minutes
  go run ./test/bench streams -short                    some seconds: does it all work?
  go run ./test/bench streams --parts writes --ops put,put-overwrite,update-hot --connections 1,16,64
  go run ./test/bench streams --parts follow --rate 100,1000,5000

Parts:
`

// parseStreamFlags reads args; help and complaints about their syntax go to log.
func parseStreamFlags(args []string, log io.Writer) (*streamConfig, error) {
	c := &streamConfig{config: subcommandConfig()}
	var t streamTexts
	f := flag.NewFlagSet("bench streams", flag.ContinueOnError)
	defineStreamFlags(f, c, &t)
	head := func(w io.Writer) {
		_, _ = fmt.Fprint(w, streamUsageHead)
		for _, p := range streamParts {
			_, _ = fmt.Fprintf(w, "  %-8s %s\n", p.name, p.title)
		}
	}
	if err := parseArgs(f, &c.config, args, log, head, shortenedStreams); err != nil {
		return nil, err
	}
	if err := t.into(c); err != nil {
		return nil, err
	}
	return c, errors.Join(c.check(), c.checkStreams())
}

// streamTexts are the flags that are parsed further.
type streamTexts struct{ views, parts, operations, connections, rates string }

// shortenedStreams is what -short makes of flags that are not given.
var shortenedStreams = map[string]string{
	"connections": "4", "duration": "200ms", "keys": "200", "rate": "100", "rounds": "1", "warmup": "50ms",
}

func defineStreamFlags(f *flag.FlagSet, c *streamConfig, t *streamTexts) {
	f.StringVar(&c.stator, "stator", statorBuild, "the Stator to measure: build (go build ./cmd/stator), or the `path` of a binary")
	defineStores(f, &c.config)
	var parts []string
	for _, p := range streamParts {
		parts = append(parts, p.name)
	}
	f.StringVar(&t.parts, "parts", strings.Join(parts, ","), "comma-separated `parts`, see above")
	f.StringVar(&t.views, "views", noStream+",KEYS_ONLY,NEW_AND_OLD_IMAGES", "comma-separated `views` of the servers' streams; off: none")
	f.StringVar(&t.operations, "ops", "put-overwrite", "comma-separated `operations` of the part writes, as without a subcommand")
	f.StringVar(&t.connections, "connections", "1,16", "comma-separated `numbers` of connections")
	f.StringVar(&t.rates, "rate", "100,1000", "comma-separated `rates` of the part follow, in writes a second over the most connections")
	f.DurationVar(&c.poll, "poll", 10*time.Millisecond, "a follower asks each shard once in that time")
	f.IntVar(&c.rounds, "rounds", 7, "rounds of each load")
	f.DurationVar(&c.duration, "duration", 2*time.Second, "measured time of one sample")
	f.DurationVar(&c.warmUp, "warmup", 300*time.Millisecond, "load before it, not measured")
	f.IntVar(&c.keys, "keys", 10_000, "items in a table before measuring")
	f.IntVar(&c.attributes, "attributes", 8, "text attributes an item is divided into")
	defineContents(f, &c.config)
}

// into parses t into c.
func (t *streamTexts) into(c *streamConfig) (err error) {
	c.parts = map[string]bool{}
	for name := range strings.SplitSeq(t.parts, ",") {
		name = strings.TrimSpace(name)
		for _, p := range streamParts {
			c.parts[p.name] = c.parts[p.name] || p.name == name
		}
		if !c.parts[name] {
			return fmt.Errorf("--parts: no part %q; -h lists them", name)
		}
	}
	for view := range strings.SplitSeq(t.views, ",") {
		view = strings.TrimSpace(view)
		if !slices.Contains(streamViews, view) || slices.Contains(c.views, view) {
			return fmt.Errorf("--views: %q is not one of %s, or comes twice", view, strings.Join(streamViews, ", "))
		}
		c.views = append(c.views, view)
	}
	if c.operations, err = parseOperations(t.operations); err != nil {
		return err
	}
	if c.config.connections, err = parseNumbers("--connections", t.connections, 1, connectionsMax); err != nil {
		return err
	}
	c.rates, err = parseNumbers("--rate", t.rates, 1, rateMax)
	return err
}

// checkStreams refuses what check does not know.
func (c *streamConfig) checkStreams() error {
	others := len(c.views)
	if slices.Contains(c.views, noStream) {
		others--
	}
	switch {
	case c.stator == statorNone:
		return errors.New("--stator must be build or the path of a binary")
	case c.poll <= 0:
		return errors.New("--poll must be above zero")
	case others == 0 && (c.parts["pages"] || c.parts["idle"] || c.parts["follow"]):
		return errors.New("--views: there is no stream to read")
	}
	return nil
}

func (c *streamConfig) settings() []fact {
	return append(settingsOf(&c.config),
		fact{"Followers", fmt.Sprintf("one connection for each shard, a GetRecords every %v", c.poll)},
		fact{"Arguments of the server", cmp.Or(c.statorArgs.String(), "none")})
}
