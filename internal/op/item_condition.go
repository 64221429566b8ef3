package op

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/expr"
)

// conditionText parses the ConditionExpression.
func (r *itemRequest) conditionText() (err *apierr.Error) {
	if !r.condition.Set {
		return nil
	}
	r.parsedCondition, err = r.service.expressions.Condition(expr.ConditionKind, r.condition.V)
	return r.shape(err)
}

// conditionMeaning resolves the placeholders of the ConditionExpression and checks its operands.
func (r *itemRequest) conditionMeaning() (err *apierr.Error) {
	if r.parsedCondition == nil {
		return nil
	}
	r.boundCondition, err = r.parsedCondition.Bind(&r.scope)
	return r.shape(err)
}

// checkConditionalOperator refuses a ConditionalOperator that joins nothing, or is none.
func (r *itemRequest) checkConditionalOperator() *apierr.Error {
	if !r.conditionalOperator.Set {
		return nil
	}
	return r.shape(expr.CheckConditionalOperator(r.conditionalOperator.V, len(r.expected)))
}
