package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/store"
)

// deleteItemChecks are the checks of DeleteItem in the order in which they win (captures-items §13).
var deleteItemChecks = []check{
	(*itemRequest).emptyTableName,
	(*itemRequest).deleteMembers,
	(*itemRequest).veryDeep,
	(*itemRequest).emptyAttributeName,
	(*itemRequest).mixing,
	(*itemRequest).checkConditionalOperator,
	(*itemRequest).nesting,
	(*itemRequest).keyValues,
	(*itemRequest).placeholders,
	(*itemRequest).conditionText,
	(*itemRequest).conditionMeaning,
	(*itemRequest).unused,
	(*itemRequest).expectations,
	(*itemRequest).findTable,
	(*itemRequest).givenKey,
	(*itemRequest).scalarKeys,
}

// deleteItem removes an item, if there is one under the key.
func (s *Service) deleteItem(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.DeleteItemInput) //nolint:errcheck,forcetypeassert // the route says so
	r := s.itemRequest(deleting)
	defer r.done()
	r.tableName, r.member, r.attributes = in.TableName, "key", &in.Key
	r.condition, r.names, r.values = in.ConditionExpression, in.ExpressionAttributeNames, &in.ExpressionAttributeValues
	r.expected, r.conditionalOperator = in.Expected, in.ConditionalOperator
	r.returnValues, r.returnOnFailure = in.ReturnValues, in.ReturnValuesOnConditionCheckFailure
	r.returnMetrics, r.returnConsumed = in.ReturnItemCollectionMetrics, in.ReturnConsumedCapacity
	if err := r.check(in.Origin, deleteItemChecks); err != nil {
		return dst, err
	}
	res, err := r.apply(ctx, store.Delete{})
	if err != nil {
		return dst, err
	}
	out := api.DeleteItemOutput{ConsumedCapacity: r.written(res), ItemCollectionMetrics: r.collectionMetrics(res)}
	out.Attributes.Item = r.old(res)
	return out.AppendJSON(dst), nil
}

// deleteMembers refuses members as writeMembers does. What only UpdateItem returns is one of the
// member errors here, the last; the older layer reports it by itself.
func (r *itemRequest) deleteMembers() *apierr.Error {
	r.collectWriteMembers()
	unsupported := r.onlyOldOrNone()
	switch {
	case r.returnValues.Set && !api.EnumReturnValue.Has(r.returnValues.V), r.attributes.Item == nil:
	case r.older && len(r.members.Texts()) == 0:
		return unsupported
	case unsupported != nil:
		r.members.Add(oldOrNone)
	}
	return r.members.refusal()
}
