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
	table  *catalog.Table // as it is since the leg entered
	key    []byte         // of the row
	value  engine.Value
	shelf  *shelf
	ticket ticket
	tally  *tally

	keeps      bool           // the write leaves the item as it is
	changes    []index.Change // without the old views: their memory is only lent
	figures    figures        // by how much the figures of the table change
	indexes    []indexFigures // and those of indexes
	collection *collection    // in a table with local indexes
}

// enter goes into the table of w. Its description is looked at again inside: whoever changed it and
// then waits for those inside knows that nobody goes by the old one.
func (l *leg) enter(ctx context.Context, s *Store, w *Write) error {
	sh, err := s.shelf(ctx, w.Table.ID)
	if err != nil {
		return err
	}
	t, ok := sh.gate.enter()
	if !ok {
		return errDropped
	}
	if l.table = w.Table.Latest(); l.table == nil {
		sh.gate.leave(t)
		return errDropped
	}
	l.key = w.Key.row(l.key[:0], w.Table)
	l.shelf, l.ticket, l.tally = sh, t, sh.take()
	if l.table.HasLocal() {
		l.collection, err = s.collection(ctx, l.table, w.Key.Partition, l.tally.slot)
		if err != nil {
			l.leave(false)
			return err
		}
	}
	return nil
}

// leave goes out of the table. A tally whose stored value is unknown is not used again.
func (l *leg) leave(lost bool) {
	if !lost {
		l.shelf.give(l.tally)
	}
	l.shelf.gate.leave(l.ticket)
	l.table, l.shelf, l.tally, l.collection = nil, nil, nil, nil
	clear(l.changes)
	l.changes = l.changes[:0]
}

// follow finds out what follows for the indexes from the item going from old to r.New.
func (l *leg) follow(ctx context.Context, txn engine.Txn, old attr.Item, r *Result, buf *[]byte) error {
	l.changes = index.Changes(l.changes[:0], l.table, old, r.New, r.OldSize, r.NewSize, buf)
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

// write puts what becomes of the item, of its index entries and of the figures into the transaction.
func (l *leg) write(txn engine.Txn, r *Result) {
	l.figures, l.indexes = figures{}, l.indexes[:0]
	if l.keeps {
		return
	}
	l.figures = figures{bytes: int64(r.NewSize - r.OldSize)}
	switch {
	case r.New != nil:
		setRow(txn, l.key, r.New, r.NewSize)
		if !r.Existed {
			l.figures.items = 1
		}
	case r.Existed:
		txn.Delete(l.key)
		l.figures.items = -1
	}
	for i := range l.changes {
		l.indexes = append(l.indexes, writeEntry(txn, &l.changes[i]))
	}
	if l.collection != nil {
		l.collection.write(txn)
	}
	l.writeTally(txn)
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

// writeTally writes the figures as they become, if they change.
func (l *leg) writeTally(txn engine.Txn) {
	if l.figures == (figures{}) && len(l.indexes) == 0 {
		return
	}
	var room [64]byte
	txn.Set(l.tally.key, l.tally.append(room[:0], l.figures, l.indexes))
}

// count adds the committed changes to the figures.
func (l *leg) count() {
	if l.figures != (figures{}) || len(l.indexes) > 0 {
		l.shelf.count(l.tally, l.figures, l.indexes)
	}
}
