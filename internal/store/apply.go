package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
)

// lockWait is how long a write waits for others of the same item.
const lockWait = time.Second

// Apply makes the writes happen, all or none, and fills rs, one for each. Items in rs may be parts of
// *buf. It and Transact are the only ways in which items change.
//
// If a write is refused the error is ErrRefused. Two writes must not be for one item.
func (s *Store) Apply(ctx context.Context, ws []Write, rs []Result, buf *[]byte) error {
	return catalog.Visible(s.apply(ctx, ws, rs, buf, manner{wait: lockWait}))
}

// manner is what may differ between calls of apply.
type manner struct {
	wait  time.Duration // for the locks
	token *Token        // to be stored with the writes; may be nil
	judge bool          // write nothing: only the results are of interest
}

// apply is Apply without turning errors into those that a client may see.
func (s *Store) apply(ctx context.Context, ws []Write, rs []Result, buf *[]byte, how manner) error {
	a := applyings.Get().(*applying) //nolint:errcheck,forcetypeassert // nothing else is put in
	defer a.done()
	a.ctx, a.store, a.writes, a.results, a.buf, a.from, a.manner = ctx, s, ws, rs, buf, len(*buf), how
	if err := a.enter(ctx); err != nil {
		return err
	}
	defer a.leave()
	_, err := s.engine.Update(ctx, engine.TxnOpt{Locks: a.locks(), Wait: how.wait, Frees: a.frees(), Seq: a.logs()}, a.body)
	if err != nil {
		if errors.Is(err, ErrRefused) {
			return ErrRefused
		}
		if errors.Is(err, engine.ErrUndetermined) {
			a.lost = true
		}
		return err
	}
	a.count()
	return nil
}

// applying is one call of Apply. It is pooled.
type applying struct {
	ctx     context.Context
	store   *Store
	writes  []Write
	results []Result
	buf     *[]byte
	from    int // what *buf held at first
	manner
	recording
	legs   []leg
	visits []visit  // of the tables
	keys   [][]byte // of the rows, which are what is locked
	lost   bool     // whether the commit happened is unknown, so the tallies may not be used again
	body   func(engine.Txn) error
}

var applyings = sync.Pool{New: func() any {
	a := new(applying)
	a.body = a.run
	return a
}}

// done gives a back. The memory of its legs, the keys above all, is used again.
func (a *applying) done() {
	*a = applying{legs: a.legs[:0], visits: a.visits[:0], keys: a.keys[:0], body: a.body}
	applyings.Put(a)
}

// enter goes into the tables of all writes.
func (a *applying) enter(ctx context.Context) error {
	for i := range a.writes {
		if err := a.prepare(ctx, &a.writes[i]); err != nil {
			a.leave()
			return err
		}
	}
	return nil
}

// prepare makes the leg of w.
func (a *applying) prepare(ctx context.Context, w *Write) (err error) {
	a.legs = another(a.legs)
	l := &a.legs[len(a.legs)-1]
	if l.visit, err = a.visit(ctx, w.Table); err != nil {
		return err
	}
	l.key = w.Key.row(l.key[:0], w.Table)
	l.collection, err = a.visits[l.visit].collection(ctx, a.store, w.Key.Partition)
	return err
}

// visit returns which of the visits is that of t, made if there was none.
func (a *applying) visit(ctx context.Context, t *catalog.Table) (int, error) {
	for i := len(a.visits) - 1; i >= 0; i-- {
		if a.visits[i].table.ID == t.ID {
			return i, nil
		}
	}
	at := len(a.visits)
	a.visits = another(a.visits)
	if err := a.visits[at].enter(ctx, a.store, t); err != nil {
		a.visits = a.visits[:at]
		return 0, err
	}
	return at, nil
}

// another adds an element to list, which may have the memory of an earlier one.
func another[T any](list []T) []T {
	if n := len(list); n < cap(list) {
		return list[:n+1]
	}
	var zero T
	return append(list, zero)
}

// leave goes out of the tables entered.
func (a *applying) leave() {
	for i := range a.legs {
		a.legs[i].forget()
	}
	for i := range a.visits {
		a.visits[i].leave(a.lost)
	}
}

func (a *applying) locks() [][]byte {
	for i := range a.legs {
		a.keys = append(a.keys, a.legs[i].key)
	}
	return a.keys
}

// frees reports whether the writes only give space back.
func (a *applying) frees() bool {
	for i := range a.writes {
		switch a.writes[i].Change.(type) {
		case Delete, Keep, *Expire:
		default:
			return false
		}
	}
	return true
}

// run is the transaction. It may run again, so it starts its results afresh.
func (a *applying) run(txn engine.Txn) error {
	defer a.release()
	*a.buf, a.recording = (*a.buf)[:a.from], recording{}
	for i := range a.visits {
		a.visits[i].begin()
	}
	refused := a.judge
	for i := range a.writes {
		if err := a.one(txn, i); err != nil {
			return err
		}
		refused = refused || a.results[i].Err != nil
	}
	if refused {
		return ErrRefused
	}
	for i := range a.legs {
		a.legs[i].write(txn, &a.visits[a.legs[i].visit], &a.results[i])
		if err := a.record(txn, i); err != nil {
			return err
		}
	}
	for i := range a.visits {
		a.visits[i].write(txn)
	}
	if a.token != nil {
		a.token.write(txn, a.results)
	}
	return nil
}

// one reads the item of write i and decides what becomes of it.
func (a *applying) one(txn engine.Txn, i int) error {
	w, r, l := &a.writes[i], &a.results[i], &a.legs[i]
	*r = Result{Indexes: r.Indexes[:0]}
	v := &l.value
	if err := txn.Get(a.ctx, l.key, v); err != nil {
		return err
	}
	var old attr.Item
	if v.Exists {
		var err error
		if old, r.OldSize, err = attr.ParseRow(v.B); err != nil {
			return fmt.Errorf("cannot read a row of table %q: %w", w.Table.Name, err)
		}
		r.Existed = true
		if w.WantOld {
			r.Old = keep(a.buf, old)
		}
	}
	l.old = old
	if w.If != nil && !w.If.Match(old) {
		r.Err = ErrCondition
		return nil
	}
	t := a.visits[l.visit].table
	if l.keeps = keeps(w.Change, t, old); l.keeps {
		r.NewSize = r.OldSize
		return nil
	}
	if r.New, r.Err = w.Change.Apply(old, a.buf); r.Err != nil {
		return nil
	}
	if r.New != nil {
		r.NewSize = r.New.Size()
	}
	if t.Expiry.Kept() {
		l.expiry.follow(t, &w.Key, old, r.New)
	}
	if len(t.Indexes) == 0 {
		return nil
	}
	return l.follow(a.ctx, txn, t, old, r, a.buf)
}

// release gives the memory of the items read back.
func (a *applying) release() {
	for i := range a.legs {
		a.legs[i].old = nil
		a.legs[i].value.Release()
	}
}

// count adds the committed changes to the figures.
func (a *applying) count() {
	for i := range a.visits {
		a.visits[i].count()
	}
	a.countRecords()
}
