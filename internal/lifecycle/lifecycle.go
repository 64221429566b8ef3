// Package lifecycle is about what is left to do after an operation has answered: the space of dropped
// tables is given back, indexes are filled or removed, and tokens of transactions forgotten.
// It promises that what an operation has begun is brought to its end, however often the process is
// stopped in between, and that an error holds up neither other tables nor the server.
package lifecycle

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
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
	Logger  *slog.Logger
	Wait    time.Duration // before the second attempt; 0: a second
	Turn    time.Duration // how long one table is worked on before the next; 0: a second
	Tick    time.Duration // between looks at tokens of transactions; 0: five minutes
	Now     func() time.Time
}

// Worker does what is left to be done.
type Worker struct {
	Options
}

// New returns a worker that does nothing yet.
func New(o Options) *Worker {
	if o.Wait == 0 {
		o.Wait = firstWait
	}
	if o.Turn == 0 {
		o.Turn = turnTime
	}
	if o.Tick == 0 {
		o.Tick = tokenTick
	}
	return &Worker{o}
}

// Run works until ctx ends, and returns soon after it does. Only one Run may work on a store.
func (w *Worker) Run(ctx context.Context) {
	var parts sync.WaitGroup
	parts.Go(func() { w.tables(ctx) })
	parts.Go(func() { w.indexes(ctx) })
	parts.Go(func() { w.tokens(ctx) })
	parts.Wait()
}

// logFailure writes down what went wrong, unless the reason is that the worker is to stop.
func (w *Worker) logFailure(ctx context.Context, what string, err error, more ...slog.Attr) {
	if ctx.Err() == nil {
		w.Logger.LogAttrs(ctx, slog.LevelWarn, what, append(more, slog.Any("error", err))...)
	}
}
