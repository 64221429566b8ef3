package op

import (
	"context"
	"slices"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/capacity"
	"github.com/statordb/stator/internal/store"
)

// Limits of BatchGetItem ("BatchGetItem", API Reference).
const (
	batchKeysMax     = 100
	batchGetBytesMax = 16 << 20 // of the items, as DynamoDB counts
)

// Checks of BatchGetItem in the order in which they win, the first of each key, the others of each
// table. They come between the names of attributes and the look-up of tables.
var (
	batchGetKeyChecks = []check{
		(*itemRequest).nesting,
		(*itemRequest).keyValues,
	}
	batchGetTableChecks = []check{
		(*itemRequest).placeholders,
		(*itemRequest).attributeNames,
		(*itemRequest).projectionText,
		(*itemRequest).unused,
	}
)

// batchGet is a BatchGetItem while it is served.
type batchGet struct {
	in       *api.BatchGetItemInput
	tables   []*itemRequest // as RequestItems
	lookups  []store.Lookup // of the keys, table by table
	consumed consumption
	out      api.BatchGetItemOutput
}

// batchGetItem reads items of several tables. What does not fit into a response is named in it.
func (s *Service) batchGetItem(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.BatchGetItemInput) //nolint:errcheck,forcetypeassert // the route says so
	if err := firstRefusal(in, batchGetEmpty, batchGetMembers, batchGetSize); err != nil {
		return dst, err
	}
	b := batchGet{in: in}
	defer b.done()
	b.consumed.wanted = in.ReturnConsumedCapacity.V
	b.open(s)
	if err := b.check(); err != nil {
		return dst, err
	}
	if err := b.read(ctx, s); err != nil {
		return dst, err
	}
	b.out.ConsumedCapacity = b.consumed.list()
	return b.out.AppendJSON(dst), nil
}

// done gives back what b has borrowed.
func (b *batchGet) done() {
	store.Release(b.lookups)
	for _, r := range b.tables {
		r.done()
	}
}

// open makes a request of each table.
func (b *batchGet) open(s *Service) {
	older := b.in.Origin.Older()
	for i := range b.in.RequestItems {
		given := &b.in.RequestItems[i].V
		r := s.itemRequest(getting)
		r.within, r.older = aBatch, older
		r.tableName, r.returnConsumed = api.Some(b.in.RequestItems[i].Key), b.in.ReturnConsumedCapacity
		r.projection, r.names, r.attributesToGet = given.ProjectionExpression, given.ExpressionAttributeNames, given.AttributesToGet
		b.tables = append(b.tables, r)
	}
}

// check refuses what follows from the request alone, then what follows from the tables.
func (b *batchGet) check() *apierr.Error {
	err := b.eachKey(veryDeepValues)
	if err == nil {
		err = b.eachKey(emptyNames)
	}
	if err == nil {
		err = batchGetMixing(b.in)
	}
	if err == nil {
		err = b.eachKey(batchGetKeyChecks)
	}
	if err == nil {
		err = eachFirst(b.tables, batchGetTableChecks)
	}
	if err == nil {
		err = batchGetDuplicates(b.in)
	}
	if err == nil {
		err = eachFirst(b.tables, tableLookups)
	}
	if err == nil {
		err = b.keys()
	}
	return err
}

// eachKey makes checks of each key.
func (b *batchGet) eachKey(checks []check) *apierr.Error {
	for i, r := range b.tables {
		keys := b.in.RequestItems[i].V.Keys
		for k := range keys {
			r.attributes = &keys[k]
			if err := r.first(checks); err != nil {
				return err
			}
		}
	}
	return nil
}

// keys makes look-ups of the keys and refuses those that tables cannot have, and one given under two
// names of its table.
func (b *batchGet) keys() *apierr.Error {
	err := b.eachKey([]check{(*itemRequest).givenKey, (*itemRequest).scalarKeys, func(r *itemRequest) *apierr.Error {
		b.lookups = append(b.lookups, store.Lookup{Table: r.table, Key: r.key})
		return nil
	}})
	if err != nil || !b.otherNames() {
		return err
	}
	seen := newItemSet(len(b.lookups))
	for i := range b.lookups {
		if !seen.add(b.lookups[i].Table, b.lookups[i].Key) {
			return errDuplicateKeys
		}
	}
	return nil
}

// otherNames reports whether a table has two names in the request: its own and its ARN.
func (b *batchGet) otherNames() bool {
	for i, r := range b.tables {
		if slices.ContainsFunc(b.tables[:i], func(o *itemRequest) bool { return o.table.ID == r.table.ID }) {
			return true
		}
	}
	return false
}

// read reads the items, table by table.
func (b *batchGet) read(ctx context.Context, s *Service) error {
	b.out.Responses = make(api.Map[[]attr.Item], len(b.tables))
	b.out.UnprocessedKeys = api.Map[api.KeysAndAttributes]{}
	left, room := b.lookups, batchGetBytesMax
	for i, r := range b.tables {
		given := &b.in.RequestItems[i]
		of := left[:len(given.V.Keys)]
		left = left[len(of):]
		found := 0
		if room > 0 { // else the response was full in an earlier table
			c := store.Eventually
			if given.V.ConsistentRead.V {
				c = store.Strongly
			}
			var err error
			if found, err = s.store.GetAll(ctx, of, c, room); err != nil {
				return err
			}
		}
		b.out.Responses[i] = api.Entry[[]attr.Item]{Key: given.Key, V: b.take(r, of[:found], given.V.ConsistentRead.V)}
		for j := range of[:found] {
			room -= of[j].Size
		}
		if found < len(of) {
			rest := given.V
			rest.Keys, room = rest.Keys[found:], 0
			b.out.UnprocessedKeys = append(b.out.UnprocessedKeys, api.Entry[api.KeysAndAttributes]{Key: given.Key, V: rest})
		}
	}
	return nil
}

// take returns what the request asks for of the items that were found, and counts what all cost.
func (b *batchGet) take(r *itemRequest, ls []store.Lookup, strong bool) []attr.Item {
	items, units := []attr.Item{}, 0.0
	for i := range ls {
		units += capacity.Read(ls[i].Size, strong)
		if ls[i].Item != nil {
			items = append(items, r.chosen(ls[i].Item))
		}
	}
	if len(ls) > 0 {
		b.consumed.add(r.table, r.consumed(units))
	}
	return items
}
