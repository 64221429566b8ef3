package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/server"
)

// drainWait is how long requests that are being answered may take once a stop was asked for.
const drainWait = 30 * time.Second

// serveCommand is "stator serve".
type serveCommand struct {
	Listen            string          `default:"127.0.0.1:8000" placeholder:"HOST:PORT" help:"Address to listen on (${default}). Port 0 is any free one; the ready line tells which."`
	Data              string          `placeholder:"DIR" help:"Keep the data in DIR (stator-data)."`
	Memory            bool            `help:"Keep the data in memory: it is gone when the server stops."`
	Engine            string          `placeholder:"URL" help:"Where the data is, as a URL: pebble://DIR."`
	Region            string          `default:"us-east-1" help:"AWS region to answer for (${default})."`
	Account           string          `default:"000000000000" placeholder:"ID" help:"AWS account to answer for: 12 digits (${default})."`
	Sync              string          `enum:"always,interval" default:"always" placeholder:"WHEN" help:"When writes go to disk: always, before each is acknowledged, or interval, every --sync-interval; a crash then loses what was acknowledged since."`
	SyncInterval      time.Duration   `default:"100ms" placeholder:"DURATION" help:"How often writes go to disk with --sync=interval (${default})."`
	CacheSize         byteSize        `placeholder:"SIZE" help:"Memory for a cache of stored data, taken as it fills (a ninth of the memory, at least 256MiB)."`
	StreamShardWrites int             `default:"1000" placeholder:"N" help:"Split a shard of a stream that gets more than N records a second over five seconds (${default})."`
	LogLevel          slog.Level      `default:"info" placeholder:"LEVEL" help:"Lowest level to log: debug, info, warn or error (${default})."`
	LogFormat         string          `enum:"text,json" default:"text" placeholder:"FORMAT" help:"Format of the log, text or json (${default})."`
	Config            kong.ConfigFlag `placeholder:"FILE" help:"Read flags from a JSON file: {\"listen\": \"…\", \"log-level\": \"…\"}. The command line and the environment go before it."`
}

// Help is the part of the help that stands below the description.
func (serveCommand) Help() string {
	return `When requests are accepted one line says so on standard error: "stator: ready on http://…".

SIGINT or SIGTERM stops the server: what runs is finished, the data is closed. A second one stops it at once.

Exit codes: 0 stopped as asked; 1 failure; 2 wrong usage.`
}

var (
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)
)

// Validate refuses what no flag refuses by itself. kong calls it.
func (c *serveCommand) Validate() error {
	if !accountForm.MatchString(c.Account) {
		return fmt.Errorf("--account: %q is not 12 digits", c.Account)
	}
	if !regionForm.MatchString(c.Region) {
		return fmt.Errorf("--region: %q is not the name of a region", c.Region)
	}
	if c.SyncInterval <= 0 {
		return fmt.Errorf("--sync-interval: %v is not above zero", c.SyncInterval)
	}
	if c.StreamShardWrites <= 0 {
		return fmt.Errorf("--stream-shard-writes: %d is not above zero", c.StreamShardWrites)
	}
	_, err := c.place()
	return err
}

// defaultData is where data is kept if nothing else is said.
const defaultData = "stator-data"

// place returns the directory of the data, or "" for memory.
func (c *serveCommand) place() (dir string, err error) {
	given := 0
	for _, set := range []bool{c.Data != "", c.Memory, c.Engine != ""} {
		if set {
			given++
		}
	}
	if given > 1 {
		return "", errors.New("--data, --memory and --engine exclude one another")
	}
	switch scheme, rest, ok := strings.Cut(c.Engine, "://"); {
	case c.Memory:
		return "", nil
	case c.Data != "":
		return c.Data, nil
	case c.Engine == "":
		return defaultData, nil
	case ok && scheme == "pebble" && rest != "":
		return rest, nil
	case ok && scheme == "tikv":
		return "", errors.New("--engine: tikv:// is not built yet; use pebble://DIR")
	}
	return "", fmt.Errorf("--engine: %q is not pebble://DIR", c.Engine)
}

// Run serves until a signal or a failure.
func (c *serveCommand) Run(ctx context.Context, s streams) error {
	logger := c.logger(s.err)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return explained(fmt.Errorf("cannot %w", err))
	}
	srv, err := c.open(ctx, s, reachable(listener.Addr()), logger)
	if err != nil {
		return explained(errors.Join(err, listener.Close()))
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(listener) }()
	fmt.Fprintf(s.err, "stator: ready on http://%s (%s)\n", listener.Addr(), c.promise()) //nolint:errcheck // nowhere to report it to
	select {
	case err = <-ended:
	case <-ctx.Done():
		stop() // a second signal ends the process
		logger.Info("stopping")
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWait)
	defer cancel()
	return errors.Join(err, srv.Shutdown(drain))
}

// open opens the data and puts a server on it, which clients reach at address.
func (c *serveCommand) open(ctx context.Context, s streams, address string, logger *slog.Logger) (*server.Server, error) {
	dir, err := c.place()
	if err != nil {
		return nil, err
	}
	o := pebble.Options{
		Dir: dir, Memory: c.Memory, CacheBytes: cacheBytes(c.CacheSize, limitMemory(logger)), Logger: logger,
		OnFatal: func(err error) {
			// What is on disk is unknown now; the next start finds out.
			fmt.Fprintln(s.err, "stator: error:", err) //nolint:errcheck // nowhere to report it to
			os.Exit(exitFailure)
		},
	}
	if c.Sync == "interval" {
		o.SyncInterval = c.SyncInterval
	}
	e, err := pebble.Open(o)
	if err != nil {
		return nil, err
	}
	return server.Open(ctx, server.Options{
		Engine: e, Realm: catalog.Realm{Region: c.Region, Account: c.Account}, Address: address, Logger: logger, Now: time.Now,
		StreamShardWrites: c.StreamShardWrites,
	})
}

// reachable returns the address under which clients reach what listens at a, or "" if that is every address
// of the machine: which of them a client can reach is not known then.
func reachable(a net.Addr) string {
	if tcp, ok := a.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return ""
	}
	return a.String()
}

// promise says in the ready line what becomes of writes.
func (c *serveCommand) promise() string {
	dir, _ := c.place() // checked by Validate
	switch {
	case c.Memory:
		return "data in memory"
	case c.Sync == "interval":
		return fmt.Sprintf("data in %s, synced every %v", dir, c.SyncInterval)
	}
	return "data in " + dir
}

func (c *serveCommand) logger(w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
