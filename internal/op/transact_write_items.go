package op

import (
	"context"
	"errors"
	"sync"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/capacity"
	"github.com/statordb/stator/internal/store"
)

// transactActionsMax is how many actions a transaction may have ("TransactWriteItems", API Reference).
const transactActionsMax = 100

// transactWrite is a TransactWriteItems while it is served. It is pooled.
type transactWrite struct {
	transaction
	in      *api.TransactWriteItemsInput
	members memberErrors
	used    store.Token // if the request has one
	writes  []store.Write
	results []store.Result // of the actions
}

var transactWrites = sync.Pool{New: func() any { return new(transactWrite) }}

// done gives t back. What it held, results of the store above all, must not be used any more.
func (t *transactWrite) done() {
	t.transaction.done()
	clear(t.writes)
	clear(t.results)
	t.in, t.used, t.writes, t.results = nil, store.Token{}, t.writes[:0], t.results[:0]
	t.members.Reset()
	transactWrites.Put(t)
}

// transactWriteItems makes up to 100 changes of items, of any tables, or none of them.
func (s *Service) transactWriteItems(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.TransactWriteItemsInput)   //nolint:errcheck,forcetypeassert // the route says so
	t := transactWrites.Get().(*transactWrite) //nolint:errcheck,forcetypeassert // nothing else is put in
	defer t.done()
	t.in = in
	if err := firstRefusal(t, (*transactWrite).size, (*transactWrite).badMembers, (*transactWrite).shapes); err != nil {
		return dst, err
	}
	t.open(s)
	if err := t.check(); err != nil {
		return dst, err
	}
	token := t.token(s)
	err := t.apply(ctx, s, token)
	switch {
	case err == nil:
		out := t.output()
		return out.AppendJSON(dst), nil
	case errors.Is(err, store.ErrReplay):
		out := t.replay(token)
		return out.AppendJSON(dst), nil
	case errors.Is(err, store.ErrOtherRequest):
		return dst, apierr.IdempotentParameterMismatch()
	case errors.Is(err, store.ErrInProgress):
		return dst, apierr.TransactionInProgress()
	}
	return dst, err
}

// size refuses too few or too many actions.
func (t *transactWrite) size() *apierr.Error {
	api.ListLength(&t.members.Constraints, "transactItems", t.in.TransactItems, 1, transactActionsMax)
	return t.members.refusal()
}

// badMembers refuses members, of the request and of all actions together.
func (t *transactWrite) badMembers() *apierr.Error {
	t.in.Constrain(&t.members.Constraints)
	return t.members.refusal()
}

// shapes refuses entries that are not one action.
func (t *transactWrite) shapes() *apierr.Error {
	for i := range t.in.TransactItems {
		given, n := &t.in.TransactItems[i], 0
		for _, there := range []bool{given.ConditionCheck != nil, given.Put != nil, given.Update != nil, given.Delete != nil} {
			if there {
				n++
			}
		}
		switch {
		case n == 0:
			return apierr.Validation("Invalid Request: TransactWriteRequest should contain Delete or Put or Update request")
		case n > 1:
			return apierr.Validation("TransactItems can only contain one of Check, Put, Update or Delete")
		}
	}
	return nil
}

// open makes the actions.
func (t *transactWrite) open(s *Service) {
	for i := range t.in.TransactItems {
		var a *action
		switch given := &t.in.TransactItems[i]; {
		case given.Put != nil:
			g := given.Put
			a = t.add(s, putting, "put", g.TableName, &g.Item)
			a.conditional(g.ConditionExpression, g.ReturnValuesOnConditionCheckFailure, g.ExpressionAttributeNames, &g.ExpressionAttributeValues)
		case given.Update != nil:
			g := given.Update
			a = t.add(s, updating, "update", g.TableName, &g.Key)
			a.conditional(g.ConditionExpression, g.ReturnValuesOnConditionCheckFailure, g.ExpressionAttributeNames, &g.ExpressionAttributeValues)
			a.update = g.UpdateExpression
		case given.Delete != nil:
			g := given.Delete
			a = t.add(s, deleting, "delete", g.TableName, &g.Key)
			a.conditional(g.ConditionExpression, g.ReturnValuesOnConditionCheckFailure, g.ExpressionAttributeNames, &g.ExpressionAttributeValues)
		default:
			g := given.ConditionCheck
			a = t.add(s, checking, "conditionCheck", g.TableName, &g.Key)
			a.conditional(g.ConditionExpression, g.ReturnValuesOnConditionCheckFailure, g.ExpressionAttributeNames, &g.ExpressionAttributeValues)
		}
		a.returnConsumed, a.returnMetrics = t.in.ReturnConsumedCapacity, t.in.ReturnItemCollectionMetrics
	}
}

// conditional gives a what all actions that are not just a Get have.
func (a *action) conditional(condition, onFailure api.Opt[string], names api.Map[string], values *api.Attributes) {
	a.condition, a.returnOnFailure, a.names, a.values = condition, onFailure, names, values
}

// check makes the checks of TransactWriteItems in the order in which they win (captures-tables §6.1).
func (t *transactWrite) check() *apierr.Error {
	err := t.names()
	for _, checks := range [][]check{veryDeepValues, emptyNames} {
		if err == nil {
			err = t.each(checks)
		}
	}
	for i := 0; err == nil && i < len(t.actions); i++ {
		err = t.actions[i].first(transactChecks(t.actions[i].kind))
	}
	if err == nil {
		err = t.each(tableLookups)
	}
	if err != nil {
		return err
	}
	t.keys()
	if err := t.duplicates(); err != nil {
		return err
	}
	if !attr.FitTogether(t.counted, transactBytesMax) {
		return errTransactBytes
	}
	return t.emptyKeys()
}

// counted is what counts towards the size of t: the items to put and the keys of the others.
func (t *transactWrite) counted(yield func(attr.Item) bool) {
	for i := range t.actions {
		if !yield(t.actions[i].attributes.Item) {
			return
		}
	}
}

// emptyKeys refuses the request for an empty value in a key, which does not just cancel it.
func (t *transactWrite) emptyKeys() *apierr.Error {
	for i := range t.actions {
		if err := t.actions[i].refused; err != nil && isEmptyKey(err) {
			return err
		}
	}
	return nil
}

// output is the response to a transaction that has been done.
func (t *transactWrite) output() api.TransactWriteItemsOutput {
	consumed := consumption{wanted: t.in.ReturnConsumedCapacity.V}
	var collections collectionList
	for i := range t.actions {
		a := &t.actions[i]
		consumed.add(a.table, a.written(&t.results[i]))
		if a.kind != checking {
			collections.add(a.itemRequest, &t.results[i])
		}
	}
	return api.TransactWriteItemsOutput{ConsumedCapacity: consumed.mirroredWrites(), ItemCollectionMetrics: collections.byTable}
}

// replay is the response to a transaction that had been done before. It costs what it takes to read
// the larger images of the items.
func (t *transactWrite) replay(token *store.Token) api.TransactWriteItemsOutput {
	consumed := consumption{wanted: t.in.ReturnConsumedCapacity.V}
	for i := range t.actions {
		a := &t.actions[i]
		consumed.add(a.table, a.consumed(capacity.Transactional*capacity.Read(token.Sizes[i], true)))
	}
	return api.TransactWriteItemsOutput{ConsumedCapacity: consumed.mirroredReads()}
}
