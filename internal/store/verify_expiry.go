package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/index"
	"github.com/statordb/stator/internal/keyspace"
)

// expiryOf checks that the entry that the item under the key p should have in the index by time is there. An
// index that is being filled may lack it.
func (t *scrutiny) expiryOf(ctx context.Context, it attr.Item, p keyspace.Parsed) error {
	x := t.table.Expiry
	if !x.Active() {
		return nil
	}
	at := index.Expires(it, x.Attribute)
	if at == 0 {
		return nil
	}
	t.buf = t.id.Expiry(t.buf[:0], x.ID, at, p.PK, p.SK)
	var v engine.Value
	if err := t.reader.Get(ctx, t.buf, &v); err != nil {
		return err
	}
	defer v.Release()
	if !v.Exists {
		return fmt.Errorf("the item expires at %d and has no entry that says so", at)
	}
	return nil
}

// expiry checks an entry of the index by time: there is an item that expires at just this time.
func (t *scrutiny) expiry(ctx context.Context, p keyspace.Parsed, value []byte) error {
	x := t.table.Expiry
	switch b, unfinished := t.table.Build(p.Index); {
	case unfinished && b.State == catalog.IndexDeleting:
		return nil // its space is being given back
	case !x.Kept() || x.ID != p.Index:
		return fmt.Errorf("it is of the time to live %d, which does not exist", p.Index)
	case !bytes.Equal(value, expiryEntry):
		return fmt.Errorf("its value is %s", shown(value))
	}
	var v engine.Value
	if err := t.reader.Get(ctx, t.id.Row(nil, p.PK, p.SK), &v); err != nil {
		return err
	}
	defer v.Release()
	if !v.Exists {
		return errors.New("it says when an item expires that does not exist")
	}
	it, _, err := attr.ParseRow(v.B)
	if err != nil {
		return err
	}
	if at := index.Expires(it, x.Attribute); at != p.Expiry {
		return fmt.Errorf("it says that its item expires at %d, which expires at %d", p.Expiry, at)
	}
	return nil
}
