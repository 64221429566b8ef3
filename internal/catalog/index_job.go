package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/statordb/stator/internal/keyspace"
)

// An index that is made for a table that exists goes through these states, each durable before the
// next begins. Whoever works on it may stop anywhere and begin again from the state it finds.
//
//	creating           UpdateTable: writers that come now keep the index up
//	creating, filling  FillIndex: no writer is left that does not know of the index
//	active             FinishIndex: what was there before is in the index
//	deleting           UpdateTable: writers that come now leave the index alone
//	gone               RemoveIndex: its space is given back

// Indexing has an element when there may be indexes to make or to remove.
func (c *Catalog) Indexing() <-chan struct{} { return c.indexing }

// Unfinished returns the tables with an index that is to be made or removed, ascending by name.
func (c *Catalog) Unfinished() (found []*Table) {
	state := c.tables.Load()
	for _, name := range state.names {
		if t := state.byName[name]; t.unfinished() {
			found = append(found, t)
		}
	}
	return found
}

func (t *Table) unfinished() bool {
	return slices.ContainsFunc(t.Indexes, func(ix Index) bool { return ix.State != IndexActive })
}

// FillIndex notes that all writers of t keep the index id up, which is being made.
func (c *Catalog) FillIndex(ctx context.Context, t *Table, id keyspace.IndexID) error {
	return c.changeIndex(ctx, t, id, IndexCreating, false, func(t *Table, i int) { t.Indexes[i].Filling = true })
}

// FinishIndex makes the index id of t active, which has been filled.
func (c *Catalog) FinishIndex(ctx context.Context, t *Table, id keyspace.IndexID) error {
	return c.changeIndex(ctx, t, id, IndexCreating, false, func(t *Table, i int) {
		t.Indexes[i].State, t.Indexes[i].Filling = IndexActive, false
	})
}

// RemoveIndex takes the index id of t away, of which nothing is left, and with it the definitions of
// attributes that no key has any more.
func (c *Catalog) RemoveIndex(ctx context.Context, t *Table, id keyspace.IndexID) error {
	return c.changeIndex(ctx, t, id, IndexDeleting, true, (*Table).removeIndex)
}

// errMoved says that an index is not in the state any more that a step follows on.
var errMoved = errors.New("the index is in another state")

// changeIndex changes the index id of t. It does nothing if the table or the index is gone or in
// another state: somebody has decided otherwise in the meantime.
func (c *Catalog) changeIndex(
	ctx context.Context, t *Table, id keyspace.IndexID, state IndexState, frees bool, edit func(t *Table, i int),
) error {
	_, err := c.update(ctx, t.Name, frees, func(now *Table) error {
		i := slices.IndexFunc(now.Indexes, func(ix Index) bool { return ix.ID == id })
		if now.ID != t.ID || i < 0 || now.Indexes[i].State != state {
			return errMoved
		}
		edit(now, i)
		return nil
	})
	if err != nil && !errors.Is(err, errMoved) {
		return fmt.Errorf("cannot note the state of index %d of table %q: %w", id, t.Name, err)
	}
	return nil
}
