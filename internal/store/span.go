package store

import (
	"bytes"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// Bounds are what the values of one sort key attribute must lie in. Values are their bytes
// (attr.Value.Bytes), of which a key has at least one. The zero Bounds are none.
type Bounds struct {
	From, To         []byte // nil: no bound
	FromOpen, ToOpen bool   // the bound itself is outside
	Prefix           []byte // what a value must begin with; nil: anything
}

// Contain reports whether v lies in b.
func (b *Bounds) Contain(v []byte) bool {
	if b.From != nil {
		if c := bytes.Compare(v, b.From); c < 0 || c == 0 && b.FromOpen {
			return false
		}
	}
	if b.To != nil {
		if c := bytes.Compare(v, b.To); c > 0 || c == 0 && b.ToOpen {
			return false
		}
	}
	return bytes.HasPrefix(v, b.Prefix)
}

// VisitSegment makes w visit the items whose hash lies in segment i of n equal parts; segment 0 of 1
// is everything.
func (w *Walk) VisitSegment(i, n int) {
	if w.Index == nil {
		w.span.Lo, w.span.Hi = w.Table.ID.RowSegment(i, n)
	} else {
		w.span.Lo, w.span.Hi = w.Table.ID.IndexSegment(w.Index.ID, i, n)
	}
}

// VisitPartition makes w visit the items of one partition: those whose partition key attributes are
// hash, whose first sort key attributes are equal, and whose next one, if there is one, lies in next.
func (w *Walk) VisitPartition(hash, equal [][]byte, next Bounds) {
	p := w.partition(hash, equal)
	w.span = engine.Range{Lo: p, Hi: keyspace.End(p)}
	if next.Prefix != nil {
		w.span.Lo = w.sortPrefix(p, next.Prefix)
		w.span.Hi = keyspace.End(w.span.Lo)
	}
	if next.From != nil {
		if w.span.Lo = w.sort(p, next.From); next.FromOpen {
			w.span.Lo = w.behind(w.span.Lo)
		}
	}
	if next.To != nil {
		if w.span.Hi = w.sort(p, next.To); !next.ToOpen {
			w.span.Hi = w.behind(w.span.Hi)
		}
	}
}

// GoOnBehind makes w leave out all items up to that with key, in the order of w. key has the key
// attributes of the table and of the index; whether there is an item with it does not matter. It
// reports whether key lies where w was to visit at all, and changes nothing otherwise.
func (w *Walk) GoOnBehind(key attr.Item) bool {
	at := w.place(key)
	if !w.span.Contains(at) {
		return false
	}
	if w.Reverse {
		w.span.Hi = at
	} else {
		w.span.Lo = append(at, 0)
	}
	return true
}

// partition returns what all keys of the items begin with.
func (w *Walk) partition(hash, equal [][]byte) []byte {
	if w.Index == nil {
		p := w.Table.ID.Partition(nil, hash[0])
		for _, part := range equal {
			p = append(p, part...)
		}
		return p
	}
	p := w.Table.ID.EntryPartition(nil, w.Index.ID, hash)
	for _, part := range equal {
		p = keyspace.AppendSort(p, part)
	}
	return p
}

// sort returns the first key under the prefix p whose next sort key attribute is v or above.
func (w *Walk) sort(p, v []byte) []byte {
	p = bytes.Clone(p)
	if w.Index == nil {
		return append(p, v...)
	}
	return keyspace.AppendSort(p, v)
}

// behind returns the first key behind those whose last attribute is that of at, which sort returned.
func (w *Walk) behind(at []byte) []byte {
	if w.Index == nil {
		return append(at, 0)
	}
	return keyspace.End(at)
}

// sortPrefix returns what the keys under p begin with whose next sort key attribute begins with v.
func (w *Walk) sortPrefix(p, v []byte) []byte {
	p = bytes.Clone(p)
	if w.Index == nil {
		return append(p, v...)
	}
	return keyspace.AppendSortPrefix(p, v)
}

// place returns the key of the row or entry of the item with the key attributes in it.
func (w *Walk) place(it attr.Item) []byte {
	pk, sk := w.Table.RowKey(it)
	if w.Index == nil {
		return w.Table.ID.Row(nil, pk, sk)
	}
	return w.Table.ID.Entry(nil, w.Index.ID, bytesOf(it, w.Index.Hash), bytesOf(it, w.Index.Sort), pk, sk)
}

// bytesOf returns the bytes of the attributes called names.
func bytesOf(it attr.Item, names []string) [][]byte {
	parts := make([][]byte, len(names))
	for i, name := range names {
		parts[i] = it.Get(name).Bytes()
	}
	return parts
}
