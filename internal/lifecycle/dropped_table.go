package lifecycle

import (
	"context"
	"log/slog"

	"github.com/statordb/stator/internal/keyspace"
)

// tables gives the space of dropped tables back, one table after the other, until ctx ends.
func (w *Worker) tables(ctx context.Context) { w.attend(ctx, w.Catalog.Dropped(), w.eraseAll) }

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
