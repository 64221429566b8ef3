package lifecycle

import (
	"context"
	"time"
)

// tokenTick is how often tokens of transactions are looked at that are too old to count.
const tokenTick = 5 * time.Minute

// tokens removes old tokens of transactions until ctx ends. An attempt that fails is made again with
// the next: they take only space.
func (w *Worker) tokens(ctx context.Context) {
	tick := time.NewTicker(w.Tick)
	defer tick.Stop()
	for {
		if err := w.Store.ExpireTokens(ctx, w.Now()); err != nil {
			w.logFailure(ctx, "cannot remove old tokens of transactions", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
