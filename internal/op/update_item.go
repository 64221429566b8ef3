package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/store"
)

// updateItemChecks are the checks of UpdateItem in the order in which they win (captures-items §13).
var updateItemChecks = []check{
	(*itemRequest).emptyTableName,
	(*itemRequest).missingKey,
	(*itemRequest).tableNameAlone,
	(*itemRequest).firstBadEnum,
	(*itemRequest).veryDeep,
	(*itemRequest).emptyAttributeName,
	(*itemRequest).mixing,
	(*itemRequest).checkConditionalOperator,
	(*itemRequest).nesting,
	(*itemRequest).keyValues,
	(*itemRequest).attributeUpdates,
	(*itemRequest).expectations,
	(*itemRequest).placeholders,
	(*itemRequest).emptyCondition,
	(*itemRequest).updateExpression,
	(*itemRequest).conditionText,
	(*itemRequest).conditionPlaceholders,
	(*itemRequest).unused,
	(*itemRequest).conditionOperands,
	(*itemRequest).findTable,
	(*itemRequest).givenKey,
	(*itemRequest).scalarKeys,
	(*itemRequest).requestCharge,
}

// updateItem changes an item, or makes one if there is none under the key.
func (s *Service) updateItem(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.UpdateItemInput) //nolint:errcheck,forcetypeassert // the route says so
	r := s.itemRequest(updating)
	defer r.done()
	r.tableName, r.member, r.attributes = in.TableName, "key", &in.Key
	r.condition, r.update = in.ConditionExpression, in.UpdateExpression
	r.names, r.values = in.ExpressionAttributeNames, &in.ExpressionAttributeValues
	r.expected, r.conditionalOperator, r.updates = in.Expected, in.ConditionalOperator, in.AttributeUpdates
	r.returnValues, r.returnOnFailure = in.ReturnValues, in.ReturnValuesOnConditionCheckFailure
	r.returnMetrics, r.returnConsumed = in.ReturnItemCollectionMetrics, in.ReturnConsumedCapacity
	if err := r.check(in.Origin, updateItemChecks); err != nil {
		return dst, err
	}
	r.change = change{r.boundUpdate, in.Key.Item, r.table}
	res, err := r.apply(ctx, &r.change)
	if err != nil {
		return dst, err
	}
	out := api.UpdateItemOutput{ConsumedCapacity: r.written(res), ItemCollectionMetrics: r.collectionMetrics(res)}
	out.Attributes.Item = r.updated(res)
	return out.AppendJSON(dst), nil
}

// updated is what ReturnValues asks for. Attributes that changed are left out if there are none.
func (r *itemRequest) updated(res *store.Result) attr.Item {
	switch r.returnValues.V {
	case allOld:
		return res.Old
	case allNew:
		return res.New
	case updatedOld:
		return r.touched(res.Old)
	case updatedNew:
		if r.boundUpdate == nil || r.boundUpdate.JustRemoves() {
			return nil
		}
		return r.touched(res.New)
	}
	return nil
}

// touched returns the parts of an item that the update names, or nil if it has none of them.
func (r *itemRequest) touched(it attr.Item) attr.Item {
	if it == nil || r.boundUpdate == nil {
		return nil
	}
	r.mask = r.boundUpdate.Touched()
	if parts := r.chosen(it); parts.Len() > 0 {
		return parts
	}
	return nil
}

// missingKey refuses a request without a Key, with everything else that the older layer finds wrong
// with its members. Whether the name of the table can be one does not count.
func (r *itemRequest) missingKey() *apierr.Error {
	if r.attributes.Item != nil {
		return nil
	}
	m := &r.members
	m.enum("returnConsumedCapacity", r.returnConsumed, api.EnumReturnConsumedCapacity)
	m.Require("tableName", r.tableName.Set)
	m.enum("returnValues", r.returnValues, api.EnumReturnValue)
	m.enum("returnValuesOnConditionCheckFailure", r.returnOnFailure, api.EnumReturnValuesOnConditionCheckFailure)
	m.enum("returnItemCollectionMetrics", r.returnMetrics, api.EnumReturnItemCollectionMetrics)
	m.Require("key", false)
	return m.refusal()
}

// tableNameAlone refuses the name of the table without looking at other members, save that a bad
// ReturnValues is reported with a name that is absent.
func (r *itemRequest) tableNameAlone() *apierr.Error {
	m := &r.members
	if m.tableName(r.tableName, api.PatternFirst); !r.tableName.Set {
		m.enum("returnValues", r.returnValues, api.EnumReturnValue)
	}
	return m.refusal()
}

// firstBadEnum refuses the first word outside its enum. Two of the enums are refused bare.
func (r *itemRequest) firstBadEnum() *apierr.Error {
	m := &r.members
	if m.returnValues(r.returnValues, r.older); len(m.Texts()) > 0 {
		return m.refusal()
	}
	if m.enum("returnValuesOnConditionCheckFailure", r.returnOnFailure, api.EnumReturnValuesOnConditionCheckFailure); len(m.Texts()) > 0 {
		return apierr.Validation(m.Texts()[0])
	}
	if m.enum("returnItemCollectionMetrics", r.returnMetrics, api.EnumReturnItemCollectionMetrics); len(m.Texts()) > 0 {
		return m.refusal()
	}
	if m.enum("returnConsumedCapacity", r.returnConsumed, api.EnumReturnConsumedCapacity); len(m.Texts()) > 0 {
		return apierr.Validation(m.Texts()[0])
	}
	return nil
}

// emptyCondition refuses an empty ConditionExpression, which comes before an empty UpdateExpression.
func (r *itemRequest) emptyCondition() *apierr.Error {
	if r.condition.V != "" {
		return nil
	}
	return r.conditionText()
}

// updateExpression parses the UpdateExpression, resolves its placeholders and checks its operands.
func (r *itemRequest) updateExpression() *apierr.Error {
	if !r.update.Set {
		return nil
	}
	parsed, err := r.service.parsed.Update(r.update.V)
	if err == nil {
		r.boundUpdate, err = parsed.Bind(&r.scope)
	}
	return r.shape(err)
}

// requestCharge refuses an UpdateExpression that could make too large an item, whatever is stored
// (captures-items §3.7). AttributeUpdates are not charged.
func (r *itemRequest) requestCharge() *apierr.Error {
	if r.update.Set && r.boundUpdate.Charge() > attr.ItemBytesMax {
		return errUpdateSize
	}
	return nil
}
