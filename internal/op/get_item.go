package op

import (
	"context"
	"slices"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/capacity"
)

// getItemChecks are the checks of GetItem in the order in which they win (captures-items §13).
var getItemChecks = []check{
	(*itemRequest).emptyTableName,
	(*itemRequest).getMembers,
	(*itemRequest).veryDeep,
	(*itemRequest).emptyAttributeName,
	(*itemRequest).mixing,
	(*itemRequest).nesting,
	(*itemRequest).keyValues,
	(*itemRequest).placeholders,
	(*itemRequest).attributeNames,
	(*itemRequest).projectionText,
	(*itemRequest).unused,
	(*itemRequest).findTable,
	(*itemRequest).givenKey,
	(*itemRequest).scalarKeys,
}

// getItem reads an item.
func (s *Service) getItem(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.GetItemInput) //nolint:errcheck,forcetypeassert // the route says so
	r := s.itemRequest(getting)
	defer r.done()
	r.tableName, r.member, r.attributes = in.TableName, "key", &in.Key
	r.projection, r.names, r.attributesToGet = in.ProjectionExpression, in.ExpressionAttributeNames, in.AttributesToGet
	r.returnConsumed = in.ReturnConsumedCapacity
	if err := r.check(in.Origin, getItemChecks); err != nil {
		return dst, err
	}
	strong := in.ConsistentRead.V
	it, size, err := s.store.Get(ctx, r.table, r.key, strong, &r.buf)
	if err != nil {
		return dst, err
	}
	out := api.GetItemOutput{ConsumedCapacity: r.consumed(capacity.Read(size, strong))}
	out.Item.Item = r.chosen(it)
	return out.AppendJSON(dst), nil
}

// chosen returns the part of an item that the mask of the request chooses: perhaps an empty item, but
// no item only of none.
func (r *itemRequest) chosen(it attr.Item) attr.Item {
	if it == nil || r.mask == nil {
		return it
	}
	from := len(r.buf)
	r.buf = r.mask.Apply(r.buf, it)
	return attr.Item(r.buf[from:])
}

// getMembers refuses members that break what the model says of them.
func (r *itemRequest) getMembers() *apierr.Error {
	m := &r.members
	m.Require("key", r.attributes.Item != nil)
	m.tableName(r.tableName, api.OneOfName)
	m.enum("returnConsumedCapacity", r.returnConsumed, api.EnumReturnConsumedCapacity)
	m.attributesToGet(r.attributesToGet)
	return m.refusal()
}

// attributeNames makes a mask of AttributesToGet.
func (r *itemRequest) attributeNames() *apierr.Error {
	if r.attributesToGet == nil {
		return nil
	}
	names := slices.Sorted(slices.Values(r.attributesToGet)) // a mask is made in linear time then
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			return apierr.Invalid("Duplicate value in attribute name: " + names[i])
		}
	}
	r.mask = new(attr.Mask)
	for _, name := range names {
		r.mask.Add(attr.Path{{Name: name}})
	}
	return nil
}

// projectionText parses the ProjectionExpression and makes a mask of it.
func (r *itemRequest) projectionText() *apierr.Error {
	if !r.projection.Set {
		return nil
	}
	parsed, err := r.service.parsed.Projection(r.projection.V)
	if err == nil {
		r.boundProjection, err = parsed.Bind(&r.scope)
	}
	if err != nil {
		return err
	}
	r.mask = r.boundProjection.Mask()
	return nil
}
