package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// Summary says what Verify has seen.
type Summary struct {
	Tables  int
	Dropped int   // tables whose space is to be given back
	Items   int64 // of tables that exist
	Bytes   int64 // the sizes of these items, as DynamoDB counts
	Records int64 // of changes
}

// Verify reads everything in a store that nobody else uses, without changing it, and calls report
// with each problem: a checksum that does not match, a key of nobody, a token, a row or a change record that does
// not decode or is not under its key, figures that are not those of the rows. Its error says why it could not go
// on.
func Verify(ctx context.Context, e engine.Engine, report func(problem string)) (Summary, error) {
	if err := engine.Verify(ctx, e); err != nil {
		if ctx.Err() != nil {
			return Summary{}, fmt.Errorf("cannot compare checksums: %w", err)
		}
		report(err.Error())
	}
	content, err := catalog.Verify(ctx, e, report)
	if err != nil {
		return Summary{}, err
	}
	v := verifying{content: content, report: report}
	v.sum.Tables, v.sum.Dropped = len(content.Tables), len(content.Dropped)
	if err := v.all(ctx, e); err != nil {
		return v.sum, fmt.Errorf("cannot read the whole store: %w", err)
	}
	return v.sum, nil
}

// verifying is one call of Verify. Keys of one table lie together, so it looks at one table after the
// other.
type verifying struct {
	content catalog.Content
	report  func(problem string)
	sum     Summary
	table   *scrutiny // the table whose keys are being read; nil before the first
	reader  engine.Reader
}

// scrutiny is what Verify has seen of one table.
type scrutiny struct {
	id      keyspace.TableID
	table   *catalog.Table // nil: none that exists
	keys    int64
	rows    figures
	entries []indexFigures // of the entries of each index
	told    tally          // the sum of the tallies

	reader             engine.Reader
	buf                []byte
	pk                 []byte // of the item collection being read
	collection         int64  // its size so far
	shares, toldShares int64  // the size of all item collections: as it is, and as their shares say
}

// all reads every key from the first that does not belong to the engine.
func (v *verifying) all(ctx context.Context, e engine.Engine) error {
	r, err := e.Read(ctx, engine.Snapshot)
	if err != nil {
		return err
	}
	defer r.Close()
	v.reader = r
	lo, hi := keyspace.AllTables()
	tables := engine.Range{Lo: lo, Hi: hi}
	cursor := r.Scan(ctx, engine.Range{Lo: []byte{0x01}}, engine.ScanOpt{})
	for cursor.Next() {
		key := cursor.Key()
		switch {
		case tables.Contains(key):
			v.look(ctx, key, cursor.Value())
		case isToken(key):
			v.token(key, cursor.Value())
		case isRecord(key):
			v.record(key, cursor.Value())
		case !ofCatalog(key):
			v.report(fmt.Sprintf("the key %s is nobody's", shown(key)))
		}
	}
	v.finish(ctx)
	return cursor.Close()
}

// ofCatalog reports whether key is one of those that catalog.Verify looks at.
func ofCatalog(key []byte) bool {
	tablesLo, tablesHi := keyspace.Tables()
	droppedLo, droppedHi := keyspace.DroppedTables()
	streamsLo, streamsHi := keyspace.Streams()
	return bytes.Equal(key, keyspace.StoreFormat()) || bytes.Equal(key, keyspace.StoreSecret()) ||
		engine.Range{Lo: tablesLo, Hi: tablesHi}.Contains(key) ||
		engine.Range{Lo: droppedLo, Hi: droppedHi}.Contains(key) ||
		engine.Range{Lo: streamsLo, Hi: streamsHi}.Contains(key)
}

// look looks at one entry of a table.
func (v *verifying) look(ctx context.Context, key, value []byte) {
	p, err := keyspace.Parse(key)
	if err != nil {
		v.report(fmt.Sprintf("the key %s: %v", shown(key), err))
		return
	}
	if v.table == nil || v.table.id != p.ID {
		v.finish(ctx)
		v.table = &scrutiny{id: p.ID, table: v.content.Tables[p.ID], reader: v.reader}
	}
	t := v.table
	t.keys++
	if t.table == nil {
		return
	}
	switch p.Kind {
	case keyspace.KindRow:
		err = t.row(ctx, p, value)
	case keyspace.KindTally:
		err = t.tally(key, value)
	case keyspace.KindEntry:
		err = t.entry(ctx, p, key, value)
	case keyspace.KindShare:
		err = t.share(value)
	case keyspace.KindExpiry:
		err = t.expiry(ctx, p, value)
	case keyspace.KindFill:
		if _, unfinished := t.table.Build(p.Index); !unfinished {
			err = fmt.Errorf("it says how far index %d is filled, which is not being filled", p.Index)
		}
	default:
		err = errors.New("it is of a kind that this program does not know")
	}
	if err != nil {
		v.report(fmt.Sprintf("table %q, key %s: %v", t.table.Name, shown(key), err))
	}
}

// row checks a row and counts it.
func (t *scrutiny) row(ctx context.Context, p keyspace.Parsed, value []byte) error {
	t.rows.items++
	if err := attr.CheckRow(value); err != nil {
		return err
	}
	it, size, err := attr.ParseRow(value)
	if err != nil {
		return err
	}
	t.rows.bytes += int64(size)
	if err := t.underKey(it, p); err != nil {
		return err
	}
	if err := t.collect(ctx, p.PK, size); err != nil {
		return err
	}
	if err := t.expiryOf(ctx, it, p); err != nil {
		return err
	}
	return t.entriesOf(ctx, it, size)
}

// underKey checks that it has the key attributes that are in its row's key.
func (t *scrutiny) underKey(it attr.Item, p keyspace.Parsed) error {
	if err := under(it, t.table.PartitionKey(), p.PK); err != nil {
		return err
	}
	if sort, ok := t.table.SortKey(); ok {
		return under(it, sort, p.SK)
	}
	if len(p.SK) > 0 {
		return errors.New("it has a sort key, the table does not")
	}
	return nil
}

// under checks that it has the key attribute a with the bytes that are in its row's key.
func under(it attr.Item, a catalog.Attribute, inKey []byte) error {
	value := it.Get(a.Name)
	if value.Type() != a.Type || !a.Type.Scalar() {
		return fmt.Errorf("the item's key attribute %q is of type %q, not %q", a.Name, value.Type(), a.Type)
	}
	if !bytes.Equal(value.Bytes(), inKey) {
		return fmt.Errorf("the item's key attribute %q is %s, in the key it is %s", a.Name, shown(value.Bytes()), shown(inKey))
	}
	return nil
}

// shownBytesMax is how much of a key a problem shows.
const shownBytesMax = 64

// shown is b for people to read.
func shown(b []byte) string {
	if len(b) > shownBytesMax {
		return fmt.Sprintf("% x…", b[:shownBytesMax])
	}
	return fmt.Sprintf("% x", b)
}

// tally adds a tally to what the tallies tell.
func (t *scrutiny) tally(key, value []byte) error {
	found, err := parseTally(key, value)
	if err != nil {
		return err
	}
	t.told.count(found.table, found.indexes)
	return nil
}

// finish judges the table whose keys have been read.
func (v *verifying) finish(ctx context.Context) {
	t := v.table
	if t == nil {
		return
	}
	v.table = nil
	if t.table == nil {
		if !v.content.Dropped[t.id] {
			v.report(fmt.Sprintf("%d keys are of table %s, which does not exist", t.keys, t.id))
		}
		return
	}
	v.sum.Items += t.rows.items
	v.sum.Bytes += t.rows.bytes
	if t.told.table != t.rows {
		v.report(fmt.Sprintf("table %q has %d items of %d bytes, its tallies say %d of %d",
			t.table.Name, t.rows.items, t.rows.bytes, t.told.table.items, t.told.table.bytes))
	}
	t.finishIndexes(ctx, v.report)
}
