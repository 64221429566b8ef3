package op

import (
	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/expr"
)

// legacyFilter makes the filter of QueryFilter or ScanFilter.
func (r *pageRequest) legacyFilter() (err *apierr.Error) {
	if len(r.filters) == 0 {
		return nil
	}
	where := expr.QueryFilter
	if r.kind == scanning {
		where = expr.ScanFilter
	}
	r.boundCondition, err = expr.LegacyCondition(where, conditions(r.filters), r.conditionalOperator.V)
	return err
}

// legacyKeyCondition makes the key condition of KeyConditions.
func (r *pageRequest) legacyKeyCondition() (err *apierr.Error) {
	if len(r.keyConditions) == 0 {
		return nil
	}
	r.clauses, err = expr.LegacyKeyCondition(conditions(r.keyConditions))
	return err
}

// conditions returns the entries of a parameter of the time before expressions. A list of values that is
// absent is one that is empty.
func conditions(m api.Map[api.Condition]) []expr.Expectation {
	es := make([]expr.Expectation, len(m))
	for i := range m {
		given := &m[i].V
		es[i] = expr.Expectation{
			Attribute: m[i].Key, ComparisonOperator: given.ComparisonOperator.V,
			List: given.AttributeValueList.Values, HasList: true,
		}
	}
	return es
}
