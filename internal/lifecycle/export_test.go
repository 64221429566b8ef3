package lifecycle

import (
	"context"

	"github.com/statordb/stator/internal/keyspace"
)

// Looks returns what the worker does to streams between two waits: a look at shards, and one at old records.
// They remember what they have seen, as Run does.
func (w *Worker) Looks() (shards, trims func(ctx context.Context)) {
	loads := map[keyspace.StreamID]load{}
	trimmed := map[keyspace.StreamID]uint64{}
	return func(ctx context.Context) { loads = w.lookAtShards(ctx, loads) },
		func(ctx context.Context) { trimmed = w.trimAll(ctx, trimmed) }
}
