package expr

import (
	"strconv"

	"github.com/statordb/stator/internal/attr"
)

// What UpdateItem charges for the parts of a statement, in bytes of item size. The figures were found
// by bisecting statements on AWS (captures-items §3.7).
const (
	chargeStatement   = 3
	chargeWrite       = 19 // SET and ADD
	chargeTakeAway    = 1  // REMOVE and DELETE
	chargeTargetStep  = 4
	chargePath        = 1
	chargePathStep    = 14
	chargeSum         = 34
	chargeDifference  = 37
	chargeIfNotExists = 39
	chargeListAppend  = 37
)

// Charge returns the bytes that UpdateItem charges for the statement, whatever the item. They must not
// exceed what an item may have. The parameters that expressions replaced are charged nothing.
func (b *BoundUpdate) Charge() int {
	if b.legacy {
		return 0
	}
	charge := chargeStatement
	for i := range b.actions {
		a := &b.actions[i]
		charge += b.targetCharge(b.refs[a.target].path)
		switch a.section {
		case sectionSet:
			charge += chargeWrite + b.expressionCharge(a.value)
		case sectionAdd:
			charge += chargeWrite + b.refs[a.operand].value.Size()
		case sectionRemove, sectionDelete:
			charge += chargeTakeAway
		}
	}
	return charge
}

func (b *BoundUpdate) targetCharge(p attr.Path) int {
	charge := stepBytes(p[0])
	for _, s := range p[1:] {
		charge += chargeTargetStep + stepBytes(s)
	}
	return charge
}

func (b *BoundUpdate) expressionCharge(e *expression) int {
	charge := 0
	for _, o := range e.operands {
		charge += b.expressionCharge(o)
	}
	switch e.form {
	case formSum:
		return charge + chargeSum
	case formDifference:
		return charge + chargeDifference
	case formIfNotExists:
		return charge + chargeIfNotExists
	case formListAppend:
		return charge + chargeListAppend
	default: // an operand
	}
	r := &b.refs[e.ref]
	if r.path == nil {
		return r.value.Size()
	}
	charge = chargePath
	for _, s := range r.path {
		charge += chargePathStep + stepBytes(s)
	}
	return charge
}

// stepBytes returns the length of a name, or of an index as it is written.
func stepBytes(s attr.Step) int {
	if s.IsIndex() {
		return len(strconv.Itoa(s.Index))
	}
	return len(s.Name)
}
