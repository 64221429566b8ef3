package op

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
)

// Refusals of exclusive start keys (captures-items §9).
var (
	errStartKey         = apierr.Validation(startKeyPrefix)
	errStartNoRestart   = apierr.Validation("The query can return at most one row and cannot be restarted")
	errStartOffSort     = apierr.Validation("The provided starting key does not match the range key predicate")
	errStartElsewhere   = apierr.Validation("The provided starting key is outside query boundaries based on provided conditions")
	errStartNoPartition = apierr.Validation("The provided exclusive start key is invalid")
)

// startKeyShape refuses a start key that is not made of the key attributes of the table and the index.
func (r *pageRequest) startKeyShape() *apierr.Error {
	it := r.attributes.Item
	if it == nil {
		return nil
	}
	names := r.startKeyNames()
	if it.Len() != len(names) {
		return errStartKey
	}
	for _, name := range names {
		if !it.Get(name).Type().Scalar() {
			return errStartKey
		}
	}
	for _, name := range names {
		a, v := r.table.Attribute(name), it.Get(name)
		if v.Type() != a.Type {
			return r.startKeyType(a, v.Type())
		}
		if err := r.startKeyBytes(name, v); err != nil {
			return err
		}
	}
	return nil
}

// startKeyNames returns the names of the attributes of a start key, each once.
func (r *pageRequest) startKeyNames() []string {
	names := slices.Clone(r.table.Key)
	if r.index == nil {
		return names
	}
	for _, name := range r.index.KeyNames() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// startKeyType refuses a key attribute of another type. A Scan of a table with indexes words it as if
// it were the key of one of them, even if it is the table's.
func (r *pageRequest) startKeyType(a catalog.Attribute, actual attr.Type) *apierr.Error {
	if r.kind == querying || len(r.table.Indexes) == 0 {
		return errStartKey
	}
	ix := r.index
	if ix == nil {
		ix = &r.table.Indexes[0]
	}
	return apierr.Invalidf("Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", a.Name, a.Type, actual, ix.Name)
}

// startKeyBytes refuses a key attribute that is empty or too long.
func (r *pageRequest) startKeyBytes(name string, v attr.Value) *apierr.Error {
	_, sort := r.keyNames()
	if slices.Contains(sort, name) || slices.Contains(r.table.Key[1:], name) {
		return catalog.CheckSortKey(name, v)
	}
	return catalog.CheckPartitionKey(name, v)
}

// startInQuery refuses a start key that the key condition does not mean, and makes the page begin
// behind it.
func (r *pageRequest) startInQuery() *apierr.Error {
	it := r.attributes.Item
	if it == nil {
		return nil
	}
	hash, sort := r.keyNames()
	last := len(hash) - 1
	for i, name := range hash[:last] {
		if !bytes.Equal(it.Get(name).Bytes(), r.bound.hash[i]) {
			return errStartNoRestart
		}
	}
	for i, name := range sort[:r.bound.sorts] {
		v := it.Get(name).Bytes()
		if i < len(r.bound.equal) && !bytes.Equal(v, r.bound.equal[i]) ||
			i == len(r.bound.equal) && !r.bound.next.Contain(v) {
			return errStartOffSort
		}
	}
	if bytes.Equal(it.Get(hash[last]).Bytes(), r.bound.hash[last]) && r.walk.GoOnBehind(it) {
		return nil
	}
	switch {
	case r.bound.sorts > 0:
		return errStartNoRestart
	case r.index == nil && len(sort) == 0:
		return errStartNoPartition
	}
	return errStartElsewhere
}

// visitScan makes a page of a Scan visit its segment, behind the start key if there is one.
func (r *pageRequest) visitScan() *apierr.Error {
	segment, total := int(r.segment.V), int(r.totalSegments.Or(1))
	r.walk.VisitSegment(segment, total)
	if r.attributes.Item == nil || r.walk.GoOnBehind(r.attributes.Item) {
		return nil
	}
	return invalidStartKey(apierr.Validation("Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. " +
		"TotalSegments: " + strconv.Itoa(total) + " Segment: " + strconv.Itoa(segment)))
}
