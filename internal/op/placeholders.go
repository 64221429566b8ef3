package op

import (
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/expr"
)

// mixing refuses expressions beside the parameters that they replaced.
func (r *itemRequest) mixing() *apierr.Error {
	if !r.hasExpressions() {
		return nil
	}
	var replaced, expressions []string
	note := func(names *[]string, name string, given bool) {
		if given {
			*names = append(*names, name)
		}
	}
	note(&replaced, "AttributesToGet", r.attributesToGet != nil)
	note(&replaced, "AttributeUpdates", r.updates != nil)
	note(&replaced, "Expected", r.expected != nil)
	note(&replaced, "ConditionalOperator", r.conditionalOperator.Set)
	if replaced == nil {
		return nil
	}
	note(&expressions, "ProjectionExpression", r.projection.Set)
	note(&expressions, "UpdateExpression", r.update.Set)
	note(&expressions, "ConditionExpression", r.condition.Set)
	return r.shape(apierr.Validationf("Can not use both expression and non-expression parameters in the same request: "+
		"Non-expression parameters: {%s} Expression parameters: {%s}",
		strings.Join(replaced, ", "), strings.Join(expressions, ", ")))
}

func (r *itemRequest) hasExpressions() bool {
	return r.projection.Set || r.update.Set || r.condition.Set
}

// placeholders refuses names and values of expressions that nothing could use, and gives the others
// to the scope of the request.
func (r *itemRequest) placeholders() *apierr.Error {
	if r.names != nil {
		if err := r.placeholderMap("ExpressionAttributeNames", len(r.names)); err != nil {
			return err
		}
	}
	hasValues := r.values != nil && r.values.Item != nil
	if hasValues {
		if err := r.placeholderMap("ExpressionAttributeValues", r.values.Len()); err != nil {
			return err
		}
	}
	if err := r.openScope(); err != nil || !hasValues {
		return err
	}
	return r.expressionValues()
}

// placeholderMap refuses a map of placeholders that is empty or has no expression to serve.
func (r *itemRequest) placeholderMap(member string, entries int) *apierr.Error {
	switch {
	case !r.hasExpressions():
		return r.shape(apierr.Validation(member + " can only be specified when using expressions" + r.nullExpressions(member)))
	case entries == 0:
		return r.shape(apierr.Validation(member + " must not be empty"))
	}
	return nil
}

// nullExpressions is what the older layer adds about values.
func (r *itemRequest) nullExpressions(member string) string {
	switch {
	case !r.older || member != "ExpressionAttributeValues":
		return ""
	case r.kind == updating:
		return ": UpdateExpression and ConditionExpression are null"
	}
	return ": ConditionExpression is null"
}

// openScope fills the scope that expressions find their placeholders in.
func (r *itemRequest) openScope() *apierr.Error {
	names := r.scopeNames[:0]
	for i := range r.names {
		names = append(names, expr.Name{Placeholder: r.names[i].Key, Attribute: r.names[i].V})
	}
	r.scopeNames = names
	if r.values == nil {
		r.scope.Reset(names, nil)
	} else {
		r.scope.Reset(names, r.values.Item)
	}
	return r.shape(r.scope.CheckKeys())
}

// unused refuses placeholders that no expression has.
func (r *itemRequest) unused() *apierr.Error { return r.shape(r.scope.Unused()) }
