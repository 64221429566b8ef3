package op

import (
	"slices"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
)

// indexKeys refuses an item to put that has, in place of a key attribute of an index, a value that no
// key may have. Not to have the attribute is fine: the item is not in the index then.
func (r *itemRequest) indexKeys() *apierr.Error {
	f := findIndexFault(r.table, r.attributes.Item, func(string) bool { return true })
	if f.kind == emptyIndexKey {
		return apierr.Validationf(emptyKey+
			"A value specified for a secondary index key is not supported. "+
			"The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s",
			longScalar(f.value), f.index.Name, f.name)
	}
	return f.refusal()
}

// indexKeys refuses an updated item like that, if it is the update that wrote the value: what an item
// had before there was the index may stay.
func (c *change) indexKeys(old, it attr.Item) *apierr.Error {
	if len(c.table.Indexes) == 0 {
		return nil
	}
	f := findIndexFault(c.table, it, func(name string) bool { return old == nil || c.writes(name) })
	if f.kind == emptyIndexKey {
		return apierr.Validationf(emptyKey+
			"The update expression attempted to update a secondary index key to a value that is not supported. "+
			"The AttributeValue for a key attribute cannot contain an empty %s value.", longScalar(f.value))
	}
	return f.refusal()
}

// writes reports whether the update is one of the attribute called name.
func (c *change) writes(name string) bool {
	return slices.ContainsFunc(c.update.Paths(), func(p attr.Path) bool { return p[0].Name == name })
}

// indexFaultKind is why a value cannot be in the key of an index. The first wins.
type indexFaultKind uint8

const (
	indexKeyType indexFaultKind = iota
	emptyIndexKey
	longIndexPartition
	longIndexSort
	noIndexFault
)

// indexFault is a value, or several, that cannot be in the key of an index.
type indexFault struct {
	kind     indexFaultKind
	index    *catalog.Index
	name     string
	value    attr.Value
	declared attr.Type
}

// findIndexFault returns the fault of it that DynamoDB reports: of all indexes the alphabetically
// first. Only the values written are judged.
func findIndexFault(t *catalog.Table, it attr.Item, written func(name string) bool) indexFault {
	first := indexFault{kind: noIndexFault}
	for i := range t.Indexes {
		ix := &t.Indexes[i]
		if !ix.Kept() {
			continue
		}
		f := faultOfIndex(t, ix, it, written)
		if f.kind < first.kind || f.kind == first.kind && f.kind != noIndexFault && ix.Name < first.index.Name {
			first = f
		}
	}
	return first
}

// faultOfIndex returns the first fault of it in the key of ix. How long values are counts only once
// the item has all of the key.
func faultOfIndex(t *catalog.Table, ix *catalog.Index, it attr.Item, written func(name string) bool) indexFault {
	first := indexFault{kind: noIndexFault, index: ix}
	complete, anyWritten, longest, sortBytes := true, false, 0, 0
	for i := range len(ix.Hash) + len(ix.Sort) {
		name := keyName(ix, i)
		v, declared := it.Get(name), t.Attribute(name).Type
		isWritten := v != nil && written(name)
		anyWritten = anyWritten || isWritten
		kind := noIndexFault
		switch {
		case v == nil:
			complete = false
		case v.Type() != declared:
			kind = indexKeyType
		case len(v.Bytes()) == 0:
			kind = emptyIndexKey
		case i < len(ix.Hash):
			longest = max(longest, len(v.Bytes()))
		default:
			sortBytes += len(v.Bytes())
		}
		complete = complete && kind == noIndexFault
		if isWritten && kind < first.kind {
			first = indexFault{kind, ix, name, v, declared}
		}
	}
	switch {
	case !complete || !anyWritten:
	case longest > attr.PartitionKeyBytesMax:
		first.kind = longIndexPartition
	case sortBytes > attr.SortKeyBytesMax:
		first.kind = longIndexSort
	}
	return first
}

// keyName returns the name of attribute i of the key of ix.
func keyName(ix *catalog.Index, i int) string {
	if i < len(ix.Hash) {
		return ix.Hash[i]
	}
	return ix.Sort[i-len(ix.Hash)]
}

// refusal words f, unless it is of an empty value, which is worded by what wrote it.
func (f *indexFault) refusal() *apierr.Error {
	switch f.kind {
	case indexKeyType:
		return apierr.Invalidf("Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s",
			f.name, f.declared, f.value.Type(), f.index.Name)
	case longIndexPartition:
		return errPartitionKeySize
	case longIndexSort:
		return errSortKeySize
	case emptyIndexKey, noIndexFault:
	}
	return nil
}

// longScalar names the type of an empty value as refusals do.
func longScalar(v attr.Value) string {
	if v.Type() == attr.B {
		return "binary"
	}
	return "string"
}
