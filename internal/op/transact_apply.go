package op

import (
	"bytes"
	"context"
	"errors"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/store"
)

// apply makes the changes. If an action is refused already the others are only judged: unless all of it has been
// done, when the tables were others.
func (t *transactWrite) apply(ctx context.Context, s *Service, token *store.Token) (err error) {
	t.results = append(t.results, make([]store.Result, len(t.actions))...)
	for i := range t.actions {
		if a := &t.actions[i]; a.refused == nil {
			t.writes = append(t.writes, a.transactWrite())
		}
	}
	if len(t.writes) == len(t.actions) {
		err = s.store.Transact(ctx, t.writes, t.results, &t.buf, token)
	} else {
		err = t.judge(ctx, s, token)
	}
	if errors.Is(err, store.ErrRefused) {
		return t.refusal()
	}
	return err
}

// judge finds out what the actions that are not refused already would have done.
func (t *transactWrite) judge(ctx context.Context, s *Service, token *store.Token) error {
	judged := make([]store.Result, len(t.writes))
	err := s.store.Judge(ctx, t.writes, judged, &t.buf, token)
	for i := range t.actions {
		if t.actions[i].refused == nil {
			t.results[i], judged = judged[0], judged[1:]
		}
	}
	return err
}

// transactWrite is the write that the action is.
func (a *action) transactWrite() store.Write {
	w := store.Write{Table: a.table, Key: a.key, WantOld: a.wantsOld()}
	if a.boundCondition != nil {
		w.If = a.boundCondition
	}
	switch a.kind {
	case putting:
		a.put = store.Put(a.attributes.Item)
		w.Change = &a.put
	case updating:
		a.change = change{a.boundUpdate, a.attributes.Item, a.table}
		w.Change = &a.change
	case checking:
		w.Change = store.Keep{}
	default:
		w.Change = store.Delete{}
	}
	return w
}

// refusal is the cancellation of t, or what refuses all of it.
func (t *transactWrite) refusal() error {
	reasons := make([]apierr.Reason, len(t.actions))
	for i := range t.actions {
		a, err := &t.actions[i], t.results[i].Err
		if a.refused != nil {
			err = a.refused
		}
		var visible bool
		if reasons[i], visible = reason(err); !visible {
			return err
		}
		if reasons[i].Code == apierr.ReasonConditionFailed && a.returnOnFailure.V == allOld {
			reasons[i].Item = attr.Item(bytes.Clone(t.results[i].Old)) // the buffer is used again
		}
	}
	return apierr.TransactionCanceled(reasons)
}

// reason is the reason that err is for a transaction to be cancelled, and whether it is one.
func reason(err error) (apierr.Reason, bool) {
	switch {
	case err == nil:
		return apierr.Reason{Code: apierr.ReasonNone}, true
	case errors.Is(err, store.ErrCondition):
		return apierr.Reason{Code: apierr.ReasonConditionFailed, Message: apierr.ConditionalCheckFailed(nil).Message}, true
	case errors.Is(err, store.ErrConflict):
		return apierr.Reason{Code: apierr.ReasonConflict, Message: apierr.TransactionConflict().Message}, true
	case errors.Is(err, store.ErrCollectionFull):
		return apierr.Reason{Code: apierr.ReasonCollectionFull, Message: "Collection size exceeded."}, true
	}
	e, ok := errors.AsType[*apierr.Error](err)
	if !ok || isEmptyKey(e) {
		return apierr.Reason{}, false
	}
	return apierr.Reason{Code: apierr.ReasonValidation, Message: e.Message}, true
}
