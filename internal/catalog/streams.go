package catalog

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

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

// with returns the state with s, in the place of the one of its ID if there is one.
func (all streams) with(s *Stream) *streams {
	more := *all.without(s.ID)
	i, _ := slices.BinarySearchFunc(more, s, compareStreams)
	more = slices.Insert(more, i, s)
	return &more
}

// without returns the state without the stream id.
func (all streams) without(id keyspace.StreamID) *streams {
	less := slices.DeleteFunc(slices.Clone(all), func(s *Stream) bool { return s.ID == id })
	return &less
}

// Streams returns all streams that are on or may still be read, ascending by the name of their table
// and their label, so that those of one table ascend in time. The slice must not be changed.
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

// StreamOf returns the stream of that ID, or nil. It looks at one after the other: no request asks for it.
func (c *Catalog) StreamOf(id keyspace.StreamID) *Stream {
	for _, s := range c.Streams() {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// Switched has an element when there may be streams that are on and have not begun.
func (c *Catalog) Switched() <-chan struct{} { return c.switched }

// Unbegun returns the tables whose stream is on and has not begun, ascending by name.
func (c *Catalog) Unbegun() []*Table {
	return c.where(func(t *Table) bool {
		if t.Log() == nil {
			return false
		}
		s := c.Stream(t.Name, t.Log().Label)
		return s != nil && !s.Begun()
	})
}

// OpenShards returns the number of open shards of all streams.
func (c *Catalog) OpenShards() (n int) {
	for _, s := range c.Streams() {
		for i := range s.Shards {
			if s.Shards[i].Open() {
				n++
			}
		}
	}
	return n
}

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
