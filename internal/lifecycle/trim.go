package lifecycle

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/stream"
)

const (
	// retention is how long change records are kept, and streams that have ended: DynamoDB's 24 hours.
	retention = 24 * time.Hour
	// trimEvery is how often old records are removed. DynamoDB does not promise to do so at once either.
	trimEvery = 5 * time.Minute
)

// trims removes old change records until ctx ends. An attempt that fails is made again with the next look:
// they take only space.
func (w *Worker) trims(ctx context.Context) {
	trimmed := map[keyspace.StreamID]uint64{}
	for ctx.Err() == nil {
		trimmed = w.trimAll(ctx, trimmed)
		rest(ctx, w.TrimEvery)
	}
}

// trimAll removes what is old of all streams. It is given the sequences below which this process knows that
// no records are left, and returns them as they are now.
func (w *Worker) trimAll(ctx context.Context, known map[keyspace.StreamID]uint64) map[keyspace.StreamID]uint64 {
	trimmed := make(map[keyspace.StreamID]uint64, len(known))
	for _, s := range w.Catalog.Streams() {
		if ctx.Err() != nil {
			break
		}
		if !s.Ended.IsZero() && w.Now().Sub(s.Ended) >= w.Retention {
			if err := w.removeStream(ctx, s); err != nil {
				w.logFailure(ctx, "cannot remove a stream", err, aboutStream(s)...)
			}
			continue
		}
		below, err := w.trim(ctx, s, known[s.ID])
		if err != nil {
			w.logFailure(ctx, "cannot trim a stream", err, aboutStream(s)...)
		}
		trimmed[s.ID] = below
	}
	return trimmed
}

// trim removes the old records of s, of which there are none below a sequence, and returns the sequence
// below which there are none then.
//
// The description says that records are gone before they are, so that no reader ever finds a part of them.
// Who stops in between leaves records that nobody reads: the next process does not know that they are
// removed, and removes them when it looks at s for the first time.
func (w *Worker) trim(ctx context.Context, s *catalog.Stream, below uint64) (uint64, error) {
	if before := w.Now().Add(-w.Retention); s.Created.Before(before) {
		cut, err := w.Streams.Cut(ctx, s, before)
		switch {
		case errors.Is(err, stream.ErrNoStream):
			return below, nil
		case err != nil:
			return below, err
		}
		if cut > s.Trimmed {
			s, err = w.Catalog.ChangeStream(ctx, s.ID, func(s *catalog.Stream, _ uint64) { s.Trim(cut) })
			if err != nil || s == nil {
				return below, err
			}
		}
	}
	if s.Trimmed == below {
		return below, nil
	}
	if err := w.Streams.Trim(ctx, s, s.Trimmed); err != nil {
		return below, err
	}
	w.trimCount.Add(1)
	w.Logger.LogAttrs(ctx, slog.LevelDebug, "trimmed a stream", aboutStream(s)...)
	return s.Trimmed, nil
}

// removeStream removes a stream that has ended, its description last, so that a crash in between makes the
// work be done again.
func (w *Worker) removeStream(ctx context.Context, s *catalog.Stream) error {
	// The last writers that knew the stream as on are long gone, but nothing else says so.
	if t := w.Catalog.Table(s.Table); t != nil && t.ID == s.TableID {
		if err := w.Store.Quiesce(ctx, t); err != nil {
			return err
		}
	}
	if err := w.Streams.Erase(ctx, s.ID); err != nil {
		return err
	}
	if err := w.Catalog.RemoveStream(ctx, s.ID); err != nil {
		return err
	}
	w.Logger.LogAttrs(ctx, slog.LevelInfo, "removed a stream", aboutStream(s)...)
	return nil
}
