package expr

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// LegacyCondition returns the condition that a parameter of the time before expressions means, nil if
// it has no entries. All entries must hold, or one of them if conditionalOperator is OR; "" is none.
func LegacyCondition(where Place, es []Expectation, conditionalOperator string) (*BoundCondition, *apierr.Error) {
	if conditionalOperator != "" {
		if err := CheckConditionalOperator(conditionalOperator, len(es)); err != nil {
			return nil, err
		}
	}
	if len(es) == 0 {
		return nil, nil
	}
	b := &BoundCondition{root: &node{op: opAnd}}
	if conditionalOperator == opNames[opOr] {
		b.root.op = opOr
	}
	for i := range es {
		c, values, err := es[i].check(where)
		if err != nil {
			return nil, err
		}
		b.root.branches = append(b.root.branches, b.compare(es[i].Attribute, c, values))
	}
	return b, nil
}

// compare adds what a clause refers to and returns the clause.
func (b *BoundCondition) compare(attribute string, c comparison, values []attr.Value) node {
	n := node{op: c.op, operands: []operand{{ref: len(b.refs)}}}
	b.refs = append(b.refs, bound{path: attr.Path{{Name: attribute}}})
	for _, v := range values {
		n.operands = append(n.operands, operand{ref: len(b.refs)})
		b.refs = append(b.refs, bound{value: v})
	}
	if c.not {
		return node{op: opNot, branches: []node{n}}
	}
	return n
}
