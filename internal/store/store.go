// Package store is about items: get them, and apply writes to them.
// It promises one door for writes: whatever changes an item, its row and everything that follows from
// it commit in one atomic, durable step or not at all.
package store

import (
	"context"
	"fmt"
	"sync"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// Store reads and writes the items of all tables. All its methods may be called concurrently.
type Store struct {
	engine  engine.Engine
	shelves sync.Map // keyspace.TableID → *shelf
}

// New returns a store on e.
func New(e engine.Engine) *Store { return &Store{engine: e} }

// Key is the bytes of the key attributes of an item (attr.Value.Bytes).
type Key struct {
	Partition []byte
	Sort      []byte // nil in a table without a sort key
}

// keyBytesHint is room for the key of a row with short key attributes.
const keyBytesHint = 96

// row appends the key of k's row.
func (k Key) row(dst []byte, t *catalog.Table) []byte {
	return t.ID.Row(dst, k.Partition, k.Sort)
}

// Get returns the item under k and its size as DynamoDB counts it; a nil item if there is none. The
// item is appended to *buf.
func (s *Store) Get(ctx context.Context, t *catalog.Table, k Key, strong bool, buf *[]byte) (attr.Item, int, error) {
	level := engine.Eventual
	if strong {
		level = engine.Strong
	}
	r, err := s.engine.Read(ctx, level)
	if err != nil {
		return nil, 0, catalog.Visible(err)
	}
	defer r.Close()
	var (
		v    engine.Value
		room [keyBytesHint]byte
	)
	if err := r.Get(ctx, k.row(room[:0], t), &v); err != nil {
		return nil, 0, catalog.Visible(err)
	}
	defer v.Release()
	if !v.Exists {
		return nil, 0, nil
	}
	it, size, err := attr.ParseRow(v.B)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot read a row of table %q: %w", t.Name, err)
	}
	return keep(buf, it), size, nil
}

// keep appends it to *buf and returns it there.
func keep(buf *[]byte, it attr.Item) attr.Item {
	from := len(*buf)
	*buf = append(*buf, it...)
	return attr.Item((*buf)[from:len(*buf):len(*buf)])
}

// Stats are the figures of a table that DescribeTable reports.
type Stats struct {
	Items int64
	Bytes int64 // as DynamoDB counts the sizes of items
}

// Stats returns the figures of t. They count every write acknowledged before the call.
func (s *Store) Stats(ctx context.Context, t *catalog.Table) (Stats, error) {
	shelf, err := s.shelf(ctx, t.ID)
	if err != nil {
		return Stats{}, err
	}
	return shelf.stats(), nil
}

// shelf returns what the process knows of the table id besides its description.
func (s *Store) shelf(ctx context.Context, id keyspace.TableID) (*shelf, error) {
	found, ok := s.shelves.Load(id)
	if !ok {
		found, _ = s.shelves.LoadOrStore(id, newShelf(id))
	}
	sh := found.(*shelf) //nolint:errcheck,forcetypeassert // nothing else is stored
	if err := sh.load(ctx, s.engine); err != nil {
		return nil, err
	}
	return sh, nil
}

// Erase gives the space of a dropped table back. It waits for writers that still hold the table's
// description; those that come later get ResourceNotFoundException. It may be called again.
func (s *Store) Erase(ctx context.Context, id keyspace.TableID) error {
	found, _ := s.shelves.LoadOrStore(id, newShelf(id))
	sh := found.(*shelf) //nolint:errcheck,forcetypeassert // nothing else is stored
	if err := sh.gate.shut(ctx); err != nil {
		return err
	}
	lo, hi := id.All()
	if err := s.engine.DeleteRange(ctx, engine.Range{Lo: lo, Hi: hi}); err != nil {
		return fmt.Errorf("cannot give back the space of table %s: %w", id, err)
	}
	return nil
}

// errDropped is what a write gets whose table was dropped since its description was looked up.
var errDropped = apierr.NoItemTable()
