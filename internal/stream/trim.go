package stream

import (
	"context"
	"fmt"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// Trim removes the records of s whose sequences are below seq, which Cut returned; the description must
// say that they are gone (catalog.Stream.Trimmed) before. It costs what is removed, whatever stays, and
// may be called again.
func (l *Log) Trim(ctx context.Context, s *catalog.Stream, seq uint64) error {
	for slot := range uint8(keyspace.Slots) {
		r := engine.Range{Lo: s.ID.Record(nil, slot, 0, 0), Hi: s.ID.Record(nil, slot, seq, 0)}
		if err := l.remove(ctx, r); err != nil {
			return fmt.Errorf("cannot trim stream %s: %w", s.ID, err)
		}
	}
	return nil
}

// Erase removes all records of the stream id, which ended long enough ago that nobody writes or reads
// it any more. It may be called again.
func (l *Log) Erase(ctx context.Context, id keyspace.StreamID) error {
	lo, hi := id.Log()
	if err := l.remove(ctx, engine.Range{Lo: lo, Hi: hi}); err != nil {
		return fmt.Errorf("cannot erase stream %s: %w", id, err)
	}
	return nil
}

// remove removes r, unless there is nothing in it: a note that a range is deleted stays for a while and
// costs its readers something.
func (l *Log) remove(ctx context.Context, r engine.Range) error {
	reader, err := l.engine.Read(ctx, engine.Strong)
	if err != nil {
		return err
	}
	cursor := reader.Scan(ctx, r, engine.ScanOpt{KeysOnly: true, Limit: 1})
	found := cursor.Next()
	if err := cursor.Close(); err != nil {
		_ = reader.Close() // the first error is the one to tell
		return err
	}
	if err := reader.Close(); err != nil || !found {
		return err
	}
	return l.engine.DeleteRange(ctx, r)
}
