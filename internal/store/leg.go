package store

import (
	"context"
	"slices"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/index"
)

// leg is what a write needs besides itself.
type leg struct {
	visit int    // of its table, among those of the transaction
	key   []byte // of the row
	value engine.Value

	old        attr.Item      // only lent, until value is released
	keeps      bool           // the write leaves the item as it is
	changes    []index.Change // without the old views: their memory is only lent
	collection *collection    // in a table with local indexes
	expiry     expiry
	recorded   bool  // the change has a record
	slot       uint8 // of the record
}

// forget drops what is not to be used again.
func (l *leg) forget() {
	clear(l.changes)
	l.expiry.forget()
	l.changes, l.collection, l.recorded = l.changes[:0], nil, false
}

// follow finds out what follows for the indexes of t from the item going from old to r.New.
func (l *leg) follow(ctx context.Context, txn engine.Txn, t *catalog.Table, old attr.Item, r *Result, buf *[]byte) error {
	l.changes = index.Changes(l.changes[:0], t, old, r.New, r.OldSize, r.NewSize, buf)
	for i := range l.changes {
		if err := l.unlessFilled(ctx, txn, &l.changes[i]); err != nil {
			return err
		}
	}
	l.changes = slices.DeleteFunc(l.changes, func(c index.Change) bool { return c.Same() })
	for i := range l.changes {
		c := &l.changes[i]
		moves := c.Moves()
		r.Indexes = append(r.Indexes, IndexChange{
			Index: c.Index, OldSize: c.Old.Size, NewSize: c.New.Size, Moved: moves && c.New.View != nil,
		})
		if !moves {
			c.Old.Key = nil // there is nothing to delete
		}
		c.Old.View = nil // only lent
	}
	if l.collection == nil {
		return nil
	}
	if err := l.collection.read(ctx, txn); err != nil {
		return err
	}
	r.Err = l.collection.change(r)
	return nil
}

// unlessFilled takes the old entry out of c if the index is still being filled and does not have it yet.
func (l *leg) unlessFilled(ctx context.Context, txn engine.Txn, c *index.Change) error {
	if c.Index.State != catalog.IndexCreating || c.Old.Key == nil {
		return nil
	}
	var v engine.Value
	if err := txn.Get(ctx, c.Old.Key, &v); err != nil {
		return err
	}
	defer v.Release()
	if !v.Exists {
		c.Old = index.Entry{}
	}
	return nil
}

// write puts what becomes of the item and of its index entries into the transaction, and adds to the
// figures of v.
func (l *leg) write(txn engine.Txn, v *visit, r *Result) {
	if l.keeps {
		return
	}
	d := figures{bytes: int64(r.NewSize - r.OldSize)}
	switch {
	case r.New != nil:
		setRow(txn, l.key, r.New, r.NewSize)
		if !r.Existed {
			d.items = 1
		}
	case r.Existed:
		txn.Delete(l.key)
		d.items = -1
	}
	v.figures.add(d)
	for i := range l.changes {
		v.indexes = addIndex(v.indexes, writeEntry(txn, &l.changes[i]))
	}
	l.expiry.write(txn, v)
}

// setRow writes a row, of a table or of an index.
func setRow(txn engine.Txn, key []byte, it attr.Item, size int) {
	attr.PutRow(txn.SetDeferred(key, attr.RowSize(it, size)), it, size)
}

// writeEntry writes a change of an index and returns by how much its figures change.
func writeEntry(txn engine.Txn, c *index.Change) indexFigures {
	f := indexFigures{c.Index.ID, figures{bytes: int64(c.New.Size - c.Old.Size)}}
	if c.Old.Size > 0 {
		f.items--
	}
	if c.Old.Key != nil {
		txn.Delete(c.Old.Key)
	}
	if c.New.View != nil {
		f.items++
		setRow(txn, c.New.Key, c.New.View, c.New.Size)
	}
	return f
}
