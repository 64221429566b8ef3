package op

import (
	"strconv"
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/expr"
	"github.com/statordb/stator/internal/store"
)

// boundKey is what the key condition says of the key of what is queried.
type boundKey struct {
	hash  [][]byte // the bytes of the partition key attributes
	equal [][]byte // those of the sort key attributes that must be equal, but for the last in the condition
	next  store.Bounds
	sorts int // the sort key attributes that are in the condition
}

// keyConditionExpression makes the key condition of KeyConditionExpression.
func (r *pageRequest) keyConditionExpression() *apierr.Error {
	if !r.keyCondition.Set {
		return nil
	}
	parsed, err := r.service.parsed.KeyCondition(r.keyCondition.V)
	if err == nil {
		r.clauses, err = parsed.Bind(&r.scope)
	}
	return err
}

// keyConditionGiven refuses a Query without a key condition.
func (r *pageRequest) keyConditionGiven() *apierr.Error {
	if r.clauses == nil {
		return apierr.Validation("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	return nil
}

// bindKey refuses a key condition that is none of the key of what is queried, and finds out which
// items it means (captures-items §6.5).
func (r *pageRequest) bindKey() *apierr.Error {
	hash, sort := r.keyNames()
	if n := len(hash) + len(sort); len(r.clauses) > n {
		return apierr.Validation("The number of query conditions (" + strconv.Itoa(len(r.clauses)) +
			") exceeds the number of key attributes defined in the schema (" + strconv.Itoa(n) + ")")
	}
	bindPartition, bindSort := r.bindPartition, r.bindSort
	if len(hash) > 1 || len(sort) > 1 {
		bindPartition, bindSort = r.bindPartitions, r.bindSorts
	}
	if err := bindPartition(hash); err != nil {
		return err
	}
	if err := bindSort(sort); err != nil {
		return err
	}
	r.walk.VisitPartition(r.bound.hash, r.bound.equal, r.bound.next)
	return nil
}

// clause returns the clause about the attribute called name, or nil.
func (r *pageRequest) clause(name string) *expr.KeyClause {
	for i := range r.clauses {
		if r.clauses[i].Attribute == name {
			return &r.clauses[i]
		}
	}
	return nil
}

// bindPartition binds a partition key of one attribute.
func (r *pageRequest) bindPartition(names []string) *apierr.Error {
	c := r.clause(names[0])
	if c == nil {
		return missedKey(names[0])
	}
	v, err := r.keyValues(c, catalog.CheckPartitionKey)
	switch {
	case err != nil:
		return err
	case c.Operator != expr.KeyEqual:
		return apierr.Validation("Query key condition not supported")
	}
	r.bound.hash = append(r.bound.hash, v.From)
	return nil
}

// bindSort binds a sort key of one attribute, or of none.
func (r *pageRequest) bindSort(names []string) (err *apierr.Error) {
	if len(r.clauses) == 1 {
		return nil
	}
	c := r.clause(names[0])
	if c == nil {
		return missedKey(names[0])
	}
	r.bound.sorts = 1
	r.bound.next, err = r.keyValues(c, catalog.CheckSortKey)
	return err
}

func missedKey(name string) *apierr.Error {
	return apierr.Validation("Query condition missed key schema element: " + name)
}

// bindPartitions binds the partition key of an index with a key of several attributes.
func (r *pageRequest) bindPartitions(names []string) *apierr.Error {
	if open := r.notEqual(names); open != nil {
		return apierr.Validation("HASH key attributes " + strings.Join(open, ", ") +
			" must have equality conditions specified in the query")
	}
	for _, name := range names {
		v, err := r.keyValues(r.clause(name), catalog.CheckPartitionKey)
		if err != nil {
			return err
		}
		r.bound.hash = append(r.bound.hash, v.From)
	}
	return nil
}

// bindSorts binds the sort key of an index with a key of several attributes: they are in the condition
// from the left, and all but the last must be equal.
func (r *pageRequest) bindSorts(names []string) *apierr.Error {
	n := len(names)
	for n > 0 && r.clause(names[n-1]) == nil {
		n--
	}
	if n > 0 {
		if open := r.notEqual(names[:n-1]); open != nil {
			return apierr.Validation("RANGE key attributes " + strings.Join(open, ", ") +
				" must have equality conditions specified in the query because a condition is present on key attribute " + names[n-1])
		}
	}
	if len(r.bound.hash)+n < len(r.clauses) { // one is not about the key
		return missedKey(names[n])
	}
	for i, name := range names[:n] {
		v, err := r.keyValues(r.clause(name), catalog.CheckSortKey)
		if err != nil {
			return err
		}
		if i == n-1 {
			r.bound.next = v
		} else {
			r.bound.equal = append(r.bound.equal, v.From)
		}
	}
	r.bound.sorts = n
	return nil
}

// notEqual returns those of names that the condition does not say to be equal to something.
func (r *pageRequest) notEqual(names []string) (open []string) {
	for _, name := range names {
		if c := r.clause(name); c == nil || c.Operator != expr.KeyEqual {
			open = append(open, name)
		}
	}
	return open
}

// keyCheck refuses a value of a key attribute that is empty or too long.
type keyCheck func(name string, v attr.Value) *apierr.Error

var errNotIndexable = apierr.Validation("Attempted conditional constraint is not an indexable operation")

// keyValues refuses the operator and the values of c if the attribute cannot have them, and returns
// what c says.
func (r *pageRequest) keyValues(c *expr.KeyClause, check keyCheck) (store.Bounds, *apierr.Error) {
	if c.Operator == expr.KeyNotIndexable {
		return store.Bounds{}, errNotIndexable
	}
	want := r.table.Attribute(c.Attribute).Type
	for _, v := range c.Values {
		if v.Type() != want {
			return store.Bounds{}, apierr.Invalid("Condition parameter type does not match schema type")
		}
		if err := check(c.Attribute, v); err != nil {
			return store.Bounds{}, err
		}
	}
	return bounds(c), nil
}

// bounds returns what c says of the bytes of its attribute.
func bounds(c *expr.KeyClause) store.Bounds {
	v := c.Values[0].Bytes()
	switch c.Operator {
	case expr.KeyLess:
		return store.Bounds{To: v, ToOpen: true}
	case expr.KeyLessEqual:
		return store.Bounds{To: v}
	case expr.KeyGreater:
		return store.Bounds{From: v, FromOpen: true}
	case expr.KeyGreaterEqual:
		return store.Bounds{From: v}
	case expr.KeyBetween:
		return store.Bounds{From: v, To: c.Values[1].Bytes()}
	case expr.KeyBeginsWith:
		return store.Bounds{Prefix: v}
	default: // expr.KeyEqual
		return store.Bounds{From: v, To: v}
	}
}
