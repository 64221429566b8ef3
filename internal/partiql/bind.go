package partiql

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/expr"
)

// Bound is a statement with the parameters of a request and the table it is about. It belongs to the
// request.
type Bound struct {
	*Statement
	table     *catalog.Table
	index     *catalog.Index // nil: the table itself
	given     []attr.Value
	within    Enclosure
	builder   expr.Builder
	condition *expr.BoundCondition // of WHERE; nil: none
	update    *expr.BoundUpdate
	item      attr.Item // to insert
}

// Enclosure is what a statement is a part of. Some refusals have words of their own in it.
type Enclosure uint8

// The enclosures.
const (
	Alone Enclosure = iota
	Batch
	Transaction
)

var errMultiKey = apierr.Validation("PartiQL statements cannot be executed on tables with " +
	"multi-attribute HASH keys or multi-attribute RANGE keys.")

// Bind joins s with the parameters that are given and with its table, which find looks up; find
// returns a refusal if there is none. What is of class B is refused before that (partiql.md §7, §9).
func (s *Statement) Bind(within Enclosure, given []attr.Value, find func(table string) (*catalog.Table, *apierr.Error)) (*Bound, *apierr.Error) {
	if s.parameters > len(given) {
		return nil, ErrParameters
	}
	b := &Bound{Statement: s, given: given, within: within}
	var missing *apierr.Error
	b.table, missing = find(s.table)
	if b.table != nil && s.indexName != "" {
		b.index = b.table.Index(s.indexName)
	}
	switch {
	case b.index != nil && (len(b.index.Hash) > 1 || len(b.index.Sort) > 1):
		return nil, errMultiKey
	case s.badColumn != nil:
		return nil, s.badColumn
	}
	if err := b.compile(); err != nil {
		return nil, err
	}
	if missing != nil {
		return nil, missing
	}
	return b, b.findIndex()
}

// findIndex refuses an index that is not there, or cannot be read yet.
func (b *Bound) findIndex() *apierr.Error {
	switch {
	case b.indexName == "":
		return nil
	case b.index == nil || b.index.State == catalog.IndexDeleting:
		return apierr.Validation("The table does not have the specified index")
	case b.index.State == catalog.IndexCreating:
		return apierr.Validation("Cannot read from backfilling global secondary index: " + b.index.Name)
	}
	return nil
}

// OnIndex reports whether an index is read.
func (b *Bound) OnIndex() bool { return b.index != nil }

// Index returns the index that is read, nil for the table itself.
func (b *Bound) Index() *catalog.Index { return b.index }

// Target returns the table.
func (b *Bound) Target() *catalog.Table { return b.table }

// compile makes what is done with items of the clauses, in the order in which they are written, and
// refuses what is of class B.
func (b *Bound) compile() *apierr.Error {
	steps := []func() *apierr.Error{b.compileUpdate, b.compileWhere, b.compileItem}
	if b.where != nil && b.changes != nil && b.where.start < b.changes[0].path.start {
		steps[0], steps[1] = steps[1], steps[0]
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// value returns the value of a literal or parameter.
func (b *Bound) value(n *node) (attr.Value, *apierr.Error) {
	switch {
	case n.value != nil:
		return n.value, nil
	case n.form == formParameter:
		return b.given[n.number], nil
	}
	e := encoder{text: b.text, given: b.given, bound: true}
	return e.value(n)
}

// isValue reports whether n is a literal or a parameter.
func isValue(n *node) bool {
	switch n.form {
	case formString, formNumber, formTrue, formFalse, formNull, formList, formMap, formBag, formParameter:
		return true
	default:
		return false
	}
}

func (b *Bound) compileItem() *apierr.Error {
	if b.verb != inserting {
		return nil
	}
	if b.inserts.value != nil {
		b.item = b.inserts.value.Map()
		return nil
	}
	e := encoder{text: b.text, given: b.given, bound: true}
	var err *apierr.Error
	b.item, err = e.item(b.inserts, true)
	return err
}
