package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/statordb/stator/internal/keyspace"
)

// An index that is made for a table that exists, a secondary one or the one by time, goes through these
// states, each durable before the next begins. Whoever works on it may stop anywhere and begin again from
// the state it finds.
//
//	creating           UpdateTable, UpdateTimeToLive: writers that come now keep the index up
//	creating, filling  FillIndex: no writer is left that does not know of the index
//	active             FinishIndex: what was there before is in the index
//	deleting           UpdateTable, UpdateTimeToLive: writers that come now leave the index alone
//	gone               RemoveIndex: its space is given back

// Build is how far the making or the removal of an index is.
type Build struct {
	ID      keyspace.IndexID
	Name    string // of a secondary index, or what the one by time is called in logs
	State   IndexState
	Filling bool
}

// byTime is what the index by time is called in logs. No secondary index can have the name.
const byTime = "time to live"

// Builds returns the indexes of t that are to be made or removed.
func (t *Table) Builds() (found []Build) {
	for i := range t.Indexes {
		if ix := &t.Indexes[i]; ix.State != IndexActive {
			found = append(found, Build{ix.ID, ix.Name, ix.State, ix.Filling})
		}
	}
	if x := t.Expiry; x.exists() && x.State != IndexActive {
		found = append(found, Build{x.ID, byTime, x.State, x.Filling})
	}
	return found
}

// Build returns how far the index id is, and whether it is to be made or removed at all.
func (t *Table) Build(id keyspace.IndexID) (Build, bool) {
	for _, b := range t.Builds() {
		if b.ID == id {
			return b, true
		}
	}
	return Build{}, false
}

// Indexing has an element when there may be indexes to make or to remove.
func (c *Catalog) Indexing() <-chan struct{} { return c.indexing }

// Unfinished returns the tables with an index that is to be made or removed, ascending by name.
func (c *Catalog) Unfinished() []*Table {
	return c.where(func(t *Table) bool { return len(t.Builds()) > 0 })
}

// FillIndex notes that all writers of t keep the index id up, which is being made.
func (c *Catalog) FillIndex(ctx context.Context, t *Table, id keyspace.IndexID) error {
	return c.changeIndex(ctx, t, id, IndexCreating, false, func(t *Table) { t.setState(id, IndexCreating, true) })
}

// FinishIndex makes the index id of t active, which has been filled.
func (c *Catalog) FinishIndex(ctx context.Context, t *Table, id keyspace.IndexID) error {
	return c.changeIndex(ctx, t, id, IndexCreating, false, func(t *Table) { t.setState(id, IndexActive, false) })
}

// RemoveIndex takes the index id of t away, of which nothing is left, and with it the definitions of
// attributes that no key has any more.
func (c *Catalog) RemoveIndex(ctx context.Context, t *Table, id keyspace.IndexID) error {
	return c.changeIndex(ctx, t, id, IndexDeleting, true, func(t *Table) { t.removeIndex(id) })
}

// errMoved says that an index is not in the state any more that a step follows on.
var errMoved = errors.New("the index is in another state")

// changeIndex changes the index id of t. It does nothing if the table or the index is gone or in
// another state: somebody has decided otherwise in the meantime.
func (c *Catalog) changeIndex(
	ctx context.Context, t *Table, id keyspace.IndexID, state IndexState, frees bool, edit func(t *Table),
) error {
	_, err := c.update(ctx, t.Name, frees, func(now *Table) error {
		b, found := now.Build(id)
		if now.ID != t.ID || !found || b.State != state {
			return errMoved
		}
		edit(now)
		return nil
	})
	if err != nil && !errors.Is(err, errMoved) {
		return fmt.Errorf("cannot note the state of index %d of table %q: %w", id, t.Name, err)
	}
	return nil
}

// setState puts the index id into a state.
func (t *Table) setState(id keyspace.IndexID, state IndexState, filling bool) {
	if ix := t.IndexOf(id); ix != nil {
		ix.State, ix.Filling = state, filling
		return
	}
	t.Expiry.State, t.Expiry.Filling = state, filling
}

// removeIndex takes the index id away.
func (t *Table) removeIndex(id keyspace.IndexID) {
	if t.IndexOf(id) != nil {
		t.removeSecondary(id)
		return
	}
	t.Expiry.Attribute, t.Expiry.State = "", IndexActive
}
