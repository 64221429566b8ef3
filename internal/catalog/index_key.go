package catalog

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// CheckIndexKeys refuses an item to put that has, in place of a key attribute of an index, a value that
// no key may have. Not to have the attribute is fine: the item is not in the index then.
func (t *Table) CheckIndexKeys(it attr.Item) *apierr.Error {
	f := t.indexFault(it, func(string) bool { return true })
	if f.kind == emptyIndexKey {
		return apierr.Validationf("One or more parameter values are not valid. "+
			"A value specified for a secondary index key is not supported. "+
			"The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s",
			longScalar(f.value), f.index.Name, f.name)
	}
	return f.refusal()
}

// CheckUpdatedIndexKeys does so for an updated item, but only for the attributes that the update wrote:
// what an item had before there was the index may stay.
func (t *Table) CheckUpdatedIndexKeys(it attr.Item, written func(name string) bool) *apierr.Error {
	if len(t.Indexes) == 0 {
		return nil
	}
	f := t.indexFault(it, written)
	if f.kind == emptyIndexKey {
		return apierr.Validationf("One or more parameter values are not valid. "+
			"The update expression attempted to update a secondary index key to a value that is not supported. "+
			"The AttributeValue for a key attribute cannot contain an empty %s value.", longScalar(f.value))
	}
	return f.refusal()
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
	index    *Index
	name     string
	value    attr.Value
	declared attr.Type
}

// indexFault returns the fault of it that DynamoDB reports: of all indexes the alphabetically
// first. Only the values written are judged.
func (t *Table) indexFault(it attr.Item, written func(name string) bool) indexFault {
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
func faultOfIndex(t *Table, ix *Index, it attr.Item, written func(name string) bool) indexFault {
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
func keyName(ix *Index, i int) string {
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
		return ErrPartitionKeySize
	case longIndexSort:
		return ErrSortKeySize
	case emptyIndexKey, noIndexFault:
	}
	return nil
}
