package op

import (
	"iter"
	"slices"
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

var errKeySchema = apierr.Validation("The provided key element does not match the schema")

// keyOfItem finds the key in the item to put and refuses one that the table cannot have.
func (r *itemRequest) keyOfItem() *apierr.Error {
	pk := r.table.PartitionKey()
	partition, err := r.keyAttribute(pk)
	sk, sorted := r.table.SortKey()
	var sort attr.Value
	if err == nil && sorted {
		sort, err = r.keyAttribute(sk)
	}
	if err == nil {
		r.key, err = keyOf(partition, sort, pk.Name, sk.Name)
	}
	return err
}

// keyAttribute returns the value of a key attribute in the item to put. A batch says no more of what is
// wrong with it than of a key.
func (r *itemRequest) keyAttribute(key catalog.Attribute) (attr.Value, *apierr.Error) {
	v := r.attributes.Item.Get(key.Name)
	switch {
	case v.Type() == key.Type:
	case r.within == aBatch:
		return nil, errKeySchema
	case v == nil:
		return nil, apierr.Invalidf("Missing the key %s in the item", key.Name)
	default:
		return nil, apierr.Invalidf("Type mismatch for key %s expected: %s actual: %s", key.Name, key.Type, v.Type())
	}
	return v, nil
}

// givenKey takes the Key parameter apart and refuses one that the table cannot have.
func (r *itemRequest) givenKey() (err *apierr.Error) {
	r.key, err = keyIn(r.attributes.Item, r.table)
	return err
}

// keyIn returns the key that it is: the key attributes of t and nothing else.
func keyIn(it attr.Item, t *catalog.Table) (store.Key, *apierr.Error) {
	pk := t.PartitionKey()
	sk, sorted := t.SortKey()
	partition, sort := it.Get(pk.Name), attr.Value(nil)
	if sorted {
		sort = it.Get(sk.Name)
	}
	if it.Len() != len(t.Key) || partition.Type() != pk.Type || sort.Type() != sk.Type {
		return store.Key{}, errKeySchema
	}
	return keyOf(partition, sort, pk.Name, sk.Name)
}

// keyOf returns the key with these values, of which sort may be nil, and refuses them if one is empty
// or too long.
func keyOf(partition, sort attr.Value, partitionName, sortName string) (store.Key, *apierr.Error) {
	if err := catalog.CheckPartitionKey(partitionName, partition); err != nil {
		return store.Key{}, err
	}
	if sort == nil {
		return store.Key{Partition: partition.Bytes()}, nil
	}
	if err := catalog.CheckSortKey(sortName, sort); err != nil {
		return store.Key{}, err
	}
	return store.Key{Partition: partition.Bytes(), Sort: sort.Bytes()}, nil
}

// emptyKey begins the refusals of empty values in keys, of tables and of indexes, and no others.
const emptyKey = "One or more parameter values are not valid. "

// isEmptyKey reports whether err refuses an empty value in a key.
func isEmptyKey(err *apierr.Error) bool { return strings.HasPrefix(err.Message, emptyKey) }

// scalarKeys refuses expressions with a path that leads into a key attribute, of the table or of an
// index. An update of a key attribute has a refusal of its own, which comes later.
func (r *itemRequest) scalarKeys() (err *apierr.Error) {
	if r.boundUpdate != nil && updatedKey(r.boundUpdate, r.table) == "" {
		err = scalarKeysOf(r.table, r.boundUpdate.EachPath())
	}
	if err == nil && r.boundProjection != nil {
		err = scalarKeysOf(r.table, slices.Values(r.boundProjection.Paths()))
	}
	if err == nil {
		err = scalarKeysOf(r.table, r.boundCondition.EachPath())
	}
	return err
}

// scalarKeysOf refuses a path that leads into a key attribute of t, or else one into that of an index.
func scalarKeysOf(t *catalog.Table, paths iter.Seq[attr.Path]) *apierr.Error {
	const scalars = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
	var inIndex *apierr.Error
	for p := range paths {
		switch name := p[0].Name; {
		case len(p) == 1:
		case slices.Contains(t.Key, name):
			return apierr.Validation(scalars + "Key: " + name)
		case inIndex == nil && isIndexKey(t, name):
			inIndex = apierr.Validation(scalars + "IndexKey: " + name)
		}
	}
	return inIndex
}

// isIndexKey reports whether an index of t has the attribute called name in its key.
func isIndexKey(t *catalog.Table, name string) bool {
	for i := range t.Indexes {
		if ix := &t.Indexes[i]; ix.Kept() && ix.IsKey(name) {
			return true
		}
	}
	return false
}
