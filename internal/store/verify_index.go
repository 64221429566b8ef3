package store

import (
	"bytes"
	"context"
	"fmt"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/index"
	"github.com/statordb/stator/internal/keyspace"
)

// entriesOf checks that every entry that the item should have is there and is right. An index that is
// being filled may lack it.
func (t *scrutiny) entriesOf(ctx context.Context, it attr.Item, size int) error {
	for i := range t.table.Indexes {
		ix := &t.table.Indexes[i]
		if !ix.Kept() {
			continue
		}
		t.buf = t.buf[:0]
		e := index.Of(t.table, ix, it, size, &t.buf)
		if e.View == nil {
			continue
		}
		if ix.Local {
			t.shares += int64(e.Size)
			t.collection += int64(e.Size)
		}
		if err := t.entryIs(ctx, ix, &e); err != nil {
			return fmt.Errorf("index %q: %w", ix.Name, err)
		}
	}
	return nil
}

func (t *scrutiny) entryIs(ctx context.Context, ix *catalog.Index, e *index.Entry) error {
	var v engine.Value
	if err := t.reader.Get(ctx, e.Key, &v); err != nil {
		return err
	}
	defer v.Release()
	if !v.Exists {
		if ix.State == catalog.IndexCreating {
			return nil
		}
		return fmt.Errorf("the item has no entry")
	}
	view, size, err := attr.ParseRow(v.B)
	if err != nil {
		return err
	}
	if !view.Equal(e.View) || size != e.Size {
		return fmt.Errorf("the entry is %s of %d bytes, not %s of %d", view.AppendJSON(nil), size, e.View.AppendJSON(nil), e.Size)
	}
	return nil
}

// entry checks an index entry: there is an item that has just this one.
func (t *scrutiny) entry(ctx context.Context, p keyspace.Parsed, key, value []byte) error {
	ix := t.table.IndexOf(p.Index)
	switch {
	case ix == nil:
		return fmt.Errorf("it is of index %d, which does not exist", p.Index)
	case !ix.Kept():
		return nil // its space is being given back
	}
	if err := attr.CheckRow(value); err != nil {
		return err
	}
	view, size, err := attr.ParseRow(value)
	if err != nil {
		return err
	}
	t.entries = addIndex(t.entries, indexFigures{ix.ID, figures{1, int64(size)}})
	for _, name := range t.table.Key {
		if view.Get(name).Type() != t.table.Attribute(name).Type {
			return fmt.Errorf("the entry of index %q has no %q", ix.Name, name)
		}
	}
	pk, sk := t.table.RowKey(view)
	var v engine.Value
	if err := t.reader.Get(ctx, t.id.Row(nil, pk, sk), &v); err != nil {
		return err
	}
	defer v.Release()
	if !v.Exists {
		return fmt.Errorf("the entry of index %q is of no item", ix.Name)
	}
	it, itemSize, err := attr.ParseRow(v.B)
	if err != nil {
		return err
	}
	t.buf = t.buf[:0]
	if e := index.Of(t.table, ix, it, itemSize, &t.buf); !bytes.Equal(e.Key, key) {
		return fmt.Errorf("the entry of index %q is not the one of its item", ix.Name)
	}
	return nil
}

// collect adds a row to its item collection, and judges the one before when another begins. Rows of
// one partition key lie together.
func (t *scrutiny) collect(ctx context.Context, pk []byte, size int) error {
	if !t.table.HasLocal() {
		return nil
	}
	var err error
	if !bytes.Equal(pk, t.pk) {
		err = t.endCollection(ctx)
		t.pk = append(t.pk[:0], pk...)
	}
	t.shares += int64(size)
	t.collection += int64(size)
	return err
}

// endCollection compares the size of the item collection that has been read with its shares.
func (t *scrutiny) endCollection(ctx context.Context) error {
	size := t.collection
	t.collection = 0
	if size == 0 {
		return nil
	}
	var told int64
	prefix := t.id.Shares(nil, t.pk)
	cursor := t.reader.Scan(ctx, engine.Range{Lo: prefix, Hi: keyspace.End(prefix)}, engine.ScanOpt{})
	for cursor.Next() {
		n, err := parseShare(cursor.Value())
		if err != nil {
			_ = cursor.Close() // the first error is the one to tell
			return err
		}
		told += n
	}
	if err := cursor.Close(); err != nil {
		return err
	}
	if told != size {
		return fmt.Errorf("the item collection %s has %d bytes, its shares say %d", shown(t.pk), size, told)
	}
	return nil
}

// share adds a share to what the shares tell.
func (t *scrutiny) share(value []byte) error {
	n, err := parseShare(value)
	t.toldShares += n
	return err
}

// finishIndexes judges the figures of the indexes and of all item collections together.
func (t *scrutiny) finishIndexes(ctx context.Context, report func(string)) {
	if err := t.endCollection(ctx); err != nil {
		report(fmt.Sprintf("table %q: %v", t.table.Name, err))
	}
	if t.shares != t.toldShares {
		report(fmt.Sprintf("table %q: item collections have %d bytes, their shares say %d", t.table.Name, t.shares, t.toldShares))
	}
	for i := range t.table.Indexes {
		ix := &t.table.Indexes[i]
		if has, told := figuresOf(t.entries, ix.ID), figuresOf(t.told.indexes, ix.ID); ix.Kept() && has != told {
			report(fmt.Sprintf("table %q: index %q has %d entries of %d bytes, the tallies say %d of %d",
				t.table.Name, ix.Name, has.items, has.bytes, told.items, told.bytes))
		}
	}
}

func figuresOf(fs []indexFigures, id keyspace.IndexID) figures {
	for _, f := range fs {
		if f.id == id {
			return f.figures
		}
	}
	return figures{}
}
