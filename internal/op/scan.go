package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
)

// scanChecks are the checks of Scan in the order in which they win (captures-items §8).
var scanChecks = []pageCheck{
	(*pageRequest).olderMembers,
	(*pageRequest).numberMembers,
	(*pageRequest).nameMembers,
	(*pageRequest).veryDeep,
	(*pageRequest).emptyAttributeName,
	(*pageRequest).mixing,
	(*pageRequest).checkConditionalOperator,
	(*pageRequest).filterValues,
	(*pageRequest).legacyFilter,
	(*pageRequest).attributeNames,
	(*pageRequest).startKeyValues,
	(*pageRequest).placeholders,
	(*pageRequest).filterExpression,
	(*pageRequest).projectionText,
	(*pageRequest).unused,
	(*pageRequest).selectWord,
	(*pageRequest).selectRules,
	(*pageRequest).segments,
	(*pageRequest).findTable,
	(*pageRequest).findIndex,
	(*pageRequest).wholeItems,
	(*pageRequest).startKeyShape,
	(*pageRequest).visitScan,
	(*pageRequest).scalarFilter,
	(*pageRequest).scalarProjection,
	(*pageRequest).chosenAttributes,
}

// scan reads a page of all items of a table or index, or of a segment of them.
func (s *Service) scan(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.ScanInput) //nolint:errcheck,forcetypeassert // the route says so
	r := s.pageRequest(scanning)
	defer r.done()
	r.input, r.tableName, r.indexName = in, in.TableName, in.IndexName
	r.condition, r.projection = in.FilterExpression, in.ProjectionExpression
	r.names, r.values = in.ExpressionAttributeNames, &in.ExpressionAttributeValues
	r.filters, r.conditionalOperator = in.ScanFilter, in.ConditionalOperator
	r.attributesToGet, r.selection = in.AttributesToGet, in.Select
	r.attributes, r.limit = &in.ExclusiveStartKey, in.Limit
	r.segment, r.totalSegments = in.Segment, in.TotalSegments
	r.strong = in.ConsistentRead.V
	r.returnConsumed = in.ReturnConsumedCapacity
	if err := r.check(in.Origin, scanChecks); err != nil {
		return dst, err
	}
	return r.read(ctx, dst)
}
