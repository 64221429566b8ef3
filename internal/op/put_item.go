package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/store"
)

// putItemChecks are the checks of PutItem in the order in which they win (captures-items §13).
var putItemChecks = []check{
	(*itemRequest).emptyTableName,
	(*itemRequest).writeMembers,
	(*itemRequest).veryDeep,
	(*itemRequest).emptyAttributeName,
	(*itemRequest).itemValues,
	(*itemRequest).mixing,
	(*itemRequest).checkConditionalOperator,
	(*itemRequest).legacyNesting,
	(*itemRequest).placeholders,
	(*itemRequest).conditionText,
	(*itemRequest).onlyOldOrNone,
	(*itemRequest).expectations,
	(*itemRequest).itemSize,
	(*itemRequest).conditionMeaning,
	(*itemRequest).unused,
	(*itemRequest).findTable,
	(*itemRequest).keyOfItem,
	(*itemRequest).indexKeys,
	(*itemRequest).scalarKeys,
}

// putItem stores an item, in place of the one under its key if there is one.
func (s *Service) putItem(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.PutItemInput) //nolint:errcheck,forcetypeassert // the route says so
	r := s.itemRequest(putting)
	defer r.done()
	r.tableName, r.member, r.attributes = in.TableName, "item", &in.Item
	r.condition, r.names, r.values = in.ConditionExpression, in.ExpressionAttributeNames, &in.ExpressionAttributeValues
	r.expected, r.conditionalOperator = in.Expected, in.ConditionalOperator
	r.returnValues, r.returnOnFailure = in.ReturnValues, in.ReturnValuesOnConditionCheckFailure
	r.returnMetrics, r.returnConsumed = in.ReturnItemCollectionMetrics, in.ReturnConsumedCapacity
	if err := r.check(in.Origin, putItemChecks); err != nil {
		return dst, err
	}
	r.put = store.Put(in.Item.Item)
	res, err := r.apply(ctx, &r.put)
	if err != nil {
		return dst, err
	}
	out := api.PutItemOutput{ConsumedCapacity: r.written(res), ItemCollectionMetrics: r.collectionMetrics(res)}
	out.Attributes.Item = r.old(res)
	return out.AppendJSON(dst), nil
}

// itemSize refuses an item to put that is too large.
func (r *itemRequest) itemSize() *apierr.Error {
	if !r.attributes.Fits(attr.ItemBytesMax) {
		return apierr.Validation("Item size has exceeded the maximum allowed size")
	}
	return nil
}
