package expr

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// check checks the operands that are known before there is an item: those of ADD and DELETE, then
// those of functions, each in the order of the text.
func (b *BoundUpdate) check() *apierr.Error {
	for i := range b.actions {
		a := &b.actions[i]
		if a.section != sectionAdd && a.section != sectionDelete {
			continue
		}
		if t := b.refs[a.operand].value.Type(); !a.section.takes(t) {
			return UpdateKind.refuse("Incorrect operand type for operator or function; operator: " + sectionNames[a.section] +
				", operand type: " + longTypeNames[t] + ", typeSet: ALLOWED_FOR_ADD_OPERAND")
		}
	}
	for i := range b.actions {
		if e := b.actions[i].value; e != nil {
			if what := b.checkExpression(e); what != "" {
				return UpdateKind.refuse(what)
			}
		}
	}
	return nil
}

// takes reports whether ADD or DELETE can do something with a value of type t.
func (s section) takes(t attr.Type) bool {
	return t.Set() || t == attr.N && s == sectionAdd
}

// longTypeNames are the names of types in the refusals of ADD and DELETE.
var longTypeNames = [...]string{
	attr.S: "STRING", attr.N: "NUMBER", attr.B: "Binary", attr.BOOL: "BOOL", attr.NULL: "NULL",
	attr.SS: "SS", attr.NS: "NS", attr.BS: "BS", attr.L: "LIST", attr.M: "MAP",
}

// checkExpression checks e and what it is made of, innermost first.
func (b *BoundUpdate) checkExpression(e *expression) string {
	for _, o := range e.operands {
		if what := b.checkExpression(o); what != "" {
			return what
		}
	}
	return b.checkCall(e)
}

// checkCall checks what e does, not what it is made of.
func (b *BoundUpdate) checkCall(e *expression) string {
	if e.form == formOperand {
		return ""
	}
	if len(e.operands) != 2 {
		return wrongCount(e.name, len(e.operands))
	}
	if first := e.operands[0]; e.form == formIfNotExists && (first.form != formOperand || b.refs[first.ref].path == nil) {
		return pathRequired(e.name)
	}
	for _, o := range e.operands {
		if o.form != formOperand {
			continue
		}
		if t := b.refs[o.ref].value.Type(); t != attr.Invalid && !e.form.takes(t) {
			return wrongType(e.name, t.String())
		}
	}
	return ""
}

// takes reports whether f can do something with a value of type t.
func (f form) takes(t attr.Type) bool {
	switch f {
	case formSum, formDifference:
		return t == attr.N
	case formListAppend:
		return t == attr.L
	default:
		return true
	}
}
