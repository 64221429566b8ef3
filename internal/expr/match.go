package expr

import (
	"bytes"

	"github.com/statordb/stator/internal/attr"
)

// Match reports whether it fulfils the condition. A nil item has no attributes; a nil condition is
// always fulfilled.
func (b *BoundCondition) Match(it attr.Item) bool {
	return b == nil || b.holds(b.root, it)
}

// holds recurses as deep as the text nests, which its operators bound.
func (b *BoundCondition) holds(n *node, it attr.Item) bool {
	switch n.op {
	case opAnd, opOr:
		for i := range n.branches {
			if b.holds(&n.branches[i], it) == (n.op == opOr) {
				return n.op == opOr
			}
		}
		return n.op == opAnd
	case opNot:
		return !b.holds(&n.branches[0], it)
	default:
		return b.test(n, it)
	}
}

// test evaluates a clause. A missing operand makes every clause false, but that it is unequal to
// anything.
func (b *BoundCondition) test(n *node, it attr.Item) bool {
	v := b.evaluate(n.operands[0], it)
	switch n.op {
	case opExists:
		return v.exists()
	case opNotExists:
		return !v.exists()
	case opIn:
		return v.exists() && b.isOneOf(v, n.operands[1:], it)
	default: // compares with a second operand
	}
	w := b.evaluate(n.operands[1], it)
	if !v.exists() || !w.exists() {
		return n.op == opUnequal
	}
	switch n.op {
	case opEqual:
		return v.equal(w)
	case opUnequal:
		return !v.equal(w)
	case opType:
		return v.valueType() == attr.TypeNamed(string(w.value.Bytes()))
	case opBeginsWith:
		return beginsWith(v.value, w.value)
	case opContains:
		return v.contains(w)
	case opBetween:
		high := b.evaluate(n.operands[2], it)
		return high.exists() && v.ordered(opGreaterEqual, w) && v.ordered(opLessEqual, high)
	default:
		return v.ordered(n.op, w)
	}
}

func (b *BoundCondition) isOneOf(v result, operands []operand, it attr.Item) bool {
	for _, o := range operands {
		if w := b.evaluate(o, it); w.exists() && v.equal(w) {
			return true
		}
	}
	return false
}

// evaluate returns what o is for it.
func (b *BoundCondition) evaluate(o operand, it attr.Item) result {
	v := b.base(o, it)
	if o.sizes == 0 {
		return result{value: v}
	}
	return result{sized: true, size: sizeOf(v)}
}

// base returns what o is for it but for the size() around it.
func (b *BoundCondition) base(o operand, it attr.Item) attr.Value {
	if o.test != nil {
		if b.holds(o.test, it) {
			return truth
		}
		return falsehood
	}
	r := &b.refs[o.ref]
	if r.value != nil {
		return r.value
	}
	return it.At(r.path)
}

// The values of a condition that is an operand.
var (
	truth     = attr.Value(attr.AppendBool(nil, true))
	falsehood = attr.Value(attr.AppendBool(nil, false))
)

func beginsWith(v, w attr.Value) bool {
	t := v.Type()
	return (t == attr.S || t == attr.B) && t == w.Type() && bytes.HasPrefix(v.Bytes(), w.Bytes())
}
