// Package lifecycle is about what is left to do after an operation has answered: the space of dropped
// tables is given back, indexes are filled or removed, tokens of transactions forgotten, and streams begin, are
// cut into shards and trimmed.
// It promises that what an operation has begun is brought to its end, however often the process is
// stopped in between, and that an error holds up neither other tables nor the server.
package lifecycle

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
	"github.com/statordb/stator/internal/stream"
)

// Waits before another attempt after one that failed: the first, and the longest. Each is twice the
// one before.
const (
	firstWait   = time.Second
	longestWait = 5 * time.Minute
)

// turnTime is how long one table is worked on before it is the turn of the next.
const turnTime = time.Second

// Options are the parts that a Worker works with.
type Options struct {
	Catalog *catalog.Catalog
	Store   *store.Store
	Streams *stream.Log
	Logger  *slog.Logger
	Wait    time.Duration // before the second attempt; 0: a second
	Turn    time.Duration // how long one table is worked on before the next; 0: a second
	Tick    time.Duration // between looks at tokens of transactions; 0: five minutes
	Now     func() time.Time

	ShardWrites int           // a shard that gets more records a second is split; 0: 1000
	Window      time.Duration // over which that is averaged; 0: 5 seconds
	ShardAge    time.Duration // after which a shard is replaced; 0: four hours
	Retention   time.Duration // how long change records are kept; 0: 24 hours
	TrimEvery   time.Duration // between looks at records that are older; 0: five minutes
}

// Worker does what is left to be done.
type Worker struct {
	Options

	trimCount atomic.Uint64
}

// New returns a worker that does nothing yet.
func New(o Options) *Worker {
	o.Wait = cmp.Or(o.Wait, firstWait)
	o.Turn = cmp.Or(o.Turn, turnTime)
	o.Tick = cmp.Or(o.Tick, tokenTick)
	o.ShardWrites = cmp.Or(o.ShardWrites, shardWrites)
	o.Window = cmp.Or(o.Window, loadWindow)
	o.ShardAge = cmp.Or(o.ShardAge, shardAge)
	o.Retention = cmp.Or(o.Retention, retention)
	o.TrimEvery = cmp.Or(o.TrimEvery, trimEvery)
	return &Worker{Options: o}
}

// Run works until ctx ends, and returns soon after it does. Only one Run may work on a store.
func (w *Worker) Run(ctx context.Context) {
	var parts sync.WaitGroup
	parts.Go(func() { w.tables(ctx) })
	parts.Go(func() { w.indexes(ctx) })
	parts.Go(func() { w.tokens(ctx) })
	parts.Go(func() { w.begins(ctx) })
	parts.Go(func() { w.shards(ctx) })
	parts.Go(func() { w.trims(ctx) })
	parts.Wait()
}

// attend does all of something whenever there may be some of it, until ctx ends. What all leaves is attempted again.
func (w *Worker) attend(ctx context.Context, some <-chan struct{}, all func(ctx context.Context) (done bool)) {
	wait := w.Wait
	for {
		var again <-chan time.Time // never, unless something is left to do
		if all(ctx) {
			wait = w.Wait
		} else {
			again = time.After(wait)
			wait = min(2*wait, longestWait)
		}
		select {
		case <-ctx.Done():
			return
		case <-some:
		case <-again:
		}
	}
}

// Trims returns how often old records of a stream have been removed.
func (w *Worker) Trims() uint64 { return w.trimCount.Load() }

// logFailure writes down what went wrong, unless the reason is that the worker is to stop.
func (w *Worker) logFailure(ctx context.Context, what string, err error, more ...slog.Attr) {
	if ctx.Err() == nil {
		w.Logger.LogAttrs(ctx, slog.LevelWarn, what, append(more, slog.Any("error", err))...)
	}
}
