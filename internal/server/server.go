// Package server is about one running Stator: it puts the parts together and has no rules of its own.
// It promises that Shutdown ends everything that Open and Serve began, in an order in which nobody
// uses what is closed already, the engine last.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/statordb/stator/internal/admin"
	"github.com/statordb/stator/internal/awsjson"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/lifecycle"
	"github.com/statordb/stator/internal/metrics"
	"github.com/statordb/stator/internal/op"
	"github.com/statordb/stator/internal/sigv4"
	"github.com/statordb/stator/internal/store"
	"github.com/statordb/stator/internal/stream"
	"github.com/statordb/stator/internal/ttl"
)

// settleWait is how long UpdateTimeToLive waits for a worker: with a table that has few items, until it is through.
const settleWait = time.Second

// Options are what a server works with.
type Options struct {
	Engine engine.Engine // the server's own from Open on: it closes it
	Realm  catalog.Realm
	// Address is the host and port at which clients reach the server, which DescribeEndpoints tells.
	Address string
	Logger  *slog.Logger
	Now     func() time.Time
	NewID   func() keyspace.TableID // nil: random

	StreamShardWrites int // a shard of a stream that gets more records a second is split; 0: 1000
}

// Server is one running Stator.
type Server struct {
	engine engine.Engine
	admin  *admin.Handler
	front  *awsjson.Handler
	http   *http.Server

	connections connections

	cancelRequests context.CancelFunc
	cancelWorkers  context.CancelFunc
	workers        sync.WaitGroup

	// inside is held for reading by every request that is being answered, and for writing, for good,
	// once no more are to be.
	inside sync.RWMutex
}

// Open puts a server together on the store that the engine holds, and starts its workers. If it
// fails the engine is closed.
func Open(ctx context.Context, o Options) (*Server, error) {
	if o.NewID == nil {
		o.NewID = randomID
	}
	c, err := catalog.Open(ctx, o.Engine, catalog.Options{Realm: o.Realm, Now: o.Now, NewID: o.NewID})
	if err != nil {
		return nil, errors.Join(err, o.Engine.Close())
	}
	items := store.New(o.Engine, store.WithClock(o.Now))
	streams := stream.New(o.Engine, c)
	counts := metrics.New()
	counts.Gauge("tables", "Tables.", func() float64 { return float64(c.Len()) })
	s := &Server{
		engine: o.Engine,
		admin:  admin.New(counts),
		front: awsjson.NewHandler(awsjson.New(awsjson.Options{
			Region:     o.Realm.Region,
			Operations: operations(op.New(op.Options{Catalog: c, Store: items, Streams: streams, Now: o.Now, Address: o.Address, SettleWait: settleWait})),
			Verify:     sigv4.Signed,
			Metrics:    counts,
			Logger:     o.Logger,
			Now:        time.Now,
		})),
	}
	s.listenTo(o.Logger)
	keeper := lifecycle.New(lifecycle.Options{
		Catalog: c, Store: items, Streams: streams, Logger: o.Logger, Now: o.Now, ShardWrites: o.StreamShardWrites,
	})
	countStreams(counts, c, items, keeper)
	expired := ttl.New(ttl.Options{Catalog: c, Store: items, Logger: o.Logger, Now: o.Now})
	counts.Counter("ttl_deleted_total", "Items removed because they had expired.", func() float64 { return float64(expired.Deleted()) })
	counts.Gauge("ttl_lag_seconds", "How long ago the first item expired that is known to be there still.", func() float64 { return expired.Lag().Seconds() })
	s.work(
		keeper.Run,
		expired.Run,
		s.connections.sweep,
	)
	return s, nil
}

// countStreams adds what operators see of streams.
func countStreams(counts *metrics.Registry, c *catalog.Catalog, items *store.Store, keeper *lifecycle.Worker) {
	counts.Counter("stream_records_total", "Change records written to streams.",
		func() float64 { return float64(items.Records()) })
	counts.Gauge("stream_shards", "Open shards of all streams.", func() float64 { return float64(c.OpenShards()) })
	counts.Counter("stream_trims_total", "Times that old records of a stream were removed.",
		func() float64 { return float64(keeper.Trims()) })
}

// operations returns the routes by name, as the front wants them.
func operations(s *op.Service) map[string]awsjson.Serve {
	byName := map[string]awsjson.Serve{}
	for _, route := range s.Routes() {
		byName[route.Name] = awsjson.Serve(route.Serve)
	}
	return byName
}

// work starts workers, each of which runs until its context ends.
func (s *Server) work(runs ...func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancelWorkers = cancel
	for _, run := range runs {
		s.workers.Go(func() { run(ctx) })
	}
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.inside.TryRLock() {
		panic(http.ErrAbortHandler) // the engine is closing: end the connection
	}
	defer s.inside.RUnlock()
	if s.admin.Serves(r.URL.Path) {
		s.admin.ServeHTTP(w, r)
		return
	}
	s.front.ServeHTTP(w, r)
}

// Serve answers requests from l until Shutdown.
func (s *Server) Serve(l net.Listener) error {
	s.admin.SetReady(true)
	if err := s.http.Serve(listener{l, &s.connections}); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("cannot go on serving: %w", err)
	}
	return nil
}

// Shutdown stops accepting, lets the requests being answered finish, or cancels them when ctx ends,
// stops the workers and closes the engine. It returns when all that is done.
func (s *Server) Shutdown(ctx context.Context) error {
	s.admin.SetReady(false)
	stopped := s.http.Shutdown(ctx)
	s.cancelRequests()
	if stopped != nil {
		stopped = fmt.Errorf("requests were cut off: %w", errors.Join(stopped, s.http.Close()))
	}
	s.cancelWorkers()
	s.workers.Wait()
	s.inside.Lock() // for good
	if err := s.engine.Close(); err != nil {
		return errors.Join(stopped, fmt.Errorf("cannot close the store: %w", err))
	}
	return stopped
}
