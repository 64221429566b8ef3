package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
)

// queryChecks are the checks of Query in the order in which they win (captures-items §13).
var queryChecks = []pageCheck{
	(*pageRequest).olderMembers,
	(*pageRequest).numberMembers,
	(*pageRequest).nameMembers,
	(*pageRequest).veryDeep,
	(*pageRequest).emptyAttributeName,
	(*pageRequest).mixing,
	(*pageRequest).selectWord,
	(*pageRequest).checkConditionalOperator,
	(*pageRequest).filterValues,
	(*pageRequest).legacyFilter,
	(*pageRequest).legacyKeyCondition,
	(*pageRequest).attributeNames,
	(*pageRequest).startKeyValues,
	(*pageRequest).placeholders,
	(*pageRequest).keyConditionExpression,
	(*pageRequest).filterExpression,
	(*pageRequest).projectionText,
	(*pageRequest).unused,
	(*pageRequest).selectRules,
	(*pageRequest).findTable,
	(*pageRequest).keyConditionGiven,
	(*pageRequest).findIndex,
	(*pageRequest).startKeyShape,
	(*pageRequest).bindKey,
	(*pageRequest).startInQuery,
	(*pageRequest).scalarProjection,
	(*pageRequest).filterOffKey,
	(*pageRequest).wholeItems,
	(*pageRequest).scalarFilter,
	(*pageRequest).filterProjected,
	(*pageRequest).chosenAttributes,
}

// query reads a page of the items with one partition key.
func (s *Service) query(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.QueryInput) //nolint:errcheck,forcetypeassert // the route says so
	r := s.pageRequest(querying)
	defer r.done()
	r.input, r.tableName, r.indexName = in, in.TableName, in.IndexName
	r.keyCondition, r.condition, r.projection = in.KeyConditionExpression, in.FilterExpression, in.ProjectionExpression
	r.names, r.values = in.ExpressionAttributeNames, &in.ExpressionAttributeValues
	r.keyConditions, r.filters, r.conditionalOperator = in.KeyConditions, in.QueryFilter, in.ConditionalOperator
	r.attributesToGet, r.selection = in.AttributesToGet, in.Select
	r.attributes, r.limit = &in.ExclusiveStartKey, in.Limit
	r.strong, r.reverse = in.ConsistentRead.V, !in.ScanIndexForward.Or(true)
	r.returnConsumed = in.ReturnConsumedCapacity
	if err := r.check(in.Origin, queryChecks); err != nil {
		return dst, err
	}
	return r.read(ctx, dst)
}
