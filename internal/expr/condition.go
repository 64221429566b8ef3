package expr

import (
	"iter"
	"slices"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// Condition is a parsed condition, filter or key condition.
type Condition struct {
	kind Kind
	root node
	refs []ref
}

// node is a condition: AND, OR and NOT have branches, all others operands.
type node struct {
	op       op
	branches []node
	operands []operand
	refsEnd  int // the refs before it are of this node and those left of it
}

// operand is a path, a value, the truth of a condition, or a size of one.
type operand struct {
	ref   int
	test  *node // whose truth it is, if that is what it is; there is no ref then
	sizes int   // how many size() are around it
	count int   // how many operands a size() has; 0: one, as it should
}

// op is what a node does with its operands.
type op uint8

const (
	opAnd op = iota
	opOr
	opNot
	opEqual
	opUnequal
	opLess
	opLessEqual
	opGreater
	opGreaterEqual
	opBetween
	opIn
	opExists
	opNotExists
	opType
	opBeginsWith
	opContains
)

// opNames are the names in texts and refusals.
var opNames = [...]string{
	opAnd: "AND", opOr: "OR", opNot: "NOT",
	opEqual: "=", opUnequal: "<>", opLess: "<", opLessEqual: "<=", opGreater: ">", opGreaterEqual: ">=",
	opBetween: "BETWEEN", opIn: "IN",
	opExists: "attribute_exists", opNotExists: "attribute_not_exists", opType: "attribute_type",
	opBeginsWith: "begins_with", opContains: "contains",
}

// comparator returns the operator that a symbol is.
func comparator(symbol string) (op, bool) {
	for o := opEqual; o <= opGreaterEqual; o++ {
		if opNames[o] == symbol {
			return o, true
		}
	}
	return 0, false
}

// conditionFunction returns the operator that a function is, and how many operands it has.
func conditionFunction(name string) (o op, operands int) {
	for o := opExists; o <= opContains; o++ {
		if opNames[o] == name {
			return o, o.functionOperands()
		}
	}
	return 0, 0
}

// functionOperands returns how many operands a function has.
func (o op) functionOperands() int {
	if o == opExists || o == opNotExists {
		return 1
	}
	return 2
}

// BoundCondition is a condition on items. It may be used concurrently.
type BoundCondition struct {
	kind Kind
	root *node
	refs []bound
}

// Bind returns what c means with the placeholders of s, until s is reset. Clauses are checked in the
// order of the text.
func (c *Condition) Bind(s *Scope) (*BoundCondition, *apierr.Error) {
	b := binder{kind: c.kind, scope: s, refs: c.refs, bound: s.boundRefs(len(c.refs))}
	if err := b.node(&c.root); err != nil {
		return nil, err
	}
	return &BoundCondition{kind: c.kind, root: &c.root, refs: b.bound}, nil
}

// Resolve is Bind without the checks of operands: Check makes them, where another check comes first.
func (c *Condition) Resolve(s *Scope) (*BoundCondition, *apierr.Error) {
	out := &BoundCondition{kind: c.kind, root: &c.root, refs: s.boundRefs(len(c.refs))}
	for i := range c.refs {
		var err *apierr.Error
		if out.refs[i], err = c.refs[i].bind(c.kind, s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Check makes the checks of operands that Resolve left out.
func (b *BoundCondition) Check() *apierr.Error {
	checks := binder{kind: b.kind, bound: b.refs, done: len(b.refs)}
	return checks.node(b.root)
}

// Paths returns the document paths that b reads, in the order of the text.
func (b *BoundCondition) Paths() []attr.Path { return slices.Collect(b.EachPath()) }

// EachPath yields what Paths returns.
func (b *BoundCondition) EachPath() iter.Seq[attr.Path] {
	return func(yield func(attr.Path) bool) {
		if b == nil {
			return
		}
		for i := range b.refs {
			if p := b.refs[i].path; p != nil && !yield(p) {
				return
			}
		}
	}
}
