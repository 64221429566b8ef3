package op

import (
	"strconv"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// transactBytesMax is how large the items of a transaction may be together ("TransactWriteItems", API
// Reference).
const transactBytesMax = 4 << 20

var (
	errManyOnOneItem = apierr.Validation("Transaction request cannot include multiple operations on one item")

	// The text is that of dynoxide: it has not been captured from AWS.
	errTransactBytes = apierr.Validation("Collection size of items exceeded, which can also be caused by " +
		"the aggregate size of the items in the transaction exceeding the 4MB limit")
)

// transaction is a TransactWriteItems or TransactGetItems while it is served.
//
// # Terminology
//
// An action is a member of TransactItems: a Get, Put, Update, Delete or ConditionCheck. What is wrong
// with an action either refuses the request, at the top level, or is the reason why the transaction is
// cancelled, which all other actions are still judged for (captures-tables §6).
type transaction struct {
	actions []action
	items   itemSet
	buf     []byte // items read and built
}

// action is one action.
type action struct {
	*itemRequest
	name    string        // of the member that it is: put, update, …
	refused *apierr.Error // why the transaction is cancelled whatever is stored; may be nil
}

// add adds an action on the table given to t.
func (t *transaction) add(s *Service, kind itemOperation, name string, table api.Opt[string], attributes *api.Attributes) *action {
	r := s.itemRequest(kind)
	r.within, r.older, r.tableName, r.attributes = aTransaction, true, table, attributes
	t.actions = append(t.actions, action{itemRequest: r, name: name})
	return &t.actions[len(t.actions)-1]
}

// done gives back what t has borrowed. Its memory may be used again.
func (t *transaction) done() {
	for i := range t.actions {
		t.actions[i].done()
	}
	clear(t.actions)
	clear(t.items)
	t.actions, t.items = t.actions[:0], t.items[:0]
	if t.buf = t.buf[:0]; cap(t.buf) > keptItemBytesMax {
		t.buf = nil
	}
}

// names refuses names that no table can have, of all actions together.
func (t *transaction) names() *apierr.Error {
	var m memberErrors
	for i := range t.actions {
		if a := &t.actions[i]; !possibleTableName(a.tableName.V) {
			m.TableName("transactItems."+strconv.Itoa(i+1)+".member."+a.name+".tableName", a.tableName.V, api.LengthFirst)
		}
	}
	return m.refusal()
}

// each makes checks of each action.
func (t *transaction) each(checks []check) *apierr.Error {
	for i := range t.actions {
		if err := t.actions[i].first(checks); err != nil {
			return err
		}
	}
	return nil
}

// keys finds the keys. What is wrong with one cancels the transaction.
func (t *transaction) keys() {
	for i := range t.actions {
		a := &t.actions[i]
		a.refused = a.first(byKind(a.itemRequest, transactPutKeyChecks, transactKeyChecks))
	}
}

// Checks of actions against their tables. What they refuse cancels the transaction.
var (
	transactPutKeyChecks = []check{
		(*itemRequest).keyOfItem,
		(*itemRequest).indexKeys,
		(*itemRequest).scalarKeys,
	}
	transactKeyChecks = []check{
		(*itemRequest).givenKey,
		(*itemRequest).scalarKeys,
	}
)

// duplicates refuses two actions on one item.
func (t *transaction) duplicates() *apierr.Error {
	for i := range t.actions {
		if a := &t.actions[i]; a.key.Partition != nil && !t.items.add(a.table, a.key) {
			return errManyOnOneItem
		}
	}
	return nil
}

// cancelled is the cancellation of t if an action is refused whatever is stored, or nil.
func (t *transaction) cancelled() *apierr.Error {
	reasons := make([]apierr.Reason, len(t.actions))
	found := false
	for i := range t.actions {
		reasons[i] = apierr.Reason{Code: apierr.ReasonNone}
		if err := t.actions[i].refused; err != nil {
			reasons[i], found = apierr.Reason{Code: apierr.ReasonValidation, Message: err.Message}, true
		}
	}
	if !found {
		return nil
	}
	return apierr.TransactionCanceled(reasons)
}
