package expr

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// KeyCondition is a parsed key condition: comparisons of one attribute each, joined by AND.
type KeyCondition struct {
	condition *Condition
	clauses   []*node // in the order of the text
}

// ParseKeyCondition reads a key condition. Its general grammar is that of conditions and is checked
// first, then what a key condition may have of it (captures-items §6.5).
func ParseKeyCondition(text string) (*KeyCondition, *apierr.Error) {
	c, err := ParseCondition(KeyConditionKind, text)
	if err != nil {
		return nil, err
	}
	k := &KeyCondition{condition: c}
	if err := k.collect(&c.root); err != nil {
		return nil, err
	}
	return k, nil
}

// collect appends the clauses of n.
func (k *KeyCondition) collect(n *node) *apierr.Error {
	switch n.op {
	case opAnd:
		for i := range n.branches {
			if err := k.collect(&n.branches[i]); err != nil {
				return err
			}
		}
		return nil
	case opOr, opNot, opIn, opUnequal, opExists, opNotExists, opType, opContains:
		return apierr.Validation("Invalid operator used in KeyConditionExpression: " + opNames[n.op])
	default:
		k.clauses = append(k.clauses, n)
		return k.checkShape(n)
	}
}

// checkShape checks that n is about one attribute.
func (k *KeyCondition) checkShape(n *node) *apierr.Error {
	var attribute attr.Path
	for i, o := range n.operands {
		path := k.condition.refs[o.ref].path
		switch {
		case o.sizes > 0:
			return KeyConditionKind.refuse("KeyConditionExpressions cannot contain nested operations")
		case i == 0 && path == nil && (n.op == opBetween || n.op == opBeginsWith):
			return badKeyClause(opNames[n.op] + " operator must have the key attribute as its first operand")
		case path == nil:
		case attribute != nil:
			return badKeyClause("Multiple attribute names used in one condition")
		case len(path) > 1:
			return KeyConditionKind.refuse("KeyConditionExpressions cannot have conditions on nested attributes")
		default:
			attribute = path
		}
	}
	if attribute == nil {
		return badKeyClause("No key attribute specified")
	}
	return nil
}

func badKeyClause(what string) *apierr.Error {
	return apierr.Validation("Invalid condition in KeyConditionExpression: " + what)
}

// KeyOperator is how a KeyClause compares.
type KeyOperator uint8

// The operators of key conditions.
const (
	KeyEqual KeyOperator = iota
	KeyLess
	KeyLessEqual
	KeyGreater
	KeyGreaterEqual
	KeyBetween
	KeyBeginsWith
	KeyNotIndexable // of KeyConditions: an operator that no key condition may have
)

var keyOperators = map[op]KeyOperator{
	opEqual: KeyEqual, opLess: KeyLess, opLessEqual: KeyLessEqual, opGreater: KeyGreater,
	opGreaterEqual: KeyGreaterEqual, opBetween: KeyBetween, opBeginsWith: KeyBeginsWith,
}

// turned are the operators that say the same with the operands exchanged.
var turned = map[op]op{
	opEqual: opEqual, opLess: opGreater, opLessEqual: opGreaterEqual, opGreater: opLess, opGreaterEqual: opLessEqual,
}

// KeyClause is a condition on one attribute of a key: Attribute Operator Values.
type KeyClause struct {
	Attribute string
	Operator  KeyOperator
	Values    []attr.Value // two for KeyBetween, any number for KeyNotIndexable, else one
}

// Bind returns the clauses with the placeholders of s, in the order of the text.
func (k *KeyCondition) Bind(s *Scope) ([]KeyClause, *apierr.Error) {
	b, err := k.condition.Bind(s)
	if err != nil {
		return nil, err
	}
	clauses := make([]KeyClause, len(k.clauses))
	for i, n := range k.clauses {
		clauses[i] = b.keyClause(n)
	}
	if err := onePerAttribute(clauses); err != nil {
		return nil, err
	}
	return clauses, nil
}

func (b *BoundCondition) keyClause(n *node) KeyClause {
	var c KeyClause
	o := n.op
	for i, operand := range n.operands {
		r := &b.refs[operand.ref]
		if r.path == nil {
			c.Values = append(c.Values, r.value)
			continue
		}
		c.Attribute = r.path[0].Name
		if i > 0 {
			o = turned[o]
		}
	}
	c.Operator = keyOperators[o]
	return c
}

// onePerAttribute refuses two clauses about one attribute.
func onePerAttribute(clauses []KeyClause) *apierr.Error {
	seen := make(map[string]bool, len(clauses))
	for i := range clauses {
		if seen[clauses[i].Attribute] {
			return KeyConditionKind.refuse("KeyConditionExpressions must only contain one condition per key")
		}
		seen[clauses[i].Attribute] = true
	}
	return nil
}

// LegacyKeyCondition returns the clauses that KeyConditions means. That an operator cannot be of a key
// is for the caller to refuse: AWS does so once it has found the table.
func LegacyKeyCondition(es []Expectation) ([]KeyClause, *apierr.Error) {
	clauses := make([]KeyClause, len(es))
	for i := range es {
		c, values, err := es[i].check(KeyConditions)
		if err != nil {
			return nil, err
		}
		o, ok := keyOperators[c.op]
		if !ok || c.not {
			o = KeyNotIndexable
		}
		clauses[i] = KeyClause{Attribute: es[i].Attribute, Operator: o, Values: values}
	}
	return clauses, nil
}
