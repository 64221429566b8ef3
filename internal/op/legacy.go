package op

import (
	"slices"
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/expr"
)

// attributeUpdates makes an update of AttributeUpdates.
func (r *itemRequest) attributeUpdates() (err *apierr.Error) {
	if len(r.updates) == 0 {
		return nil
	}
	for i := range r.updates {
		switch r.updates[i].V.Action.Or("PUT") {
		case "ADD", "DELETE", "PUT":
			continue
		}
		return r.shape(apierr.Validation("Member must satisfy enum value set: [ADD, DELETE, PUT]' for Action"))
	}
	us := make([]expr.AttributeUpdate, len(r.updates))
	for i := range r.updates {
		given := &r.updates[i].V
		if err := r.refused(&given.Value.Faults); err != nil {
			return err
		}
		us[i] = expr.AttributeUpdate{Attribute: r.updates[i].Key, Action: given.Action.V, Value: given.Value.Value}
	}
	// In order, however they were sent: a patch of many attributes is made in linear time then.
	slices.SortFunc(us, func(a, b expr.AttributeUpdate) int { return strings.Compare(a.Attribute, b.Attribute) })
	r.boundUpdate, err = expr.LegacyUpdate(us)
	return r.shape(err)
}

// expectations makes a condition of Expected.
func (r *itemRequest) expectations() (err *apierr.Error) {
	if len(r.expected) == 0 {
		return nil
	}
	es := make([]expr.Expectation, len(r.expected))
	for i := range r.expected {
		given := &r.expected[i].V
		if err := r.refused(&given.Value.Faults); err != nil {
			return err
		}
		if err := r.refused(&given.AttributeValueList.Faults); err != nil {
			return err
		}
		e := &es[i]
		e.Attribute, e.Value, e.ComparisonOperator = r.expected[i].Key, given.Value.Value, given.ComparisonOperator.V
		e.List, e.HasList = given.AttributeValueList.Values, given.AttributeValueList.Values != nil
		if given.Exists.Set {
			e.Exists = &given.Exists.V
		}
	}
	r.boundCondition, err = expr.LegacyCondition(expr.Expected, es, r.conditionalOperator.V)
	return r.shape(err)
}
