package catalog

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// streams is one state of the streams that the catalog knows. It is immutable.
type streams []*Stream // ascending by name of the table and label

func compareStreams(a, b *Stream) int {
	return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Label, b.Label))
}

func (c *Catalog) loadStreams(ctx context.Context) error {
	lo, hi := keyspace.Streams()
	var all streams
	err := scan(ctx, c.engine, lo, hi, func(key, value []byte) error {
		s, err := decodeStream(value)
		if err != nil {
			return fmt.Errorf("cannot read the stream under %q: %w", key, err)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, compareStreams)
	c.streams.Store(&all)
	return nil
}

// Streams returns all streams that are on or may still be read, ascending by the name of their table
// and their label. Of one table they ascend in time.
func (c *Catalog) Streams() []*Stream { return *c.streams.Load() }

// Stream returns the stream with a label of the table called table, or nil.
func (c *Catalog) Stream(table, label string) *Stream {
	all := c.Streams()
	i, found := slices.BinarySearchFunc(all, &Stream{Table: table, Label: label}, compareStreams)
	if !found {
		return nil
	}
	return all[i]
}

// StreamOf returns the stream of that ID, or nil. A store has few streams.
func (c *Catalog) StreamOf(id keyspace.StreamID) *Stream {
	for _, s := range c.Streams() {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// StreamARN returns the ARN of the stream with a label of the table called table.
func (r Realm) StreamARN(table, label string) string { return r.TableARN(table) + "/stream/" + label }

// Current returns the description of s that holds as r sees the store, or nil if s is gone. It reads one
// key: a shard may have been closed, here or in another process, since s was looked up, and whoever goes by
// an older description than the records it reads would find in a shard what is already in its children.
func (c *Catalog) Current(ctx context.Context, r engine.Reader, s *Stream) (*Stream, error) {
	var v engine.Value
	if err := r.Get(ctx, keyspace.Stream(s.ID), &v); err != nil {
		return nil, fmt.Errorf("cannot read a stream of table %q: %w", s.Table, err)
	}
	defer v.Release()
	switch {
	case !v.Exists:
		return nil, nil
	case len(v.B) >= streamHead && binary.BigEndian.Uint64(v.B[1:]) == s.Revision:
		return s, nil
	}
	now, err := decodeStream(v.B)
	if err != nil {
		return nil, fmt.Errorf("cannot read a stream of table %q: %w", s.Table, err)
	}
	return now, nil
}

// publishStream replaces the stream of the ID of s, or adds it. The caller holds changing.
func (c *Catalog) publishStream(s *Stream) {
	all := slices.DeleteFunc(slices.Clone(c.Streams()), func(other *Stream) bool { return other.ID == s.ID })
	i, _ := slices.BinarySearchFunc(all, s, compareStreams)
	all = slices.Insert(all, i, s)
	c.streams.Store((*streams)(&all))
}

// errNoStream says that a stream is gone.
var errNoStream = errors.New("there is no such stream")

// ChangeStream stores what edit makes of the stream id. edit gets a copy, and a sequence that is above all that
// were given out before; it may run again. ChangeStream returns nil if there is no such stream.
func (c *Catalog) ChangeStream(ctx context.Context, id keyspace.StreamID, edit func(s *Stream, seq uint64)) (*Stream, error) {
	c.changing.Lock()
	defer c.changing.Unlock()
	key := keyspace.Stream(id)
	var changed *Stream
	// It frees space in the end: on a full disk trimming goes on.
	o := engine.TxnOpt{Locks: [][]byte{key}, Wait: lockWait, Seq: true, Frees: true}
	_, err := c.engine.Update(ctx, o, func(txn engine.Txn) (err error) {
		if changed, err = readStream(ctx, txn, key); err != nil {
			return err
		}
		if changed == nil {
			return errNoStream
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
	c.publishStream(changed)
	return changed, nil
}

// RemoveStream forgets the stream id, which must have ended and of which no record is left.
func (c *Catalog) RemoveStream(ctx context.Context, id keyspace.StreamID) error {
	c.changing.Lock()
	defer c.changing.Unlock()
	key := keyspace.Stream(id)
	_, err := c.engine.Update(ctx, engine.TxnOpt{Locks: [][]byte{key}, Wait: lockWait, Blind: true, Frees: true}, func(txn engine.Txn) error {
		txn.Delete(key)
		return nil
	})
	if err != nil {
		return fmt.Errorf("cannot forget stream %s: %w", id, err)
	}
	all := slices.DeleteFunc(slices.Clone(c.Streams()), func(other *Stream) bool { return other.ID == id })
	c.streams.Store((*streams)(&all))
	return nil
}

func readStream(ctx context.Context, txn engine.Txn, key []byte) (*Stream, error) {
	var v engine.Value
	if err := txn.Get(ctx, key, &v); err != nil {
		return nil, err
	}
	defer v.Release()
	if !v.Exists {
		return nil, nil
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

// follow makes the stream of a table follow its description: t is what becomes of old, either of which may be
// nil. It returns the stream that changes, if one does.
func (c *Catalog) follow(ctx context.Context, txn engine.Txn, old, t *Table) (*Stream, error) {
	was, is := (*TableStream)(nil), (*TableStream)(nil)
	if old != nil {
		was = old.Log()
	}
	if t != nil {
		is = t.Log()
	}
	var s *Stream
	switch {
	case was == nil && is != nil:
		s = c.newStream(t, txn.Seq())
	case was != nil && is == nil:
		var err error
		if s, err = readStream(ctx, txn, keyspace.Stream(was.ID)); err != nil {
			return nil, err
		}
		if s == nil {
			return nil, fmt.Errorf("cannot end stream %s of table %q: %w", was.ID, old.Name, errNoStream)
		}
		s.end(txn.Seq(), c.now().UTC())
	default:
		return nil, nil
	}
	return s, writeStream(txn, s)
}

// newStream makes the stream that t has been given.
func (c *Catalog) newStream(t *Table, from uint64) *Stream {
	now := c.now().UTC()
	s := &Stream{ID: keyspace.StreamID(c.newID()), TableID: t.ID, Table: t.Name, Label: c.label(t.Name, now), View: t.Stream.View, Created: now}
	for _, name := range t.Key {
		s.Key = append(s.Key, t.Attribute(name))
	}
	n := t.firstShards()
	for i := range n {
		s.open("", uint8(i*keyspace.Slots/n), uint8((i+1)*keyspace.Slots/n), from, now, c.ShardSuffix()) //nolint:gosec // at most Slots
	}
	t.Stream.ID, t.Stream.Label = s.ID, s.Label
	return s
}

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

// ShardSuffix returns what the IDs of shards that are made at one time differ in.
func (c *Catalog) ShardSuffix() string {
	id := c.newID()
	return fmt.Sprintf("%x", id[:4])
}
