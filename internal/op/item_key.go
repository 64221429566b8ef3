package op

import (
	"slices"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

var (
	errKeySchema        = apierr.Validation("The provided key element does not match the schema")
	errPartitionKeySize = apierr.Invalid("Size of hashkey has exceeded the maximum size limit of2048 bytes")
	errSortKeySize      = apierr.Invalid("Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
)

// keyOfItem finds the key in the item to put and refuses one that the table cannot have.
func (r *itemRequest) keyOfItem() *apierr.Error {
	pk := r.table.PartitionKey()
	partition, err := keyAttribute(r.attributes.Item, pk)
	if err == nil {
		err = checkKeyBytes(partition, pk.Name, attr.PartitionKeyBytesMax, errPartitionKeySize)
	}
	if err != nil {
		return err
	}
	r.key = store.Key{Partition: partition.Bytes()}
	sk, ok := r.table.SortKey()
	if !ok {
		return nil
	}
	sort, err := keyAttribute(r.attributes.Item, sk)
	if err == nil {
		err = checkKeyBytes(sort, sk.Name, attr.SortKeyBytesMax, errSortKeySize)
	}
	if err != nil {
		return err
	}
	r.key.Sort = sort.Bytes()
	return nil
}

// keyAttribute returns the value of a key attribute in an item to put.
func keyAttribute(it attr.Item, key catalog.Attribute) (attr.Value, *apierr.Error) {
	v := it.Get(key.Name)
	switch {
	case v == nil:
		return nil, apierr.Invalidf("Missing the key %s in the item", key.Name)
	case v.Type() != key.Type:
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
	if err := checkKeyBytes(partition, pk.Name, attr.PartitionKeyBytesMax, errPartitionKeySize); err != nil {
		return store.Key{}, err
	}
	k := store.Key{Partition: partition.Bytes()}
	if sorted {
		if err := checkKeyBytes(sort, sk.Name, attr.SortKeyBytesMax, errSortKeySize); err != nil {
			return store.Key{}, err
		}
		k.Sort = sort.Bytes()
	}
	return k, nil
}

// checkKeyBytes refuses a key value that is empty or longer than bytesMax.
func checkKeyBytes(v attr.Value, name string, bytesMax int, tooLong *apierr.Error) *apierr.Error {
	switch n := len(v.Bytes()); {
	case n > bytesMax:
		return tooLong
	case n > 0:
		return nil
	}
	kind := "string"
	if v.Type() == attr.B {
		kind = "binary"
	}
	return apierr.Validationf("One or more parameter values are not valid. "+
		"The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", kind, name)
}

// scalarKeys refuses expressions with a path that leads into a key attribute.
func (r *itemRequest) scalarKeys() (err *apierr.Error) {
	if r.boundUpdate != nil {
		err = r.scalarKeysIn(r.boundUpdate.Paths())
	}
	if err == nil && r.boundProjection != nil {
		err = r.scalarKeysIn(r.boundProjection.Paths())
	}
	if err == nil && r.boundCondition != nil {
		err = r.scalarKeysIn(r.boundCondition.Paths())
	}
	return err
}

func (r *itemRequest) scalarKeysIn(paths []attr.Path) *apierr.Error {
	for _, p := range paths {
		if len(p) > 1 && slices.Contains(r.table.Key, p[0].Name) {
			return apierr.Validation("Key attributes must be scalars; " +
				"list random access '[]' and map lookup '.' are not allowed: Key: " + p[0].Name)
		}
	}
	return nil
}
