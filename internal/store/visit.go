package store

import (
	"bytes"
	"context"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
)

// visit is what a transaction has of one table, however many of its writes are for it. It changes one
// tally, and one share of each item collection.
type visit struct {
	table  *catalog.Table // as it is since the transaction entered
	shelf  *shelf
	ticket ticket
	tally  *tally

	expires uint64 // the time of the first of the entries that are put into the index by time; 0: none

	figures     figures        // by how much the figures of the table change
	indexes     []indexFigures // and those of indexes
	collections []*collection  // in a table with local indexes: those of the writes
}

// enter goes into the table. Its description is looked at again inside: whoever changed it and then
// waits for those inside knows that nobody goes by the old one.
func (v *visit) enter(ctx context.Context, s *Store, t *catalog.Table) error {
	sh, err := s.shelf(ctx, t.ID)
	if err != nil {
		return err
	}
	ticket, ok := sh.gate.enter()
	if !ok {
		return errDropped
	}
	if v.table = t.Latest(); v.table == nil {
		sh.gate.leave(ticket)
		return errDropped
	}
	v.shelf, v.ticket, v.tally = sh, ticket, sh.take()
	return nil
}

// leave goes out of the table. A tally whose stored value is unknown is not used again.
func (v *visit) leave(lost bool) {
	if !lost {
		v.shelf.give(v.tally)
	}
	if v.expires > 0 {
		v.shelf.watch.put(v.expires)
	}
	v.shelf.gate.leave(v.ticket)
	clear(v.collections)
	*v = visit{indexes: v.indexes[:0], collections: v.collections[:0]}
}

// collection returns the item collection with the partition key pk, or nil if the table has none.
func (v *visit) collection(ctx context.Context, s *Store, pk []byte) (*collection, error) {
	if !v.table.HasLocal() {
		return nil, nil
	}
	for _, c := range v.collections {
		if bytes.Equal(c.pk, pk) {
			return c, nil
		}
	}
	c, err := s.collection(ctx, v.table, pk, v.tally.slot)
	if err == nil {
		v.collections = append(v.collections, c)
	}
	return c, err
}

// begin forgets what an earlier run of the transaction has found out.
func (v *visit) begin() {
	v.expires, v.figures, v.indexes = 0, figures{}, v.indexes[:0]
	for _, c := range v.collections {
		c.known, c.local = false, 0
	}
}

// write puts what becomes of the figures into the transaction, when all rows are in it.
func (v *visit) write(txn engine.Txn) {
	for _, c := range v.collections {
		c.write(txn)
	}
	if v.changes() {
		var room [64]byte
		txn.Set(v.tally.key, v.tally.append(room[:0], v.figures, v.indexes))
	}
}

// changes reports whether the figures change.
func (v *visit) changes() bool { return v.figures != (figures{}) || len(v.indexes) > 0 }

// count adds the committed changes to the figures.
func (v *visit) count() {
	if v.changes() {
		v.shelf.count(v.tally, v.figures, v.indexes)
	}
}
