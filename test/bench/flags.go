package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Limits of what may be asked for.
const (
	connectionsMax    = 4096
	roundsMax         = 1000
	startsMax         = 1000
	peersMax          = 16
	rateMax           = 10_000_000
	itemBytesMax      = 400 << 10        // the largest item of DynamoDB
	keysMax           = 100_000_000      // keeps an item's key at its fixed width
	sampleDurationMax = 10 * time.Minute // warm-up and measuring: below the 15 minutes a signature is valid
)

// What --stator may be, beside the path of a binary.
const (
	statorBuild = "build"
	statorNone  = "none"
)

// config is what the flags say.
type config struct {
	stator      string
	statorArgs  listFlag
	peers       []peerFlag
	operations  []*operation
	connections []int
	rates       []int // requests a second; 0 is the closed loop
	rounds      int
	duration    time.Duration
	warmUp      time.Duration
	idle        time.Duration
	starts      int
	keys        int
	itemBytes   int
	attributes  int
	seed        uint64
	dataDir     string
	jsonFile    string
	accessKey   string
	secretKey   string
	region      string
	clientProcs int
	short       bool
}

// peerFlag is one --peer: a server that runs already.
type peerFlag struct {
	name    string
	address string // host:port
	pid     int    // 0: its CPU and memory are not measured
}

// listFlag collects a flag that may be given several times.
type listFlag []string

func (l *listFlag) String() string     { return strings.Join(*l, " ") }
func (l *listFlag) Set(s string) error { *l = append(*l, s); return nil }

const usageHead = `Usage: go run ./test/bench [flags]

Measures DynamoDB-protocol servers against bare handlers on this machine, in interleaved rounds, and
prints Markdown tables of ratios and medians.

  go run ./test/bench                                  Stator against the bare handlers, in three minutes
  go run ./test/bench -short                           the same in some seconds: does it all work?
  go run ./test/bench --stator none                    the bare handlers alone
  go run ./test/bench --ops get,put,update-hot --connections 1,16,64 --rounds 9
  go run ./test/bench --rate 2000,10000                open loop alone: latency from the scheduled send time
  go run ./test/bench --peer ddblocal=http://127.0.0.1:8001,pid=4242

Operations:
`

// texts are the flags that are parsed further.
type texts struct {
	peers                          listFlag
	operations, connections, rates string
}

// parseFlags reads args; help and complaints about their syntax go to log.
func parseFlags(args []string, log io.Writer) (*config, error) {
	var (
		c config
		t texts
	)
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	defineTargets(f, &c, &t)
	defineLoads(f, &c, &t)
	head := func(w io.Writer) {
		_, _ = fmt.Fprint(w, usageHead)
		for _, o := range allOperations {
			_, _ = fmt.Fprintf(w, "  %-15s %s, against %s\n", o.name, o.title, o.yardstick)
		}
	}
	if err := parseArgs(f, &c, args, log, head, shortened); err != nil {
		return nil, err
	}
	var err error
	if c.peers, err = parsePeers(t.peers); err != nil {
		return nil, err
	}
	if c.operations, err = parseOperations(t.operations); err != nil {
		return nil, err
	}
	if c.connections, err = parseNumbers("--connections", t.connections, 1, connectionsMax); err != nil {
		return nil, err
	}
	if c.rates, err = parseNumbers("--rate", t.rates, 0, rateMax); err != nil {
		return nil, err
	}
	return &c, c.check()
}

// shortened is what -short makes of flags that are not given.
var shortened = map[string]string{
	"duration": "100ms", "idle": "100ms", "keys": "200", "rounds": "1", "starts": "1", "warmup": "50ms",
}

// shorten sets the flags that are not given to the values of a short run.
func shorten(f *flag.FlagSet, values map[string]string) error {
	given := map[string]bool{}
	f.Visit(func(x *flag.Flag) { given[x.Name] = true })
	for name, value := range values {
		if given[name] {
			continue
		}
		if err := f.Set(name, value); err != nil {
			return fmt.Errorf("cannot shorten --%s: %w", name, err)
		}
	}
	return nil
}

// What requests are signed with unless flags say otherwise.
const (
	defaultAccessKey = "AKIASTATORBENCH00000"
	defaultSecretKey = "bench"
	defaultRegion    = "us-east-1"
)

// defineTargets defines the flags that say who is measured and where.
func defineTargets(f *flag.FlagSet, c *config, t *texts) {
	f.StringVar(&c.stator, "stator", statorBuild, "the Stator to measure: build (go build ./cmd/stator), none, or the `path` of a binary")
	defineStores(f, c)
	f.Var(&t.peers, "peer", "a server that runs already, as `name=URL` or name=URL,pid=N to see its CPU and memory too; may be given several times")
	f.IntVar(&c.starts, "starts", 5, "starts on an empty store to time, at least 1")
	f.DurationVar(&c.idle, "idle", 2*time.Second, "time between start and the look at idle memory")
	f.StringVar(&c.accessKey, "access-key", defaultAccessKey, "access key that requests are signed with")
	f.StringVar(&c.secretKey, "secret-key", defaultSecretKey, "its secret")
	f.StringVar(&c.region, "region", defaultRegion, "region in the signature")
}

// defineStores defines flags of every subcommand: about the servers that it starts, and where it writes.
func defineStores(f *flag.FlagSet, c *config) {
	f.Var(&c.statorArgs, "stator-arg", "a further `argument` of stator serve; may be given several times")
	f.StringVar(&c.dataDir, "data", "", "`directory` below which the stores are made; its disk is what is measured (default the system's temporary directory)")
	f.StringVar(&c.jsonFile, "json", "", "also write all samples to this `file`")
}

// defineContents defines flags of every subcommand: about what is measured and how.
func defineContents(f *flag.FlagSet, c *config) {
	f.IntVar(&c.itemBytes, "item-bytes", 1024, "size of an item as DynamoDB counts it")
	f.Uint64Var(&c.seed, "seed", 1, "seed of keys and contents")
	f.BoolVar(&c.short, "short", false, "one short round of everything; flags that are given win")
	f.IntVar(&c.clientProcs, "client-procs", max(1, runtime.NumCPU()/4), "cores the generator may use while measuring")
}

// defineLoads defines the flags that say what is measured.
func defineLoads(f *flag.FlagSet, c *config, t *texts) {
	f.StringVar(&t.operations, "ops", "get,put-overwrite,put-hot,update-hot", "comma-separated `operations`, see above")
	f.StringVar(&t.connections, "connections", "1,64", "comma-separated `numbers` of connections")
	f.StringVar(&t.rates, "rate", "0,1000", "comma-separated `rates` in requests a second for the open loop, over the most connections; 0 is the closed loop")
	f.IntVar(&c.rounds, "rounds", 5, "rounds of each trial")
	f.DurationVar(&c.duration, "duration", 800*time.Millisecond, "measured time of one sample")
	f.DurationVar(&c.warmUp, "warmup", 200*time.Millisecond, "load before it, not measured")
	f.IntVar(&c.keys, "keys", 10_000, "items in the table before measuring")
	f.IntVar(&c.attributes, "attributes", 8, "text attributes an item is divided into")
	defineContents(f, c)
}

// check refuses what cannot be measured.
func (c *config) check() error {
	smallest := (&shape{itemBytes: 0, attributes: c.attributes}).overheadBytes() + c.attributes
	switch {
	case c.rounds < 1 || c.rounds > roundsMax:
		return fmt.Errorf("--rounds must be 1 to %d", roundsMax)
	case c.starts < 1 || c.starts > startsMax:
		return fmt.Errorf("--starts must be 1 to %d", startsMax)
	case c.duration <= 0 || c.warmUp < 0 || c.idle < 0:
		return errors.New("--duration must be above zero, --warmup and --idle not below")
	case c.duration+c.warmUp > sampleDurationMax:
		return fmt.Errorf("--duration and --warmup together must be at most %v: signatures expire", sampleDurationMax)
	case c.keys < 1 || c.keys > keysMax:
		return fmt.Errorf("--keys must be 1 to %d", keysMax)
	case c.attributes < 1 || c.attributes > attributesMax:
		return fmt.Errorf("--attributes must be 1 to %d", attributesMax)
	case c.itemBytes < smallest || c.itemBytes > itemBytesMax:
		return fmt.Errorf("--item-bytes must be %d to %d with %d attributes", smallest, itemBytesMax, c.attributes)
	case c.clientProcs < 1:
		return errors.New("--client-procs must be at least 1")
	}
	return nil
}

func parsePeers(texts []string) ([]peerFlag, error) {
	if len(texts) > peersMax {
		return nil, fmt.Errorf("more than %d peers", peersMax)
	}
	seen := map[string]bool{statorName: true, bareGet: true, barePut: true}
	var peers []peerFlag
	for _, text := range texts {
		name, rest, ok := strings.Cut(text, "=")
		address, pid, hasPID := strings.Cut(rest, ",pid=")
		u, err := url.Parse(address)
		if !ok || name == "" || err != nil || u.Scheme != "http" || u.Host == "" {
			return nil, fmt.Errorf("--peer %q is not name=http://host:port[,pid=N]", text)
		}
		if seen[name] {
			return nil, fmt.Errorf("--peer %q: the name %s is taken", text, name)
		}
		seen[name] = true
		p := peerFlag{name: name, address: u.Host}
		if u.Port() == "" {
			p.address = net.JoinHostPort(u.Hostname(), "80")
		}
		if hasPID {
			if p.pid, err = strconv.Atoi(pid); err != nil || p.pid < 1 {
				return nil, fmt.Errorf("--peer %q: pid %q is not a process", text, pid)
			}
		}
		peers = append(peers, p)
	}
	return peers, nil
}

func parseOperations(text string) ([]*operation, error) {
	var operations []*operation
	for name := range strings.SplitSeq(text, ",") {
		o := findOperation(strings.TrimSpace(name))
		if o == nil {
			return nil, fmt.Errorf("--ops: no operation %q; -h lists them", name)
		}
		operations = append(operations, o)
	}
	return operations, nil
}

func parseNumbers(name, text string, least, greatest int) ([]int, error) {
	var numbers []int
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < least || n > greatest {
			return nil, fmt.Errorf("%s: %q is not a number from %d to %d", name, part, least, greatest)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}
