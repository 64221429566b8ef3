package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// lockWait is how long a change waits for another change of the same table.
const lockWait = 10 * time.Second

// Create stores a new table and returns it; t lacks only its ID and the time of its creation, which
// is since when it is on demand, if it is. A table of that name that exists already is a ResourceInUseException.
func (c *Catalog) Create(ctx context.Context, t Table) (*Table, error) {
	c.changing.Lock()
	defer c.changing.Unlock()
	t.ID, t.Created = c.newID(), c.now().UTC()
	if t.Billing.OnDemand {
		t.Billing.SinceOnDemand = t.Created
	}
	created, stream, err := c.change(ctx, t.Name, false, func(old *Table) (*Table, error) {
		if old != nil {
			return nil, apierr.ResourceInUse("Table already exists: " + t.Name)
		}
		return &t, nil
	})
	if err != nil {
		return nil, err
	}
	c.publish(t.Name, created, stream)
	return created, nil
}

// Update stores what edit makes of the table called name. edit changes a copy, may run again, and may
// refuse. It is not called, and Update returns nil, if there is no such table.
func (c *Catalog) Update(ctx context.Context, name string, edit func(t *Table) error) (*Table, error) {
	return c.update(ctx, name, false, edit)
}

// Free is Update for a change that leads to space being given back: it is made on a full disk, too.
func (c *Catalog) Free(ctx context.Context, name string, edit func(t *Table) error) (*Table, error) {
	return c.update(ctx, name, true, edit)
}

func (c *Catalog) update(ctx context.Context, name string, frees bool, edit func(t *Table) error) (*Table, error) {
	c.changing.Lock()
	defer c.changing.Unlock()
	updated, stream, err := c.change(ctx, name, frees, func(old *Table) (*Table, error) {
		if old == nil {
			return nil, nil
		}
		t := old.clone()
		return t, edit(t)
	})
	if err != nil || updated == nil {
		return nil, err
	}
	c.publish(name, updated, stream)
	if len(updated.Builds()) > 0 {
		wake(c.indexing)
	}
	if stream != nil && !stream.Begun() {
		wake(c.switched)
	}
	return updated, nil
}

// change commits what becomes of the table called name, and of its stream; old is nil if there is none, and
// so is the result if nothing is to be stored.
func (c *Catalog) change(
	ctx context.Context, name string, frees bool, edit func(old *Table) (*Table, error),
) (result *Table, stream *Stream, err error) {
	o, key := c.locks(name, frees)
	_, err = c.engine.Update(ctx, o, func(txn engine.Txn) error {
		old, err := readTable(ctx, txn, key)
		if err != nil {
			return err
		}
		if result, err = edit(old); err != nil || result == nil {
			return err
		}
		if stream, err = c.follow(ctx, txn, old, result); err != nil {
			return err
		}
		result.prepare()
		b, err := encode(result)
		if err != nil {
			return fmt.Errorf("cannot encode table %q: %w", name, err)
		}
		txn.Set(key, b)
		return nil
	})
	if err != nil {
		return nil, nil, Visible(err)
	}
	return result, stream, nil
}

// locks returns what a change of the table called name, whose key it returns too, goes by. It locks the stream
// that the table has. The caller holds changing.
func (c *Catalog) locks(name string, frees bool) (o engine.TxnOpt, key []byte) {
	key = keyspace.Table(name)
	o = engine.TxnOpt{Locks: [][]byte{key}, Wait: lockWait, Frees: frees, Seq: true}
	if t := c.Table(name); t != nil && t.Log() != nil {
		o.Locks = append(o.Locks, keyspace.Stream(t.Log().ID))
	}
	return o, key
}

func readTable(ctx context.Context, txn engine.Txn, key []byte) (*Table, error) {
	var v engine.Value
	if err := txn.Get(ctx, key, &v); err != nil {
		return nil, err
	}
	defer v.Release()
	if !v.Exists {
		return nil, nil
	}
	return decode(v.B)
}

// Drop takes the table called name away and leaves a note that its space is to be given back. check
// may refuse. Drop returns the table as it was, or nil if there is none.
func (c *Catalog) Drop(ctx context.Context, name string, check func(t *Table) error) (*Table, error) {
	c.changing.Lock()
	defer c.changing.Unlock()
	o, key := c.locks(name, true)
	var dropped *Table
	var stream *Stream
	_, err := c.engine.Update(ctx, o, func(txn engine.Txn) (err error) {
		if dropped, err = readTable(ctx, txn, key); err != nil || dropped == nil {
			return err
		}
		if err := check(dropped); err != nil {
			return err
		}
		if stream, err = c.follow(ctx, txn, dropped, nil); err != nil {
			return err
		}
		txn.Delete(key)
		txn.Set(keyspace.DroppedTable(dropped.ID), []byte{descriptorVersion})
		return nil
	})
	if err != nil || dropped == nil {
		return nil, Visible(err)
	}
	c.publish(name, nil, stream)
	wake(c.dropped)
	return dropped, nil
}

// wake says that there may be something to do. A channel holds one such word, which is enough.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Dropped has an element when there may be tables whose space is to be given back.
func (c *Catalog) Dropped() <-chan struct{} { return c.dropped }

// DroppedTables returns the tables that were dropped and not forgotten.
func (c *Catalog) DroppedTables(ctx context.Context) (ids []keyspace.TableID, err error) {
	lo, hi := keyspace.DroppedTables()
	err = scan(ctx, c.engine, lo, hi, func(key, _ []byte) error {
		id, err := keyspace.DroppedTableID(key)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("cannot list dropped tables: %w", err)
	}
	return ids, nil
}

// Forget removes the note that the table id was dropped; nothing of it may be left.
func (c *Catalog) Forget(ctx context.Context, id keyspace.TableID) error {
	key := keyspace.DroppedTable(id)
	_, err := c.engine.Update(ctx, engine.TxnOpt{Locks: [][]byte{key}, Wait: lockWait, Blind: true, Frees: true}, func(txn engine.Txn) error {
		txn.Delete(key)
		return nil
	})
	if err != nil {
		return fmt.Errorf("cannot forget table %s: %w", id, err)
	}
	return nil
}
