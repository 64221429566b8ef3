package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
)

// lockWait is how long a write waits for others of the same item.
const lockWait = time.Second

// ErrCondition is the Result.Err of a write whose condition does not hold.
var ErrCondition = errors.New("store: the condition does not hold")

// ErrRefused says that a write was refused, so that nothing was written. Each Result says why.
var ErrRefused = errors.New("store: a write was refused")

// Condition decides on the item as it is; a nil item is one that does not exist.
type Condition interface {
	Match(it attr.Item) bool
}

// Change makes the new item of the old one, either of which may be nil for none. The new item may be
// built in *buf. It may be called several times for one write, and what it returns as an error is
// the Result.Err of the write.
type Change interface {
	Apply(old attr.Item, buf *[]byte) (attr.Item, error)
}

// Put is the change that replaces whatever there is.
type Put attr.Item

// Apply returns the item to put.
func (p Put) Apply(attr.Item, *[]byte) (attr.Item, error) { return attr.Item(p), nil }

// Delete is the change that removes the item.
type Delete struct{}

// Apply returns no item.
func (Delete) Apply(attr.Item, *[]byte) (attr.Item, error) { return nil, nil }

// Write is a change of one item.
type Write struct {
	Table   *catalog.Table
	Key     Key
	If      Condition // nil: always
	Change  Change
	WantOld bool // Result.Old is used
}

// Result is what a write did, or would have done.
type Result struct {
	Old, New         attr.Item // Old only with Write.WantOld
	Existed          bool
	OldSize, NewSize int   // as DynamoDB counts; 0 for none
	Err              error // ErrCondition, or what Change.Apply returned
}

// Apply makes the writes happen, all or none, and fills rs, one for each. Items in rs may be parts of
// *buf. It is the only way in which items change.
//
// If a write is refused the error is ErrRefused. Two writes must not be for one item.
func (s *Store) Apply(ctx context.Context, ws []Write, rs []Result, buf *[]byte) error {
	var room [1]leg
	a := applying{store: s, writes: ws, results: rs, buf: buf, from: len(*buf), legs: room[:0]}
	if err := a.enter(ctx); err != nil {
		return err
	}
	defer a.leave()
	_, err := s.engine.Update(ctx, engine.TxnOpt{Locks: a.locks(), Wait: lockWait, Frees: a.frees()}, a.body(ctx))
	if err != nil {
		if errors.Is(err, ErrRefused) {
			return ErrRefused
		}
		if errors.Is(err, engine.ErrUndetermined) {
			a.lost = true
		}
		return catalog.Visible(err)
	}
	a.count()
	return nil
}

// applying is one call of Apply.
type applying struct {
	store   *Store
	writes  []Write
	results []Result
	buf     *[]byte
	from    int // what *buf held at first
	legs    []leg
	lost    bool // whether the commit happened is unknown, so the tallies may not be used again
}

// leg is what a write needs besides itself.
type leg struct {
	key          []byte // of the row
	shelf        *shelf
	tally        *tally
	items, bytes int64 // by how much the figures change
}

// enter goes into the tables of all writes.
func (a *applying) enter(ctx context.Context) error {
	for i := range a.writes {
		w := &a.writes[i]
		sh, err := a.store.shelf(ctx, w.Table.ID)
		if err == nil && !sh.gate.enter() {
			err = errDropped
		}
		if err != nil {
			a.leave()
			return err
		}
		a.legs = append(a.legs, leg{key: w.Key.row(nil, w.Table), shelf: sh, tally: sh.take()})
	}
	return nil
}

// leave goes out of the tables entered.
func (a *applying) leave() {
	for i := range a.legs {
		l := &a.legs[i]
		if !a.lost {
			l.shelf.give(l.tally)
		}
		l.shelf.gate.leave()
	}
}

func (a *applying) locks() [][]byte {
	locks := make([][]byte, len(a.legs))
	for i := range a.legs {
		locks[i] = a.legs[i].key
	}
	return locks
}

// frees reports whether the writes only give space back.
func (a *applying) frees() bool {
	for i := range a.writes {
		if _, ok := a.writes[i].Change.(Delete); !ok {
			return false
		}
	}
	return true
}

// body is the transaction. It may run again, so it starts its results afresh.
func (a *applying) body(ctx context.Context) func(engine.Txn) error {
	return func(txn engine.Txn) error {
		*a.buf = (*a.buf)[:a.from]
		refused := false
		for i := range a.writes {
			if err := a.one(ctx, txn, i); err != nil {
				return err
			}
			refused = refused || a.results[i].Err != nil
		}
		if refused {
			return ErrRefused
		}
		for i := range a.legs {
			a.write(txn, i)
		}
		return nil
	}
}

// one reads the item of write i and decides what becomes of it.
func (a *applying) one(ctx context.Context, txn engine.Txn, i int) error {
	w, r := &a.writes[i], &a.results[i]
	*r = Result{}
	var v engine.Value
	if err := txn.Get(ctx, a.legs[i].key, &v); err != nil {
		return err
	}
	defer v.Release()
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
	if w.If != nil && !w.If.Match(old) {
		r.Err = ErrCondition
		return nil
	}
	if r.New, r.Err = w.Change.Apply(old, a.buf); r.Err == nil && r.New != nil {
		r.NewSize = r.New.Size()
	}
	return nil
}

// write puts what becomes of the item of write i, and of the figures, into the transaction.
func (a *applying) write(txn engine.Txn, i int) {
	l, r := &a.legs[i], &a.results[i]
	l.items, l.bytes = 0, int64(r.NewSize-r.OldSize)
	switch {
	case r.New != nil:
		attr.PutRow(txn.SetDeferred(l.key, attr.RowSize(r.New, r.NewSize)), r.New, r.NewSize)
		if !r.Existed {
			l.items = 1
		}
	case r.Existed:
		txn.Delete(l.key)
		l.items = -1
	}
	if l.items != 0 || l.bytes != 0 {
		var room [32]byte
		txn.Set(l.tally.key, appendTally(room[:0], l.tally.items+l.items, l.tally.bytes+l.bytes))
	}
}

// count adds the committed changes to the figures.
func (a *applying) count() {
	for i := range a.legs {
		l := &a.legs[i]
		l.shelf.count(l.tally, l.items, l.bytes)
	}
}
