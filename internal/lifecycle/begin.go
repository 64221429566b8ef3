package lifecycle

import (
	"context"
	"log/slog"

	"github.com/statordb/stator/internal/catalog"
)

// begins lets streams begin that were switched on, until ctx ends. UpdateTable does so itself, but its client may go away
// while it waits for the writers that do not know of the stream, and so may the process. None of the writers of
// a process that is gone is left.
func (w *Worker) begins(ctx context.Context) { w.attend(ctx, w.Catalog.Switched(), w.beginAll) }

// beginAll lets the streams begin that have not, and reports whether none is left.
func (w *Worker) beginAll(ctx context.Context) (done bool) {
	done = true
	for _, t := range w.Catalog.Unbegun() {
		if err := w.begin(ctx, t); err != nil {
			w.logFailure(ctx, "cannot let a stream begin", err, slog.String("table", t.Name), slog.String("stream", t.Log().Label))
			done = false
		}
	}
	return done
}

func (w *Worker) begin(ctx context.Context, t *catalog.Table) error {
	if err := w.Store.Quiesce(ctx, t); err != nil {
		return err
	}
	return w.Catalog.BeginStream(ctx, t)
}
