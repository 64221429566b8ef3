package lifecycle

import (
	"context"
	"log/slog"
	"time"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/keyspace"
)

// When the shards of a stream are replaced, unless Options say otherwise.
const (
	shardAge    = 4 * time.Hour // as DynamoDB's, about
	shardWrites = 1000          // records a second: what one partition of DynamoDB takes
	loadWindow  = 5 * time.Second
)

// load is what was known of the load of a stream at the last look.
type load struct {
	at       time.Time
	recorded [keyspace.Slots]uint64
}

// shards replaces shards that are old, and splits those that get much, until ctx ends. An attempt that
// fails is made again with the next look.
func (w *Worker) shards(ctx context.Context) {
	loads := map[keyspace.StreamID]load{}
	for ctx.Err() == nil {
		loads = w.lookAtShards(ctx, loads)
		rest(ctx, w.Window)
	}
}

// lookAtShards replaces the shards of all streams that are due, given the loads of the last look, and returns
// those of this one. What a stream is given counts from here on: its new shards begin with a window of theirs.
func (w *Worker) lookAtShards(ctx context.Context, last map[keyspace.StreamID]load) map[keyspace.StreamID]load {
	loads := make(map[keyspace.StreamID]load, len(last))
	for _, s := range w.Catalog.Streams() {
		if ctx.Err() != nil {
			break
		}
		if !s.Ended.IsZero() {
			continue
		}
		now := load{w.Now(), w.Store.Recorded(s)}
		loads[s.ID] = now
		before, known := last[s.ID]
		if !known {
			before = now
		}
		if due := w.due(s, before, now); len(due) > 0 {
			w.replace(ctx, s, due, now.at)
		}
	}
	return loads
}

// replacement is a shard that is to be replaced.
type replacement struct {
	shard string
	split bool
}

// due returns the open shards of s that are old, or that got too much between two looks.
func (w *Worker) due(s *catalog.Stream, before, now load) (due []replacement) {
	writesMax := float64(w.ShardWrites) * now.at.Sub(before.at).Seconds()
	for i := range s.Shards {
		shard := &s.Shards[i]
		if !shard.Open() {
			continue
		}
		var records uint64
		for slot := shard.Slot; slot < shard.End; slot++ {
			records += now.recorded[slot] - before.recorded[slot]
		}
		split := float64(records) > writesMax && shard.End-shard.Slot > 1
		if split || now.at.Sub(shard.Created) >= w.ShardAge {
			due = append(due, replacement{shard.ID, split})
		}
	}
	return due
}

// replace replaces shards of s.
func (w *Worker) replace(ctx context.Context, s *catalog.Stream, due []replacement, now time.Time) {
	_, err := w.Catalog.ChangeStream(ctx, s.ID, func(s *catalog.Stream, seq uint64) {
		for _, r := range due {
			s.Replace(r.shard, r.split, seq, now)
		}
	})
	if err != nil {
		w.logFailure(ctx, "cannot open shards of a stream", err, aboutStream(s)...)
		return
	}
	splits := 0
	for _, r := range due {
		if r.split {
			splits++
		}
	}
	level := slog.LevelDebug // of what just takes place every few hours
	if splits > 0 {
		level = slog.LevelInfo
	}
	about := append(aboutStream(s), slog.Int("split", splits), slog.Int("rolled", len(due)-splits))
	w.Logger.LogAttrs(ctx, level, "opened shards of a stream", about...)
}

// aboutStream says in a log which stream it is about.
func aboutStream(s *catalog.Stream) []slog.Attr {
	return []slog.Attr{slog.String("table", s.Table), slog.String("stream", s.Label)}
}
