package expr

import (
	"encoding/base64"
	"slices"
	"strconv"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// binder binds the refs of a condition and checks its clauses, in the order of the text.
type binder struct {
	kind  Kind
	scope *Scope
	refs  []ref
	bound []bound
	done  int // refs bound so far
}

func (b *binder) node(n *node) *apierr.Error {
	for i := range n.branches {
		if err := b.node(&n.branches[i]); err != nil {
			return err
		}
	}
	if len(n.branches) > 0 {
		return nil
	}
	for ; b.done < n.refsEnd; b.done++ {
		var err *apierr.Error
		if b.bound[b.done], err = b.refs[b.done].bind(b.kind, b.scope); err != nil {
			return err
		}
	}
	if what := b.check(n); what != "" {
		return b.kind.refuse(what)
	}
	return nil
}

// check returns what is wrong with a clause whose refs are bound.
func (b *binder) check(n *node) string {
	for _, check := range []func(*node) string{b.counts, b.needsPath, b.distinct, b.inCount, b.types} {
		if what := check(n); what != "" {
			return what
		}
	}
	return ""
}

func (b *binder) counts(n *node) string {
	for _, o := range n.operands {
		if o.count > 0 {
			return wrongCount(sizeFunction, o.count)
		}
	}
	if n.op >= opExists && len(n.operands) != n.op.functionOperands() {
		return wrongCount(opNames[n.op], len(n.operands))
	}
	return ""
}

func wrongCount(name string, count int) string {
	return "Incorrect number of operands for operator or function; operator or function: " + name +
		", number of operands: " + strconv.Itoa(count)
}

func (b *binder) needsPath(n *node) string {
	if (n.op == opExists || n.op == opNotExists) && b.path(n.operands[0]) == nil {
		return pathRequired(opNames[n.op])
	}
	return ""
}

func pathRequired(name string) string {
	return "Operator or function requires a document path; operator or function: " + name
}

// path returns the path that o is, or nil if it is something else.
func (b *binder) path(o operand) attr.Path {
	if o.sizes > 0 || o.test != nil {
		return nil
	}
	return b.bound[o.ref].path
}

// value returns the value that o is, or that it is the size() of; nil if it is something else.
func (b *binder) value(o operand) attr.Value {
	if o.test != nil {
		return nil
	}
	return b.bound[o.ref].value
}

func (b *binder) distinct(n *node) string {
	first := b.path(n.operands[0])
	if first == nil {
		return ""
	}
	for _, o := range n.operands[1:] {
		if slices.Equal(first, b.path(o)) {
			return "The first operand must be distinct from the remaining operands for this operator or function; operator: " +
				opNames[n.op] + ", first operand: " + first.String()
		}
	}
	return ""
}

func (b *binder) inCount(n *node) string {
	if given := len(n.operands) - 1; n.op == opIn && given > inOperandsMax {
		return "The IN operator is provided with too many operands; number of operands: " + strconv.Itoa(given)
	}
	return ""
}

// types checks the types that are known before there is an item: those of values and of sizes.
func (b *binder) types(n *node) string {
	for _, o := range n.operands {
		if t := b.sized(o); o.sizes > 0 && !hasSize(t) && t != attr.Invalid {
			return wrongType(sizeFunction, t.String())
		}
	}
	if n.op == opType {
		return b.typeName(n.operands[1])
	}
	for _, o := range n.operands {
		if t := b.typeOf(o); t != attr.Invalid && !n.op.takes(t) {
			return wrongType(opNames[n.op], t.String())
		}
	}
	if n.op == opBetween {
		return b.bounds(n.operands[1], n.operands[2])
	}
	return ""
}

func wrongType(name, t string) string {
	return "Incorrect operand type for operator or function; operator or function: " + name + ", operand type: " + t
}

// takes reports whether o can do something with a value of type t.
func (o op) takes(t attr.Type) bool {
	switch o {
	case opLess, opLessEqual, opGreater, opGreaterEqual, opBetween:
		return t.Scalar()
	case opBeginsWith:
		return t == attr.S || t == attr.B
	default:
		return true
	}
}

// typeOf returns the type of o, Invalid if only an item shows it.
func (b *binder) typeOf(o operand) attr.Type {
	if o.sizes > 0 {
		return attr.N
	}
	if o.test != nil {
		return attr.BOOL
	}
	return b.bound[o.ref].value.Type()
}

// sized returns the type of what the outermost size() around o is of.
func (b *binder) sized(o operand) attr.Type {
	o.sizes--
	return b.typeOf(o)
}

// hasSize reports whether size() of a value of type t is defined.
func hasSize(t attr.Type) bool {
	return t != attr.Invalid && t != attr.N && t != attr.BOOL && t != attr.NULL
}

// What attribute_type says it knows. The order is that of AWS's sets.
const (
	typeNames        = "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
	typesInStatement = "{N,BS,L,B,NULL,M,S,SS,NS,BOOL}"
	typeOfPaths      = "{S,HDS,N,FS,BS,NULL,DOUBLE,NS,DECIMAL,SS,DECIMALSET,BOOL,HD,DICT,INTSET,M,L,B,FLOAT,INT,DOUBLESET}"
)

// typeName checks the second operand of attribute_type.
func (b *binder) typeName(o operand) string {
	switch t := b.typeOf(o); t {
	case attr.Invalid:
		return wrongType(opNames[opType], typeOfPaths)
	case attr.S:
		if name := string(b.value(o).Bytes()); attr.TypeNamed(name) == attr.Invalid {
			valid := typeNames
			if b.kind == StatementKind {
				valid = typesInStatement
			}
			return "Invalid attribute type name found; type: " + name + ", valid types: " + valid
		}
		return ""
	default:
		return wrongType(opNames[opType], t.String())
	}
}

// bounds checks the bounds of BETWEEN, if both are values.
func (b *binder) bounds(from, to operand) string {
	low, high := b.value(from), b.value(to)
	if low == nil || high == nil || from.sizes+to.sizes > 0 {
		return ""
	}
	var what string
	switch {
	case low.Type() != high.Type():
		what = "same data type for lower and upper bounds"
	case attr.Compare(low, high) > 0:
		what = "upper bound to be greater than or equal to lower bound"
	default:
		return ""
	}
	return "The BETWEEN operator requires " + what + "; lower bound operand: AttributeValue: " + b.kind.showScalar(low) +
		", upper bound operand: AttributeValue: " + b.kind.showScalar(high)
}

// showScalar prints a scalar as refusals do: {S:a}, and {B:YQ==} or, of a statement, {B:[YQ==]}.
func (k Kind) showScalar(v attr.Value) string {
	text := string(v.Bytes())
	switch v.Type() {
	case attr.N:
		text = v.Number().String()
	case attr.B:
		text = base64.StdEncoding.EncodeToString(v.Bytes())
		if k == StatementKind {
			text = "[" + text + "]"
		}
	default: // S, which is its text
	}
	return "{" + v.Type().String() + ":" + text + "}"
}
