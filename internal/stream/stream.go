// Package stream is about change records: how they are written, found, read in order and removed.
// It promises that whoever follows the shards of a stream, parents before children, gets every change
// of its table exactly once, and those of one item in the order in which they were made.
//
// # Terminology
//
// A record says what a transaction changed of one item. The log of a stream is all its records, in
// keyspace.Slots slots by the hash of the partition key. A sequence is the number that the engine gave
// to the transaction; a position is a sequence and the number of a record in it. A shard is a run of
// slots over a span of sequences. What the stream looks like is in the catalog (catalog.Stream):
// writers know no shards, so none of them ever waits because one is opened or closed.
//
// docs/adr/0009-shards-are-spans.md says why readers miss nothing, docs/format/stream.md draws the bytes.
package stream

import (
	"context"
	"errors"
	"fmt"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// Errors that readers get.
var (
	// ErrNoStream says that the stream is gone.
	ErrNoStream = errors.New("stream: there is no such stream")
	// ErrNoShard says that the stream has no such shard, or has it no more.
	ErrNoShard = errors.New("stream: there is no such shard")
	// ErrTrimmed says that what was to be read is older than what is kept.
	ErrTrimmed = errors.New("stream: the position is trimmed")
)

// Log reads and trims the logs of all streams. All its methods may be called concurrently.
type Log struct {
	engine  engine.Engine
	catalog *catalog.Catalog
}

// New returns the logs that e holds, of the streams that c knows.
func New(e engine.Engine, c *catalog.Catalog) *Log { return &Log{e, c} }

// Latest returns a position behind all records of transactions that have ended, in any stream.
func (l *Log) Latest(ctx context.Context) (Position, error) {
	// Nothing is written, so there is nothing to refuse on a full disk.
	seq, err := l.engine.Update(ctx, engine.TxnOpt{Seq: true, Frees: true}, func(txn engine.Txn) error {
		txn.Seq()
		return nil
	})
	if err != nil {
		return Position{}, catalog.Visible(fmt.Errorf("cannot find the end of streams: %w", err))
	}
	return Position{Seq: seq}, nil
}

// view is one cut of a stream: its description and, below stable, all its records.
type view struct {
	*catalog.Stream
	reader engine.Reader
	stable uint64
}

// view opens the view of s as it is now; s may be an older description.
//
// The order is what makes it exact. Below stable every record is there and none will come; the
// description is read later. So if stable is above the end of a shard, the transaction that closed it
// had ended when stable was found, and the description says that it is closed. Read the other way
// round, the description might show an open shard and the records might be those of its children.
func (l *Log) view(ctx context.Context, s *catalog.Stream, from uint64) (*view, error) {
	lo, hi := s.ID.Log()
	stable, err := l.engine.StableSeq(ctx, engine.Range{Lo: lo, Hi: hi}, from)
	if err != nil {
		return nil, unreadable(s, err)
	}
	// One cut, so that records are not removed between a look at how far the stream is trimmed and a
	// look at the records.
	r, err := l.engine.Read(ctx, engine.Snapshot)
	if err != nil {
		return nil, unreadable(s, err)
	}
	now, err := l.catalog.Current(ctx, r, s)
	if err == nil && now == nil {
		err = ErrNoStream
	}
	if err != nil {
		_ = r.Close() // the first error is the one to tell
		return nil, catalog.Visible(err)
	}
	return &view{now, r, stable}, nil
}

func (v *view) close() {
	// A reader that has given what was asked of it has no other way to fail that matters.
	_ = v.reader.Close()
}

// shard returns what there is to read of the shard called id.
func (v *view) shard(id string) (run, error) {
	sh := v.Shard(id)
	if sh == nil {
		return run{}, ErrNoShard
	}
	end := v.stable
	if !sh.Open() {
		end = min(end, sh.To)
	}
	return run{sh.Slot, sh.End, max(sh.From, v.Trimmed), end}, nil
}

// all returns what there is to read of all shards together.
func (v *view) all() run { return run{0, keyspace.Slots, v.Trimmed, v.stable} }

// run is the records of the slots [slot, end) whose sequences lie in [from, to).
type run struct {
	slot, end uint8
	from, to  uint64
}

func unreadable(s *catalog.Stream, err error) error {
	return catalog.Visible(fmt.Errorf("cannot read stream %q of table %q: %w", s.Label, s.Table, err))
}
