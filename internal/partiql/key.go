package partiql

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

// keyAttributes returns the key attributes of what is read. No sort key has no name.
func (b *Bound) keyAttributes() (partition, sort catalog.Attribute) {
	if b.index == nil {
		sort, _ = b.table.SortKey()
		return b.table.PartitionKey(), sort
	}
	if len(b.index.Sort) > 0 {
		sort = b.table.Attribute(b.index.Sort[0])
	}
	return b.table.Attribute(b.index.Hash[0]), sort
}

// errKeyElement is how a transaction refuses a key of the wrong type.
var errKeyElement = apierr.Validation("The provided key element does not match the schema")

// wrongKeyType refuses a value that the key attribute cannot have.
func (b *Bound) wrongKeyType(v attr.Value, key catalog.Attribute) *apierr.Error {
	switch t := v.Type(); {
	case t == key.Type:
		return nil
	case b.within == Transaction && (t.Scalar() || b.verb == selecting):
		return errKeyElement
	case !t.Scalar():
		return apierr.Validationf("Key value must be of type S, N, or B. Key name: %s, Key type: %s", key.Name, t)
	}
	return wrongSchemaType(key)
}

// wrongSchemaType refuses a value of a type that keys may have, but not this one.
func wrongSchemaType(key catalog.Attribute) *apierr.Error {
	return apierr.Validation("Key attribute's data type should match its data type in table's schema: Key " + key.Name)
}

// wrongTypes refuses the values of a test.
func (b *Bound) wrongTypes(t *keyTest, key catalog.Attribute) *apierr.Error {
	err := b.wrongKeyType(t.from, key)
	if err == nil && t.to != nil {
		err = b.wrongKeyType(t.to, key)
	}
	return err
}

// conjuncts returns the conditions that must all hold: the terms of the ANDs at the top.
func conjuncts(n *node) []*node {
	if n == nil {
		return nil
	}
	if n.form != formOperator || n.text != "and" {
		return []*node{n}
	}
	var out []*node
	for _, o := range n.args {
		out = append(out, conjuncts(o)...)
	}
	return out
}

var errNoEquality = apierr.Validation("Where clause does not contain a mandatory equality on all key attributes")

// writtenKey returns the key that an UPDATE or DELETE names by equalities that must hold.
func (b *Bound) writtenKey() (k store.Key, err *apierr.Error) {
	partition, sort := b.keyAttributes()
	r := keyReader{bound: b, partition: partition.Name, sort: sort.Name}
	var values [2]attr.Value
	for i, key := range []catalog.Attribute{partition, sort} {
		if key.Name == "" {
			continue
		}
		if values[i], err = r.equal(key); err != nil {
			return k, err
		}
	}
	return keyOf(b.table, values[0], values[1])
}

// equal returns the one value that the attribute must be equal to.
func (r *keyReader) equal(key catalog.Attribute) (v attr.Value, err *apierr.Error) {
	for _, n := range conjuncts(r.bound.where) {
		name, tests := r.test(n)
		if r.err != nil {
			return nil, r.err
		}
		if n.text != "=" || name != key.Name {
			continue
		}
		if v != nil && !v.Equal(tests[0].from) {
			return nil, apierr.Validationf("Multiple conditions on same key %s. Only single item Update/Insert/Delete are supported", key.Name)
		}
		v = tests[0].from
	}
	if v == nil {
		return nil, errNoEquality
	}
	return v, r.bound.wrongKeyType(v, key)
}

// keyOf returns the key with the values, which are of the types of the table's key; sort is nil if it
// has none.
func keyOf(t *catalog.Table, partition, sort attr.Value) (store.Key, *apierr.Error) {
	if err := catalog.CheckPartitionKey(t.Key[0], partition); err != nil {
		return store.Key{}, err
	}
	k := store.Key{Partition: partition.Bytes()}
	if sort != nil {
		if err := catalog.CheckSortKey(t.Key[1], sort); err != nil {
			return store.Key{}, err
		}
		k.Sort = sort.Bytes()
	}
	return k, nil
}
