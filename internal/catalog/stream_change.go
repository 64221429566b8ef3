package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// errNoStream says that a stream is gone.
var errNoStream = errors.New("there is no such stream")

// ChangeStream stores what edit makes of the stream id. edit gets a copy, and a sequence that nobody
// had before; it may run again. ChangeStream returns nil if there is no such stream.
func (c *Catalog) ChangeStream(
	ctx context.Context, id keyspace.StreamID, edit func(s *Stream, seq uint64),
) (*Stream, error) {
	c.changing.Lock()
	defer c.changing.Unlock()
	key := keyspace.Stream(id)
	var changed *Stream
	// It frees space in the end: on a full disk trimming goes on.
	o := engine.TxnOpt{Locks: [][]byte{key}, Wait: lockWait, Seq: true, Frees: true}
	_, err := c.engine.Update(ctx, o, func(txn engine.Txn) (err error) {
		if changed, err = readStream(ctx, txn, id); err != nil {
			return err
		}
		edit(changed, txn.Seq())
		return writeStream(txn, changed)
	})
	switch {
	case errors.Is(err, errNoStream):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("cannot change stream %s: %w", id, err)
	}
	c.streams.Store(c.streams.Load().with(changed))
	return changed, nil
}

// BeginStream lets the stream of t begin that is on, unless it has begun. All writers must know of it: the change of one
// that does not could come between two that are recorded.
func (c *Catalog) BeginStream(ctx context.Context, t *Table) error {
	if s := c.StreamOf(t.Log().ID); s == nil || s.Begun() {
		return nil
	}
	_, err := c.ChangeStream(ctx, t.Log().ID, func(s *Stream, seq uint64) { s.Begin(t.firstShards(), seq, c.now().UTC()) })
	return err
}

// RemoveStream forgets the stream id, which must have ended and of which no record may be left.
func (c *Catalog) RemoveStream(ctx context.Context, id keyspace.StreamID) error {
	c.changing.Lock()
	defer c.changing.Unlock()
	key := keyspace.Stream(id)
	o := engine.TxnOpt{Locks: [][]byte{key}, Wait: lockWait, Blind: true, Frees: true}
	_, err := c.engine.Update(ctx, o, func(txn engine.Txn) error {
		txn.Delete(key)
		return nil
	})
	if err != nil {
		return fmt.Errorf("cannot forget stream %s: %w", id, err)
	}
	c.streams.Store(c.streams.Load().without(id))
	return nil
}

// readStream returns a copy of the stream id, or errNoStream.
func readStream(ctx context.Context, txn engine.Txn, id keyspace.StreamID) (*Stream, error) {
	var v engine.Value
	if err := txn.Get(ctx, keyspace.Stream(id), &v); err != nil {
		return nil, err
	}
	defer v.Release()
	if !v.Exists {
		return nil, errNoStream
	}
	return decodeStream(v.B)
}

// writeStream stores s as the next revision.
func writeStream(txn engine.Txn, s *Stream) error {
	s.Revision++
	b, err := encodeStream(s)
	if err != nil {
		return fmt.Errorf("cannot encode stream %s: %w", s.ID, err)
	}
	txn.Set(keyspace.Stream(s.ID), b)
	return nil
}

// follow makes the stream of a table follow its description: t is what becomes of old, either of which may
// be nil. It returns the stream that begins or ends with that, or nil.
func (c *Catalog) follow(ctx context.Context, txn engine.Txn, old, t *Table) (s *Stream, err error) {
	was, is := old.Log(), t.Log()
	switch {
	case was == nil && is == nil:
		return nil, nil
	case was == nil:
		s = c.newStream(t)
		if old == nil { // nobody writes to the table yet
			s.openFirst(t.firstShards(), txn.Seq(), s.Created)
		}
	case is == nil:
		if s, err = readStream(ctx, txn, was.ID); err != nil {
			return nil, fmt.Errorf("cannot end stream %s of table %q: %w", was.ID, old.Name, err)
		}
		s.end(txn.Seq(), c.now().UTC())
	case *was != *is:
		return nil, fmt.Errorf("cannot change stream %s of table %q while it is on", was.ID, old.Name)
	default:
		return nil, nil
	}
	return s, writeStream(txn, s)
}

// newStream makes the stream that t has been given. It has not begun.
func (c *Catalog) newStream(t *Table) *Stream {
	now := c.now().UTC()
	s := &Stream{
		ID: keyspace.StreamID(c.newID()), TableID: t.ID, Table: t.Name, Label: c.label(t.Name, now),
		View: t.Stream.View, Created: now,
	}
	for _, name := range t.Key {
		s.Key = append(s.Key, t.Attribute(name))
	}
	t.Stream.ID, t.Stream.Label = s.ID, s.Label
	return s
}

// labelLayout is the form of the labels of streams: times to the millisecond.
const labelLayout = "2006-01-02T15:04:05.000"

// label returns the label of a stream made now: the time, or the first millisecond after it that no
// stream of a table of that name has.
func (c *Catalog) label(table string, now time.Time) string {
	for {
		label := now.Format(labelLayout)
		if c.Stream(table, label) == nil {
			return label
		}
		now = now.Add(time.Millisecond)
	}
}
