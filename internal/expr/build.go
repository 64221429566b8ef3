package expr

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// Builder makes a condition or an update of its parts instead of a text, for a language that means
// the same by them. Its refusals are of StatementKind, and come in the order in which it is called.
// The zero Builder is ready. It is used for one request: what it made belongs to it.
type Builder struct {
	refs    []bound
	actions []action
}

// Operand is what a clause compares.
type Operand struct{ operand operand }

// Clause is a condition, or a part of one.
type Clause struct{ node node }

// Path is the operand that p leads to.
func (b *Builder) Path(p attr.Path) Operand { return Operand{operand{ref: b.ref(bound{path: p})}} }

// Value is the operand v.
func (b *Builder) Value(v attr.Value) Operand { return Operand{operand{ref: b.ref(bound{value: v})}} }

// Truth is the operand that is a BOOL: whether c holds.
func (b *Builder) Truth(c Clause) Operand { return Operand{operand{test: &c.node}} }

// Size is the size of an operand. Only one may be given.
func (b *Builder) Size(of ...Operand) (Operand, *apierr.Error) {
	if len(of) != 1 {
		return Operand{}, StatementKind.refuse(wrongCount(sizeFunction, len(of)))
	}
	o := of[0].operand
	o.sizes++
	return Operand{o}, nil
}

func (b *Builder) ref(r bound) int {
	b.refs = append(b.refs, r)
	return len(b.refs) - 1
}

// ConditionFunction reports whether name is that of a function which is a condition.
func ConditionFunction(name string) bool {
	_, operands := conditionFunction(name)
	return operands > 0
}

// Clause compares operands by an operator or function, as expressions call it.
func (b *Builder) Clause(operator string, operands ...Operand) (Clause, *apierr.Error) {
	n := node{operands: make([]operand, len(operands))}
	for i := range operands {
		n.operands[i] = operands[i].operand
	}
	for o := opEqual; o <= opContains; o++ {
		if opNames[o] == operator {
			n.op = o
		}
	}
	if n.op == opIn && len(operands) < 2 {
		return Clause{}, StatementKind.refuse(wrongCount(operator, len(operands)))
	}
	checks := binder{kind: StatementKind, bound: b.refs}
	if what := checks.check(&n); what != "" {
		return Clause{}, StatementKind.refuse(what)
	}
	return Clause{n}, nil
}

// And is the condition that all clauses hold.
func And(clauses ...Clause) Clause { return join(opAnd, clauses) }

// Or is the condition that one of the clauses holds.
func Or(clauses ...Clause) Clause { return join(opOr, clauses) }

// Not is the condition that c does not hold.
func Not(c Clause) Clause { return join(opNot, []Clause{c}) }

func join(o op, clauses []Clause) Clause {
	n := node{op: o, branches: make([]node, len(clauses))}
	for i := range clauses {
		n.branches[i] = clauses[i].node
	}
	return Clause{n}
}

// Condition returns c, made by b, as a condition on items.
func (b *Builder) Condition(c Clause) *BoundCondition {
	return &BoundCondition{kind: StatementKind, root: &c.node, refs: b.refs}
}

// WrongType is the refusal of an operand of the type called t.
func WrongType(operator, t string) *apierr.Error { return StatementKind.refuse(wrongType(operator, t)) }
