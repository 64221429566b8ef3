package partiql

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

// Point plans a SELECT of a batch or a transaction, which may only name one item by its whole key. It
// returns the key.
func (b *Bound) Point() (*Read, store.Key, *apierr.Error) {
	where := "BatchExecuteStatement"
	if b.within == Transaction {
		where = "ExecuteTransaction"
	}
	notByKey := apierr.Validation("Select statements within " + where + " must specify the primary key in the where clause.")
	if b.index != nil || b.where == nil {
		return nil, store.Key{}, notByKey
	}
	partition, sort := b.keyAttributes()
	keys := keyReader{bound: b, partition: partition.Name, sort: sort.Name}
	branches := keys.branches(b.where)
	switch {
	case keys.err != nil:
		return nil, store.Key{}, keys.err
	case keys.many || overlapping(branches, partition, sort):
		return nil, store.Key{}, errOverlap
	case len(branches) != 1 || !branches[0].whole(sort) || !keys.alone(b.where):
		return nil, store.Key{}, notByKey
	}
	x := &branches[0]
	if err := b.checkTypes(branches, partition, sort); err != nil {
		return nil, store.Key{}, err
	}
	var sorted attr.Value
	if x.sort.test != nil {
		sorted = x.sort.test.from
	}
	k, err := keyOf(b.table, x.partition.test.from, sorted)
	return &Read{bound: b, columns: b.chosen}, k, err
}

// whole reports whether the branch says what all of the key is equal to.
func (b *branch) whole(sort catalog.Attribute) bool {
	if !b.pinned() || b.odd || b.sort.more != nil {
		return false
	}
	if sort.Name == "" {
		return true
	}
	return b.sort.test != nil && b.sort.test.operator == "="
}

// alone reports whether n has no conditions but those on the key.
func (r *keyReader) alone(n *node) bool {
	for _, c := range conjuncts(n) {
		if _, tests := r.test(c); tests == nil {
			return false
		}
	}
	return true
}

// overlapping reports whether branches, all about one partition each, overlap.
func overlapping(branches []branch, partition, sort catalog.Attribute) bool {
	for i := range branches {
		if !branches[i].pinned() {
			return false
		}
	}
	r := Read{}
	return r.plan(branches, partition, sort) != nil
}

// Chosen returns what is asked for of it, in memory of its own.
func (r *Read) Chosen(it attr.Item) attr.Item {
	if r.columns == nil || it == nil {
		return it
	}
	return r.columns.choose(nil, it)
}
