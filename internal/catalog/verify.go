package catalog

import (
	"context"
	"fmt"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// Content is everything that the catalog of a store holds.
type Content struct {
	Tables  map[keyspace.TableID]*Table
	Dropped map[keyspace.TableID]bool // tables whose space is to be given back
	Streams map[keyspace.StreamID]*Stream
}

// Verify reads the catalog of a store that nobody else uses, without changing it, and calls report
// with everything that is wrong. Its error says why it could not go on.
func Verify(ctx context.Context, e engine.Engine, report func(problem string)) (Content, error) {
	c := Content{
		Tables:  map[keyspace.TableID]*Table{},
		Dropped: map[keyspace.TableID]bool{},
		Streams: map[keyspace.StreamID]*Stream{},
	}
	if err := verifyFormat(ctx, e, report); err != nil {
		return c, err
	}
	for _, part := range []struct {
		what string
		read func(context.Context, engine.Engine, func(problem string)) error
	}{
		{"descriptions of tables", c.tables},
		{"notes of dropped tables", c.dropped},
		{"descriptions of streams", c.streams},
	} {
		if err := part.read(ctx, e, report); err != nil {
			return c, fmt.Errorf("cannot read the %s: %w", part.what, err)
		}
	}
	return c, nil
}

// tables reads the descriptions of tables.
func (c *Content) tables(ctx context.Context, e engine.Engine, report func(problem string)) error {
	lo, hi := keyspace.Tables()
	return scan(ctx, e, lo, hi, func(key, value []byte) error {
		t, err := decode(value)
		if err != nil {
			report(fmt.Sprintf("the description under %q: %v", key, err))
			return nil
		}
		c.add(key, t, report)
		return nil
	})
}

// dropped reads which tables were dropped.
func (c *Content) dropped(ctx context.Context, e engine.Engine, report func(problem string)) error {
	lo, hi := keyspace.DroppedTables()
	return scan(ctx, e, lo, hi, func(key, _ []byte) error {
		id, err := keyspace.DroppedTableID(key)
		switch {
		case err != nil:
			report(fmt.Sprintf("the note of a dropped table under %q: %v", key, err))
		case c.Tables[id] != nil:
			report(fmt.Sprintf("table %q exists and is noted as dropped", c.Tables[id].Name))
		default:
			c.Dropped[id] = true
		}
		return nil
	})
}

// add checks a description and takes it in.
func (c *Content) add(key []byte, t *Table, report func(problem string)) {
	if string(key) != string(keyspace.Table(t.Name)) {
		report(fmt.Sprintf("the description of table %q is stored under %q", t.Name, key))
	}
	if other := c.Tables[t.ID]; other != nil {
		report(fmt.Sprintf("tables %q and %q have one ID, %s", other.Name, t.Name, t.ID))
	}
	if len(t.Key) > 2 {
		report(fmt.Sprintf("table %q has %d key attributes", t.Name, len(t.Key)))
	}
	for _, name := range t.Key {
		if !t.Attribute(name).Type.Scalar() {
			report(fmt.Sprintf("key attribute %q of table %q has no type that a key can have", name, t.Name))
		}
	}
	verifyIndexes(t, report)
	verifyExpiry(t, report)
	c.Tables[t.ID] = t
}

// verifyIndexes checks what the description says of indexes.
func verifyIndexes(t *Table, report func(problem string)) {
	for i := range t.Indexes {
		ix := &t.Indexes[i]
		wrong := func(what string) { report(fmt.Sprintf("index %q of table %q %s", ix.Name, t.Name, what)) }
		for _, other := range t.Indexes[:i] {
			if other.Name == ix.Name || other.ID == ix.ID {
				wrong(fmt.Sprintf("has the name or the ID of index %q", other.Name))
			}
		}
		if ix.ID == 0 || ix.ID > t.LastIndex {
			wrong(fmt.Sprintf("has the ID %d; the last that was given is %d", ix.ID, t.LastIndex))
		}
		if ix.State > IndexDeleting || ix.Filling && ix.State != IndexCreating {
			wrong("is in a state that there is not")
		}
		if len(ix.Hash) == 0 {
			wrong("has no key")
		}
		for _, name := range ix.KeyNames() {
			if !t.Attribute(name).Type.Scalar() {
				wrong(fmt.Sprintf("has the key attribute %q, which has no type that a key can have", name))
			}
		}
	}
}

// verifyExpiry checks what the description says of time to live.
func verifyExpiry(t *Table, report func(problem string)) {
	x := t.Expiry
	if x == nil {
		return
	}
	wrong := func(what string) { report(fmt.Sprintf("time to live of table %q %s", t.Name, what)) }
	if other := t.IndexOf(x.ID); other != nil {
		wrong(fmt.Sprintf("has the ID of index %q", other.Name))
	}
	if x.ID == 0 || x.ID > t.LastIndex {
		wrong(fmt.Sprintf("has the ID %d; the last that was given is %d", x.ID, t.LastIndex))
	}
	if x.State > IndexDeleting || x.Filling && x.State != IndexCreating || x.Attribute == "" && x.State != IndexActive {
		wrong("is in a state that there is not")
	}
	if x.Changed.IsZero() {
		wrong("was never switched on")
	}
}

// verifyFormat checks the version of the whole store. One that is newer is an error: nothing that is
// read of such a store means anything.
func verifyFormat(ctx context.Context, e engine.Engine, report func(problem string)) error {
	r, err := e.Read(ctx, engine.Snapshot)
	if err != nil {
		return fmt.Errorf("cannot read the store: %w", err)
	}
	defer r.Close()
	var v engine.Value
	if err := r.Get(ctx, keyspace.StoreFormat(), &v); err != nil {
		return fmt.Errorf("cannot read the format of the store: %w", err)
	}
	defer v.Release()
	switch {
	case !v.Exists:
		report("the store does not say what format it has")
	case int(v.B[0]) > Format:
		return fmt.Errorf("cannot use the store: %w", &NewerError{int(v.B[0])})
	case len(v.B) != 1 || v.B[0] == 0:
		report(fmt.Sprintf("the store says that its format is % x", v.B))
	}
	return verifySecret(ctx, r, report)
}

// verifySecret checks that the store has a secret.
func verifySecret(ctx context.Context, r engine.Reader, report func(problem string)) error {
	var v engine.Value
	if err := r.Get(ctx, keyspace.StoreSecret(), &v); err != nil {
		return fmt.Errorf("cannot read the secret of the store: %w", err)
	}
	defer v.Release()
	if !v.Exists {
		report("the store has no secret")
	} else if _, err := parseSecret(v.B); err != nil {
		report(err.Error())
	}
	return nil
}
