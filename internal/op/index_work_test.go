package op_test

import (
	"testing"
	"time"

	"github.com/statordb/stator/internal/catalog"
)

// work does what the worker of lifecycle does about indexes: fill those that are being created and
// remove those that are being deleted, or only begin to fill if backfill is set.
func (w *world) work(t testing.TB, backfill bool) {
	t.Helper()
	for _, table := range w.catalog.Unfinished() {
		for _, b := range table.Builds() {
			var err error
			switch {
			case b.State == catalog.IndexCreating && backfill:
				err = w.catalog.FillIndex(t.Context(), table, b.ID)
			case b.State == catalog.IndexCreating:
				if err = w.store.Fill(t.Context(), table, b, func(time.Duration) {}); err == nil {
					err = w.catalog.FinishIndex(t.Context(), table, b.ID)
				}
			case b.State == catalog.IndexDeleting && !backfill:
				if err = w.store.EraseIndex(t.Context(), table, b); err == nil {
					err = w.catalog.RemoveIndex(t.Context(), table, b.ID)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}
