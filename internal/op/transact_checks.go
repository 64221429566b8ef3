package op

import (
	"strconv"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/expr"
)

// Checks of the actions of TransactWriteItems in the order in which they win, action by action
// (captures-tables §6.1). They come between the names of attributes and the look-up of tables.
var (
	transactPutChecks = []check{
		(*itemRequest).allValues,
		(*itemRequest).deepExpressionValue,
		(*itemRequest).conditionSize,
		(*itemRequest).nesting,
		(*itemRequest).itemSize,
		(*itemRequest).placeholderMaps,
		(*itemRequest).openScope,
		(*itemRequest).conditionText,
		(*itemRequest).conditionMeaning,
		(*itemRequest).unused,
	}
	transactUpdateChecks = []check{
		(*itemRequest).allValues,
		(*itemRequest).deepExpressionValue,
		(*itemRequest).updateSize,
		(*itemRequest).conditionSize,
		(*itemRequest).placeholderMaps,
		(*itemRequest).openScope,
		(*itemRequest).updateExpression,
		(*itemRequest).conditionText,
		(*itemRequest).conditionMeaning,
		(*itemRequest).unused,
		(*itemRequest).nesting,
	}
	transactKeyedChecks = []check{ // of Delete and ConditionCheck
		(*itemRequest).allValues,
		(*itemRequest).deepExpressionValue,
		(*itemRequest).conditionSize,
		(*itemRequest).placeholderMaps,
		(*itemRequest).openScope,
		(*itemRequest).conditionText,
		(*itemRequest).conditionMeaning,
		(*itemRequest).unused,
		(*itemRequest).nesting,
	}
	transactGetChecks = []check{
		(*itemRequest).nesting,
		(*itemRequest).keyValues,
		(*itemRequest).placeholders,
		(*itemRequest).projectionText,
		(*itemRequest).unused,
	}
)

// transactChecks are the checks of an action of TransactWriteItems.
func transactChecks(k itemOperation) []check {
	switch k {
	case putting:
		return transactPutChecks
	case updating:
		return transactUpdateChecks
	default:
		return transactKeyedChecks
	}
}

// allValues refuses the values of the item or key, then those of expressions.
func (r *itemRequest) allValues() *apierr.Error {
	if err := r.refused(&r.attributes.Faults); err != nil || !r.hasValues() {
		return err
	}
	return r.faultyExpressionValue()
}

// deepExpressionValue refuses expression values, used or not, that are nested deeper than any value can
// be compared with. A value one level deeper than an item can hold is fine until it is stored.
func (r *itemRequest) deepExpressionValue() *apierr.Error {
	if r.hasValues() && r.values.Faults.Levels > attr.LevelsMax+1 {
		return invalidValue(errTooDeep, r.values.Faults.DeepKey)
	}
	return nil
}

// conditionSize refuses a ConditionExpression that is too long, in transactions saying how long it is.
func (r *itemRequest) conditionSize() *apierr.Error {
	if len(r.condition.V) <= expr.TextBytesMax {
		return nil
	}
	err := r.conditionText()
	return apierr.Validation(err.Message + " expression size: " + strconv.Itoa(len(r.condition.V)))
}

// updateSize refuses an UpdateExpression that is too long.
func (r *itemRequest) updateSize() *apierr.Error {
	if len(r.update.V) <= expr.TextBytesMax {
		return nil
	}
	return r.updateExpression()
}
