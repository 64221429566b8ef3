// Package index is about the entries of secondary indexes: which of them follow from an item, and how
// they change with it.
// It promises that they follow from the item and the description of its table alone, so that whoever
// writes the item can write them in the same transaction, and whoever doubts them can derive them again.
package index

import (
	"bytes"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
)

// Entry is what an index has of an item.
type Entry struct {
	Key  []byte    // of the entry in the store
	View attr.Item // the attributes that the index projects; nil: the item is not in the index
	Size int       // of View, as DynamoDB counts
}

// Of returns the entry that it, an item of t, has in ix. The item is in the index if it has every key
// attribute of it, of the type that the table declares. Key and View are appended to *buf, or View is
// it itself, which may be nil for no item.
func Of(t *catalog.Table, ix *catalog.Index, it attr.Item, size int, buf *[]byte) (e Entry) {
	if it == nil {
		return e
	}
	var room [8][]byte
	hash, ok := parts(t, ix.Hash, it, room[:0:4])
	if !ok {
		return e
	}
	sort, ok := parts(t, ix.Sort, it, room[4:4:8])
	if !ok || !fit(hash, sort) {
		return e
	}
	pk, sk := t.RowKey(it)
	from := len(*buf)
	*buf = t.ID.Entry(*buf, ix.ID, hash, sort, pk, sk)
	e.Key = since(*buf, from)
	if ix.View() == nil {
		e.View, e.Size = it, size
		return e
	}
	from = len(*buf)
	*buf = ix.View().Apply(*buf, it)
	e.View = attr.Item(since(*buf, from))
	e.Size = e.View.Size()
	return e
}

// since returns what buf holds from from on, in a slice that cannot grow into what comes next.
func since(buf []byte, from int) []byte { return buf[from:len(buf):len(buf)] }

// parts appends the bytes of the attributes called names, and reports whether it has all of them as
// values that a key may have. Values that no write may put into an index can stand in items that are
// older than the index: they keep the item out of it, as in DynamoDB.
func parts(t *catalog.Table, names []string, it attr.Item, to [][]byte) ([][]byte, bool) {
	for _, name := range names {
		v := it.Get(name)
		if v == nil || v.Type() != t.Attribute(name).Type {
			return to, false
		}
		b := v.Bytes()
		if len(b) == 0 {
			return to, false
		}
		to = append(to, b)
	}
	return to, true
}

// fit reports whether parts of a key are within the limits: each partition key attribute by itself,
// sort key attributes together.
func fit(hash, sort [][]byte) bool {
	for _, part := range hash {
		if len(part) > attr.PartitionKeyBytesMax {
			return false
		}
	}
	total := 0
	for _, part := range sort {
		total += len(part)
	}
	return total <= attr.SortKeyBytesMax
}

// Change is how an index changes with an item.
type Change struct {
	Index    *catalog.Index
	Old, New Entry
}

// Same reports whether the index does not change at all.
func (c *Change) Same() bool {
	return c.Old.View.Equal(c.New.View) && bytes.Equal(c.Old.Key, c.New.Key)
}

// Moves reports whether an entry goes away at one place.
func (c *Change) Moves() bool {
	return c.Old.View != nil && (c.New.View == nil || !bytes.Equal(c.Old.Key, c.New.Key))
}

// Changes appends to dst how the indexes of t that are kept up change when an item goes from before to
// after, either of which may be nil for none; the sizes are theirs as DynamoDB counts. Indexes that do
// not change are left out. What the changes hold may be a part of *buf.
func Changes(dst []Change, t *catalog.Table, before, after attr.Item, beforeSize, afterSize int, buf *[]byte) []Change {
	for i := range t.Indexes {
		ix := &t.Indexes[i]
		if !ix.Kept() {
			continue
		}
		c := Change{
			Index: ix,
			Old:   Of(t, ix, before, beforeSize, buf),
			New:   Of(t, ix, after, afterSize, buf),
		}
		if !c.Same() {
			dst = append(dst, c)
		}
	}
	return dst
}
