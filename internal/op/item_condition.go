package op

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/expr"
)

// conditionText parses the ConditionExpression or FilterExpression.
func (r *itemRequest) conditionText() (err *apierr.Error) {
	if !r.condition.Set {
		return nil
	}
	r.parsedCondition, err = r.service.parsed.Condition(r.kind.conditionKind(), r.condition.V)
	return r.shape(err)
}

// conditionMeaning resolves the placeholders of what conditionText parsed and checks its operands.
func (r *itemRequest) conditionMeaning() (err *apierr.Error) {
	if r.parsedCondition == nil {
		return nil
	}
	r.boundCondition, err = r.parsedCondition.Bind(&r.scope)
	return r.shape(err)
}

// conditionPlaceholders resolves the placeholders of the ConditionExpression. UpdateItem refuses those
// that nothing uses before it looks at the operands.
func (r *itemRequest) conditionPlaceholders() (err *apierr.Error) {
	if r.parsedCondition == nil {
		return nil
	}
	r.boundCondition, err = r.parsedCondition.Resolve(&r.scope)
	return r.shape(err)
}

// conditionOperands checks the operands of the ConditionExpression.
func (r *itemRequest) conditionOperands() *apierr.Error {
	if r.parsedCondition == nil {
		return nil
	}
	return r.shape(r.boundCondition.Check())
}

// checkConditionalOperator refuses a ConditionalOperator that joins nothing, or is none.
func (r *itemRequest) checkConditionalOperator() *apierr.Error {
	if !r.conditionalOperator.Set {
		return nil
	}
	return r.shape(expr.CheckConditionalOperator(r.conditionalOperator.V, len(r.expected)+len(r.filters)))
}
