package op

import (
	"context"
	"errors"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/store"
)

// batchWritesMax is how many items a BatchWriteItem may write ("BatchWriteItem", API Reference).
const batchWritesMax = 25

// Checks of BatchWriteItem in the order in which they win (captures-tables §5). The first are made of
// each request before the look-up of tables, the others after it.
var (
	batchPutChecks = []check{
		(*itemRequest).itemValues,
		(*itemRequest).itemSize,
	}
	batchDeleteChecks = []check{
		(*itemRequest).nesting,
		(*itemRequest).keyValues,
	}
	batchPutKeyChecks = []check{
		(*itemRequest).keyOfItem,
		(*itemRequest).indexKeys,
	}
	batchDeleteKeyChecks = []check{
		(*itemRequest).givenKey,
	}
)

// batchWrite is a BatchWriteItem while it is served.
type batchWrite struct {
	service  *Service
	in       *api.BatchWriteItemInput
	requests []*itemRequest // table by table, as RequestItems
	writes   []store.Write
	results  []store.Result
	undone   []bool // of requests
	buf      []byte
}

// batchWriteItem puts and deletes items, each on its own. What could not be done is named in the
// response.
func (s *Service) batchWriteItem(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.BatchWriteItemInput) //nolint:errcheck,forcetypeassert // the route says so
	if err := firstRefusal(in, batchWriteEmpty, batchWriteMembers, batchWriteNames, batchWriteSize, batchWriteShapes); err != nil {
		return dst, err
	}
	b := batchWrite{service: s, in: in}
	defer b.done()
	b.open()
	if err := b.check(); err != nil {
		return dst, err
	}
	if err := b.apply(ctx); err != nil {
		return dst, err
	}
	return b.output().AppendJSON(dst), nil
}

// open makes a request of each entry.
func (b *batchWrite) open() {
	for i := range b.in.RequestItems {
		t := &b.in.RequestItems[i]
		for w := range t.V {
			var r *itemRequest
			if put := t.V[w].PutRequest; put != nil {
				r = b.service.itemRequest(putting)
				r.attributes = &put.Item
			} else {
				r = b.service.itemRequest(deleting)
				r.attributes = &t.V[w].DeleteRequest.Key
			}
			r.within, r.older, r.tableName = aBatch, true, api.Some(t.Key)
			r.returnConsumed, r.returnMetrics = b.in.ReturnConsumedCapacity, b.in.ReturnItemCollectionMetrics
			b.requests = append(b.requests, r)
		}
	}
}

// done gives back what b has borrowed.
func (b *batchWrite) done() {
	for _, r := range b.requests {
		r.done()
	}
}

// check refuses what follows from the request alone, then what follows from the tables.
func (b *batchWrite) check() *apierr.Error {
	for _, checks := range [][]check{veryDeepValues, emptyNames} {
		if err := eachFirst(b.requests, checks); err != nil {
			return err
		}
	}
	for _, r := range b.requests {
		if err := r.first(byKind(r, batchPutChecks, batchDeleteChecks)); err != nil {
			return err
		}
	}
	if err := eachFirst(b.requests, tableLookups); err != nil {
		return err
	}
	for _, r := range b.requests {
		if err := r.first(byKind(r, batchPutKeyChecks, batchDeleteKeyChecks)); err != nil {
			return err
		}
	}
	items := newItemSet(len(b.requests))
	for _, r := range b.requests {
		if !items.add(r.table, r.key) {
			return errDuplicateKeys
		}
	}
	return nil
}

func byKind(r *itemRequest, put, other []check) []check {
	if r.kind == putting {
		return put
	}
	return other
}

// apply makes the writes. They are independent, but one transaction for all of them costs one commit
// and hardly more than one write does, so that is tried first; where others are in the way, or a write
// is refused, each has one of its own.
func (b *batchWrite) apply(ctx context.Context) error {
	b.writes, b.results = make([]store.Write, len(b.requests)), make([]store.Result, len(b.requests))
	b.undone = make([]bool, len(b.requests))
	for i, r := range b.requests {
		b.writes[i] = store.Write{Table: r.table, Key: r.key, Change: r.batchChange()}
	}
	err := b.service.store.Transact(ctx, b.writes, b.results, &b.buf, nil)
	if errors.Is(err, store.ErrRefused) {
		return b.applyEach(ctx)
	}
	return err
}

// batchChange is what the request does to its item.
func (r *itemRequest) batchChange() store.Change {
	if r.kind == putting {
		r.put = store.Put(r.attributes.Item)
		return &r.put
	}
	return store.Delete{}
}

// applyEach makes the writes at the same time, each by itself. One that met a transaction is not done.
func (b *batchWrite) applyEach(ctx context.Context) error {
	errs := make([]error, len(b.requests))
	parallel(len(b.requests), func(i int) {
		r := b.requests[i]
		res, err := r.apply(ctx, r.batchChange())
		if err == nil {
			b.results[i] = *res
		}
		errs[i] = err
	})
	for i, err := range errs {
		if e, ok := errors.AsType[*apierr.Error](err); ok && e.Code == apierr.TransactionConflict().Code {
			errs[i], b.undone[i] = nil, true
		}
	}
	return firstError(errs)
}
