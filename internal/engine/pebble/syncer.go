package pebble

import (
	"context"
	"fmt"
	"time"

	pebbledb "github.com/cockroachdb/pebble/v2"
)

// startSyncer syncs the log each interval in which something was written.
func (e *Engine) startSyncer() {
	ctx, cancel := context.WithCancel(context.Background())
	e.stopSyncer = cancel
	e.background.Go(func() {
		ticker := time.NewTicker(e.syncEach)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return // closing the store syncs the rest
			case <-ticker.C:
			}
			if e.unsynced.Swap(false) {
				e.syncLog()
			}
		}
	})
}

// syncLog makes everything written so far durable.
func (e *Engine) syncLog() {
	defer func() {
		if r := recover(); r != nil {
			e.fail(fmt.Sprint(r)) //nolint:errcheck // nobody waits for an answer
		}
	}()
	if err := e.db.LogData(nil, pebbledb.Sync); err != nil {
		e.fail(fmt.Sprintf("cannot sync the log: %v", err)) //nolint:errcheck // nobody waits for an answer
	}
}
