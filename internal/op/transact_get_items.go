package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/capacity"
	"github.com/statordb/stator/internal/store"
)

// transactGet is a TransactGetItems while it is served.
type transactGet struct {
	transaction
	in      *api.TransactGetItemsInput
	lookups []store.Lookup
}

// transactGetItems reads up to 100 items as they are at one moment. It is never in the way of a
// transaction that writes, nor such a one in its.
func (s *Service) transactGetItems(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.TransactGetItemsInput) //nolint:errcheck,forcetypeassert // the route says so
	if err := firstRefusal(in, transactGetSize, transactGetMembers); err != nil {
		return dst, err
	}
	t := transactGet{in: in}
	defer t.done()
	t.open(s)
	if err := t.check(); err != nil {
		return dst, err
	}
	t.lookups = make([]store.Lookup, len(t.actions))
	for i := range t.actions {
		a := &t.actions[i]
		t.lookups[i] = store.Lookup{Table: a.table, Key: a.key}
	}
	defer store.Release(t.lookups)
	n, err := s.store.GetAll(ctx, t.lookups, store.AsOne, transactBytesMax)
	switch {
	case err != nil:
		return dst, err
	case n < len(t.lookups):
		return dst, errTransactBytes
	}
	return t.output().AppendJSON(dst), nil
}

// transactGetSize refuses too few or too many actions.
func transactGetSize(in *api.TransactGetItemsInput) *apierr.Error {
	var m memberErrors
	api.ListLength(&m.Constraints, "transactItems", in.TransactItems, 1, transactActionsMax)
	return m.refusal()
}

// transactGetMembers refuses members, of the request and of all actions together.
func transactGetMembers(in *api.TransactGetItemsInput) *apierr.Error { return constrained(in) }

// open makes the actions.
func (t *transactGet) open(s *Service) {
	t.actions = make([]action, 0, len(t.in.TransactItems))
	for i := range t.in.TransactItems {
		g := t.in.TransactItems[i].Get
		a := t.add(s, getting, "get", g.TableName, &g.Key)
		a.projection, a.names, a.returnConsumed = g.ProjectionExpression, g.ExpressionAttributeNames, t.in.ReturnConsumedCapacity
	}
}

// check makes the checks of TransactGetItems in the order in which they win (captures-tables §6.2).
func (t *transactGet) check() *apierr.Error {
	err := t.names()
	for _, checks := range [][]check{veryDeepValues, emptyNames, transactGetChecks, tableLookups} {
		if err == nil {
			err = t.each(checks)
		}
	}
	if err != nil {
		return err
	}
	t.keys()
	if err := t.cancelled(); err != nil {
		return err
	}
	return t.duplicates()
}

// output is the response. Of an item of which nothing was asked for that it has there is as little as of
// one that does not exist.
func (t *transactGet) output() *api.TransactGetItemsOutput {
	consumed := consumption{wanted: t.in.ReturnConsumedCapacity.V}
	out := &api.TransactGetItemsOutput{Responses: make([]api.ItemResponse, len(t.actions))}
	for i := range t.actions {
		a := &t.actions[i]
		consumed.add(a.table, a.consumed(capacity.Transactional*capacity.Read(t.lookups[i].Size, true)))
		if it := a.chosen(t.lookups[i].Item); it.Len() > 0 {
			out.Responses[i].Item = api.Attributes{Item: it, Hashed: true}
		}
	}
	out.ConsumedCapacity = consumed.mirroredReads()
	return out
}
