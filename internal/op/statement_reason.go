package op

import (
	"errors"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/store"
)

// cancelled is the cancellation for what is refused whatever is stored, or nil.
func (t *statementTransaction) cancelled() *apierr.Error {
	if err := t.standingAlone(); err != nil {
		return err
	}
	return t.reasons(func(m *transactMember) error { return refusalOf(m) })
}

// standingAlone is the cancellation for keys that a table cannot have: then there are no other reasons.
func (t *statementTransaction) standingAlone() *apierr.Error {
	return t.reasons(func(m *transactMember) error {
		if !m.alone {
			return nil
		}
		return refusalOf(m)
	})
}

// refusalOf returns what is refused of m whatever is stored, an untyped nil if nothing is.
func refusalOf(m *transactMember) error {
	if m.refused == nil {
		return nil
	}
	return m.refused
}

// reasons is the cancellation for what why returns of the members, nil if that is nothing.
func (t *statementTransaction) reasons(why func(m *transactMember) error) *apierr.Error {
	reasons := make([]apierr.Reason, len(t.members))
	found := false
	for i := range t.members {
		reasons[i] = apierr.Reason{Code: apierr.ReasonNone}
		if e, ok := errors.AsType[*apierr.Error](why(&t.members[i])); ok {
			found = true
			reasons[i] = statementReason(e)
		}
	}
	if !found {
		return nil
	}
	return apierr.TransactionCanceled(reasons)
}

// cancellation is the cancellation for all that is refused, or what is no client's business.
func (t *statementTransaction) cancellation() error {
	for i := range t.members {
		if err := t.members[i].whyNot(); err != nil {
			if _, ok := errors.AsType[*apierr.Error](err); !ok {
				return err
			}
		}
	}
	return t.reasons((*transactMember).whyNot)
}

// whyNot returns why the statement cannot be carried out, nil if it can. A DELETE of an item that is
// not there is in nobody's way, but where others fail its condition is said to fail too.
func (m *transactMember) whyNot() error {
	switch res := &m.result; {
	case m.refused != nil:
		return m.refused
	case errors.Is(res.Err, store.ErrConflict):
		return apierr.TransactionConflict()
	case res.Err != nil:
		return m.statementRequest.write.Refusal(res, m.returnOnFailure.V == allOld)
	case m.statementRequest.write.Deletes() && !res.Existed && m.statementRequest.write.Conditional():
		return apierr.StatementConditionFailed(nil)
	}
	return nil
}

// reasonNoTable is the code of a reason that only statements have.
const reasonNoTable = "ResourceNotFound"

// statementReason is the reason that e is to cancel a transaction.
func statementReason(e *apierr.Error) apierr.Reason {
	return apierr.Reason{Code: reasonCodes[e.Code], Message: e.Message, Item: e.Item}
}
