package partiql

import (
	"slices"
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/expr"
)

// compileUpdate makes an update of all SET and REMOVE clauses: assignments first, as overlaps of
// paths are reported.
func (b *Bound) compileUpdate() *apierr.Error {
	if b.verb != updating {
		return nil
	}
	for i := range b.changes {
		if c := &b.changes[i]; c.value != nil {
			if err := b.assign(c); err != nil {
				return err
			}
		}
	}
	for i := range b.changes {
		if c := &b.changes[i]; c.value == nil {
			path, err := b.path(c.path)
			if err != nil {
				return err
			}
			b.builder.Remove(path)
		}
	}
	b.update = b.builder.Update()
	return nil
}

func (b *Bound) assign(c *change) *apierr.Error {
	path, err := b.path(c.path)
	if err != nil {
		return err
	}
	if n := c.value; n.form == formCall && (n.text == setAdd || n.text == setDelete) {
		return b.changeSet(path, n)
	}
	e, err := b.expression(c.value)
	if err == nil {
		b.builder.Set(path, e)
	}
	return err
}

// changeSet makes an action of set_add or set_delete.
func (b *Bound) changeSet(path attr.Path, n *node) *apierr.Error {
	name := strings.ToUpper(n.text)
	if len(n.args) != 2 {
		return b.at(n, name+" must have exactly two arguments")
	}
	if first, err := b.path(n.args[0]); !isPath(n.args[0]) || err != nil || !slices.Equal(first, path) {
		return b.at(n, "The first argument to "+name+" must equal the assignment value")
	}
	var set attr.Value
	if isValue(n.args[1]) {
		var err *apierr.Error
		if set, err = b.value(n.args[1]); err != nil {
			return err
		}
	}
	switch {
	case !set.Type().Set():
		return b.at(n.args[0], "The second argument to "+name+" must be a value with type SET")
	case n.text == setAdd:
		b.builder.Add(path, set)
	default:
		b.builder.Delete(path, set)
	}
	return nil
}

// expression makes the right-hand side of an assignment, or an operand in it.
func (b *Bound) expression(n *node) (e expr.Expression, err *apierr.Error) {
	switch {
	case isValue(n):
		v, err := b.value(n)
		if err != nil {
			return e, err
		}
		return b.builder.ValueExpression(v), nil
	case isPath(n):
		path, err := b.path(n)
		if err != nil {
			return e, err
		}
		return b.builder.PathExpression(path), nil
	case n.form == formCall && (n.text == setAdd || n.text == setDelete):
		return e, b.at(n, "Unrecognized function: "+n.text)
	case n.form == formCall || n.form == formOperator && (n.text == "+" || n.text == "-") && len(n.args) == 2:
		return b.call(n)
	}
	if n.form != formOperator {
		return e, b.at(n, "Unsupported data type: "+unsupported[n.form]+" under key root")
	}
	return e, apierr.Validation("Unsupported operator in Update Expression. Operator: " + strings.ToUpper(n.text))
}

// call makes an operand of + or -, or of list_append.
func (b *Bound) call(n *node) (expr.Expression, *apierr.Error) {
	operands := make([]expr.Expression, len(n.args))
	for i, o := range n.args {
		var err *apierr.Error
		if operands[i], err = b.expression(o); err != nil {
			return expr.Expression{}, err
		}
	}
	return b.builder.Call(n.text, operands...)
}
