package store

import (
	"context"
	"fmt"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
)

// Walk says which items to visit, and in which order: by the hash of the partition key, then by the
// sort key attributes, then by the key of the table. VisitSegment or VisitPartition must be called, so
// that it says which items they are.
type Walk struct {
	Table   *catalog.Table
	Index   *catalog.Index // nil: the table itself
	Reverse bool
	Strong  bool
	Bases   bool // Cursor.Base is used
	Limit   int  // at most so many items are visited; 0: no limit

	span engine.Range // of the keys of rows, or of entries of the index
}

// Cursor visits items. It sees one cut of the store, is used by one goroutine and must be closed.
type Cursor struct {
	walk   Walk
	reader engine.Reader
	cursor engine.Cursor
	base   engine.Value
	key    []byte
	item   attr.Item
	size   int
	err    error
}

// Walk begins to visit items.
func (s *Store) Walk(ctx context.Context, w Walk) (*Cursor, error) {
	level := engine.Eventual
	switch {
	case w.Bases: // entries and rows must be of one cut
		level = engine.Snapshot
	case w.Strong:
		level = engine.Strong
	}
	r, err := s.engine.Read(ctx, level)
	if err != nil {
		return nil, catalog.Visible(err)
	}
	return &Cursor{walk: w, reader: r, cursor: r.Scan(ctx, w.span, engine.ScanOpt{Reverse: w.Reverse, Limit: w.Limit})}, nil
}

// Next moves to the next item, the first at first, and reports whether there is one.
func (c *Cursor) Next() bool {
	if c.err != nil || !c.cursor.Next() {
		return false
	}
	c.item, c.size, c.err = attr.ParseRow(c.cursor.Value())
	if c.err != nil {
		c.err = fmt.Errorf("cannot read a row of table %q: %w", c.walk.Table.Name, c.err)
	}
	return c.err == nil
}

// Item returns the current item, or what the index projects of it, and its size as DynamoDB counts.
// It is valid until Next or Close.
func (c *Cursor) Item() (attr.Item, int) { return c.item, c.size }

// Base returns the item of the table that the current entry of the index is of, and its size. It is
// valid until the next call of Base or Close.
func (c *Cursor) Base(ctx context.Context) (attr.Item, int, error) {
	c.base.Release()
	pk, sk := c.walk.Table.RowKey(c.item)
	c.key = c.walk.Table.ID.Row(c.key[:0], pk, sk)
	if err := c.reader.Get(ctx, c.key, &c.base); err != nil {
		return nil, 0, catalog.Visible(err)
	}
	if !c.base.Exists {
		return nil, 0, fmt.Errorf("index %q of table %q has an entry without an item", c.walk.Index.Name, c.walk.Table.Name)
	}
	it, size, err := attr.ParseRow(c.base.B)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot read a row of table %q: %w", c.walk.Table.Name, err)
	}
	return it, size, nil
}

// Close ends the walk and returns what ended it early, if anything did.
func (c *Cursor) Close() error {
	c.base.Release()
	err := c.cursor.Close()
	if c.err == nil && err != nil {
		c.err = catalog.Visible(err)
	}
	if err := c.reader.Close(); c.err == nil && err != nil {
		c.err = catalog.Visible(err)
	}
	return c.err
}
