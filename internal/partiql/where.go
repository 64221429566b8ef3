package partiql

import (
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/expr"
)

// compileWhere makes a condition of the WHERE clause.
func (b *Bound) compileWhere() *apierr.Error {
	if b.where == nil {
		return nil
	}
	c, err := b.clause(b.where, "")
	if err == nil {
		b.condition = b.builder.Condition(c)
	}
	return err
}

// clause makes a condition of n, which stands under an AND, OR or NOT, or is the whole WHERE clause.
func (b *Bound) clause(n *node, under string) (expr.Clause, *apierr.Error) {
	switch {
	case n.form == formIs:
		return b.is(n)
	case n.form == formCall && expr.ConditionFunction(n.text):
		return b.compare(n.text, n.args)
	case n.form == formOperator:
		return b.operation(n)
	}
	_, t, err := b.operand(n)
	switch {
	case err != nil:
		return expr.Clause{}, err
	case under == "" || t == attr.Invalid:
		return expr.Clause{}, errNotBoolean
	}
	return expr.Clause{}, expr.WrongType(under, t.String())
}

// operation makes a condition of an operator.
func (b *Bound) operation(n *node) (c expr.Clause, err *apierr.Error) {
	switch n.text {
	case "and", "or":
		clauses := make([]expr.Clause, len(n.args))
		for i, o := range n.args {
			if clauses[i], err = b.clause(o, strings.ToUpper(n.text)); err != nil {
				return c, err
			}
		}
		if n.text == "and" {
			return expr.And(clauses...), nil
		}
		return expr.Or(clauses...), nil
	case "not":
		if c, err = b.clause(n.args[0], "NOT"); err != nil {
			return c, err
		}
		return expr.Not(c), nil
	case "in":
		c, err = b.in(n)
	case "between":
		c, err = b.compare("BETWEEN", n.args)
	case "=", "<>", "<", "<=", ">", ">=":
		c, err = b.compare(n.text, n.args)
	default:
		return c, unsupportedOperator(n)
	}
	if err == nil && n.not {
		c = expr.Not(c)
	}
	return c, err
}

func unsupportedOperator(n *node) *apierr.Error {
	return apierr.Validation("Unsupported operator in Condition Expression. Operator: " + strings.ToUpper(n.text))
}

func (b *Bound) in(n *node) (expr.Clause, *apierr.Error) {
	if !listed(n.args[1]) {
		return expr.Clause{}, unsupportedOperator(n)
	}
	return b.compare("IN", append([]*node{n.args[0]}, n.args[1].args...))
}

// compare makes a condition of an operator or function, as expressions call it, and its operands.
func (b *Bound) compare(operator string, args []*node) (expr.Clause, *apierr.Error) {
	operands, err := b.operands(args)
	if err != nil {
		return expr.Clause{}, err
	}
	return b.builder.Clause(operator, operands...)
}

func (b *Bound) operands(args []*node) ([]expr.Operand, *apierr.Error) {
	operands := make([]expr.Operand, len(args))
	for i, n := range args {
		var err *apierr.Error
		if operands[i], _, err = b.operand(n); err != nil {
			return nil, err
		}
	}
	return operands, nil
}

// operand makes an operand of n and returns its type, Invalid if only an item shows it.
func (b *Bound) operand(n *node) (o expr.Operand, t attr.Type, err *apierr.Error) {
	switch {
	case isValue(n):
		v, err := b.value(n)
		if err != nil {
			return o, t, err
		}
		return b.builder.Value(v), v.Type(), nil
	case n.form == formCall && n.text == "size":
		of, err := b.operands(n.args)
		if err != nil {
			return o, t, err
		}
		o, err = b.builder.Size(of...)
		return o, attr.N, err
	case n.form == formCall && expr.ConditionFunction(n.text):
		c, err := b.compare(n.text, n.args)
		return b.builder.Truth(c), attr.BOOL, err
	case n.form == formIs:
		return o, t, apierr.Validation("Unsupported operator in Condition Expression. Operator: IS")
	case n.form == formSimpleCase || n.form == formSearchedCase:
		return o, t, apierr.Validation("Unsupported operator in Condition Expression. Operator: CASE")
	case n.form == formOperator:
		return o, t, unsupportedOperator(n)
	}
	path, err := b.path(n)
	if err != nil {
		return o, t, err
	}
	return b.builder.Path(path), t, nil
}

// is makes a condition of IS. It asks for the type of what is there, which is none if nothing is.
func (b *Bound) is(n *node) (c expr.Clause, err *apierr.Error) {
	of := n.args[0]
	if !isPath(of) && !isValue(of) {
		return c, apierr.Validation("The left hand side argument to IS must be a Variable Reference, Literal, or Path")
	}
	o, _, err := b.operand(of)
	if err != nil {
		return c, err
	}
	switch asks := typeTests[n.text].asks; {
	case asks != attr.Invalid:
		c, err = b.builder.Clause("attribute_type", o, b.builder.Value(attr.AppendS(nil, asks.String())))
	case isPath(of):
		c, err = b.builder.Clause("attribute_not_exists", o)
	default: // a value is not missing
		c, err = b.builder.Clause("<>", o, o)
	}
	if err == nil && n.not {
		c = expr.Not(c)
	}
	return c, err
}
