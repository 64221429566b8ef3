package op

import (
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/expr"
)

// mixing refuses expressions beside the parameters that they replaced, save that KeyConditions may stand
// beside all but a KeyConditionExpression: the mapper of the AWS SDK for Java 1 sends them with a
// FilterExpression.
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
	note(&replaced, r.filterName(), r.filters != nil)
	note(&replaced, "KeyConditions", r.keyConditions != nil && r.keyCondition.Set)
	note(&replaced, "Expected", r.expected != nil)
	note(&replaced, "ConditionalOperator", r.conditionalOperator.Set)
	if replaced == nil {
		return nil
	}
	note(&expressions, "ProjectionExpression", r.projection.Set)
	note(&expressions, "UpdateExpression", r.update.Set)
	note(&expressions, r.kind.conditionKind().String(), r.condition.Set)
	note(&expressions, expr.KeyConditionKind.String(), r.keyCondition.Set)
	return r.shape(mixed(replaced, expressions))
}

// mixed is the refusal of expressions beside the parameters that they replaced.
func mixed(replaced, expressions []string) *apierr.Error {
	return apierr.Validationf("Can not use both expression and non-expression parameters in the same request: "+
		"Non-expression parameters: {%s} Expression parameters: {%s}",
		strings.Join(replaced, ", "), strings.Join(expressions, ", "))
}

func (r *itemRequest) hasExpressions() bool {
	return r.projection.Set || r.update.Set || r.condition.Set || r.keyCondition.Set
}

// filterName is the parameter that FilterExpression replaced.
func (r *itemRequest) filterName() string {
	if r.kind == scanning {
		return "ScanFilter"
	}
	return "QueryFilter"
}

// placeholders refuses names and values of expressions that nothing could use, and gives the others
// to the scope of the request.
func (r *itemRequest) placeholders() *apierr.Error {
	err := firstRefusal(r, (*itemRequest).placeholderMaps, (*itemRequest).openScope)
	if err != nil || !r.hasValues() {
		return err
	}
	return r.expressionValues()
}

// hasValues reports whether there are ExpressionAttributeValues.
func (r *itemRequest) hasValues() bool { return r.values != nil && r.values.Item != nil }

// placeholderMaps refuses maps of placeholders that are empty or have no expression to serve.
func (r *itemRequest) placeholderMaps() *apierr.Error {
	if r.names != nil {
		if err := r.placeholderMap("ExpressionAttributeNames", len(r.names)); err != nil {
			return err
		}
	}
	if r.hasValues() && !r.idleValues() {
		return r.placeholderMap("ExpressionAttributeValues", r.values.Len())
	}
	return nil
}

// idleValues reports whether there are values without an expression where AWS lets that pass: beside a
// Put in a transaction (captures-tables §6.2).
func (r *itemRequest) idleValues() bool {
	return r.within == aTransaction && r.kind == putting && r.hasValues() && !r.hasExpressions()
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
	if !r.older || member != "ExpressionAttributeValues" {
		return ""
	}
	switch r.kind {
	case updating:
		return ": UpdateExpression and ConditionExpression are null"
	case querying:
		return ": FilterExpression and KeyConditionExpression are null"
	default: // has one expression that could have values
		return ": " + r.kind.conditionKind().String() + " is null"
	}
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
func (r *itemRequest) unused() *apierr.Error {
	if r.idleValues() {
		return nil
	}
	return r.shape(r.scope.Unused())
}
