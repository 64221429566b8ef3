package expr

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// Expression is the right-hand side of a SET, or an operand in one.
type Expression struct{ expression *expression }

// PathExpression is the value that p leads to.
func (b *Builder) PathExpression(p attr.Path) Expression {
	return Expression{&expression{ref: b.ref(bound{path: p})}}
}

// ValueExpression is v.
func (b *Builder) ValueExpression(v attr.Value) Expression {
	return Expression{&expression{ref: b.ref(bound{value: v})}}
}

// Call is what an operator or function, as expressions call it, makes of operands, which have been checked.
func (b *Builder) Call(name string, operands ...Expression) (Expression, *apierr.Error) {
	e := &expression{name: name, form: updateForms[name]}
	for _, o := range operands {
		e.operands = append(e.operands, o.expression)
	}
	checks := BoundUpdate{refs: b.refs}
	if what := checks.checkCall(e); what != "" {
		return Expression{}, StatementKind.refuse(what)
	}
	return Expression{e}, nil
}

// Set adds the action that puts e where p leads.
func (b *Builder) Set(p attr.Path, e Expression) {
	b.actions = append(b.actions, action{section: sectionSet, target: b.ref(bound{path: p}), value: e.expression})
}

// Remove adds the action that takes away what p leads to.
func (b *Builder) Remove(p attr.Path) {
	b.actions = append(b.actions, action{section: sectionRemove, target: b.ref(bound{path: p})})
}

// Add adds the action that adds the members of a set to the one that p leads to.
func (b *Builder) Add(p attr.Path, set attr.Value) { b.change(sectionAdd, p, set) }

// Delete adds the action that takes the members of a set out of the one that p leads to.
func (b *Builder) Delete(p attr.Path, set attr.Value) { b.change(sectionDelete, p, set) }

func (b *Builder) change(s section, p attr.Path, set attr.Value) {
	target := b.ref(bound{path: p})
	b.actions = append(b.actions, action{section: s, target: target, operand: b.ref(bound{value: set})})
}

// Update returns the actions that were added.
func (b *Builder) Update() *BoundUpdate { return &BoundUpdate{actions: b.actions, refs: b.refs} }

// CheckPaths refuses two actions at paths that cannot go together.
func (b *BoundUpdate) CheckPaths() *apierr.Error { return checkPaths(StatementKind, b.Paths()) }
