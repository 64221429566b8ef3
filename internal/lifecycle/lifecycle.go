// Package lifecycle is about what becomes of tables after an operation has answered: the space of
// dropped ones is given back.
// It promises that a table dropped once is erased in the end, however often the process is stopped
// in between, and that an error holds up neither other tables nor the server.
package lifecycle

import (
	"context"
	"log/slog"
	"time"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/store"
)

// Waits before another attempt after one that failed: the first, and the longest. Each is twice the
// one before.
const (
	firstWait   = time.Second
	longestWait = 5 * time.Minute
)

// Options are the parts that a Worker works with.
type Options struct {
	Catalog *catalog.Catalog
	Store   *store.Store
	Logger  *slog.Logger
	Wait    time.Duration // before the second attempt; 0: a second
}

// Worker gives the space of dropped tables back, one table after the other.
type Worker struct {
	Options
}

// New returns a worker that does nothing yet.
func New(o Options) *Worker {
	if o.Wait == 0 {
		o.Wait = firstWait
	}
	return &Worker{o}
}

// Run works until ctx ends. Only one Run may work on a store.
func (w *Worker) Run(ctx context.Context) {
	wait := w.Wait
	for {
		var again <-chan time.Time // never, unless something is left to do
		if w.eraseAll(ctx) {
			wait = w.Wait
		} else {
			again = time.After(wait)
			wait = min(2*wait, longestWait)
		}
		select {
		case <-ctx.Done():
			return
		case <-w.Catalog.Dropped():
		case <-again:
		}
	}
}

// eraseAll erases the tables that are dropped now, and reports whether none is left.
func (w *Worker) eraseAll(ctx context.Context) (done bool) {
	ids, err := w.Catalog.DroppedTables(ctx)
	if err != nil {
		w.logFailure(ctx, "cannot look for dropped tables", err)
		return false
	}
	done = true
	for _, id := range ids {
		if err := w.erase(ctx, id); err != nil {
			w.logFailure(ctx, "cannot erase a dropped table", err, slog.Any("table", id))
			done = false
			continue
		}
		w.Logger.InfoContext(ctx, "erased a dropped table", slog.Any("table", id))
	}
	return done
}

// erase takes the note away only when nothing of the table is left, so that a crash in between makes
// the work be done again.
func (w *Worker) erase(ctx context.Context, id keyspace.TableID) error {
	if err := w.Store.Erase(ctx, id); err != nil {
		return err
	}
	return w.Catalog.Forget(ctx, id)
}

// logFailure writes down what went wrong, unless the reason is that the worker is to stop.
func (w *Worker) logFailure(ctx context.Context, what string, err error, more ...slog.Attr) {
	if ctx.Err() == nil {
		w.Logger.LogAttrs(ctx, slog.LevelWarn, what, append(more, slog.Any("error", err))...)
	}
}
