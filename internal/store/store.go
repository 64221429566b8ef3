// Package store is about items: get them, and apply writes to them.
// It promises one door for writes: whatever changes an item, its row and everything that follows from
// it commit in one atomic, durable step or not at all.
package store

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// Store reads and writes the items of all tables. All its methods may be called concurrently.
type Store struct {
	engine             engine.Engine
	collectionBytesMax int64
	tokens             tokens
	now                func() time.Time
	records            atomic.Uint64 // change records written

	mu      sync.Mutex // held to add to shelves or take away
	shelves atomic.Pointer[map[keyspace.TableID]*shelf]
}

// Option changes a Store that is being made.
type Option func(*Store)

// WithCollectionBytesMax sets the limit of item collections, CollectionBytesMax otherwise.
func WithCollectionBytesMax(n int64) Option { return func(s *Store) { s.collectionBytesMax = n } }

// New returns a store on e.
func New(e engine.Engine, options ...Option) *Store {
	s := &Store{engine: e, collectionBytesMax: CollectionBytesMax, now: time.Now}
	s.shelves.Store(&map[keyspace.TableID]*shelf{})
	for _, o := range options {
		o(s)
	}
	return s
}

// Key is the bytes of the key attributes of an item (attr.Value.Bytes).
type Key struct {
	Partition []byte
	Sort      []byte // nil in a table without a sort key
}

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
	l := lookups.Get().(*lookup) //nolint:errcheck,forcetypeassert // nothing else is put in
	defer lookups.Put(l)
	l.key = k.row(l.key[:0], t)
	if err := r.Get(ctx, l.key, &l.value); err != nil {
		return nil, 0, catalog.Visible(err)
	}
	defer l.value.Release()
	if !l.value.Exists {
		return nil, 0, nil
	}
	it, size, err := attr.ParseRow(l.value.B)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot read a row of table %q: %w", t.Name, err)
	}
	return keep(buf, it), size, nil
}

// lookup is the memory of one Get. It is pooled.
type lookup struct {
	key   []byte
	value engine.Value
}

var lookups = sync.Pool{New: func() any { return new(lookup) }}

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

// IndexStats returns the figures of ix, an index of t, as Stats does those of the table.
func (s *Store) IndexStats(ctx context.Context, t *catalog.Table, ix *catalog.Index) (Stats, error) {
	shelf, err := s.shelf(ctx, t.ID)
	if err != nil {
		return Stats{}, err
	}
	return shelf.indexStats(ix.ID), nil
}

// shelf returns what the process knows of the table id besides its description.
func (s *Store) shelf(ctx context.Context, id keyspace.TableID) (*shelf, error) {
	sh := (*s.shelves.Load())[id]
	if sh == nil {
		sh = s.addShelf(id)
	}
	if err := sh.load(ctx, s.engine); err != nil {
		return nil, err
	}
	return sh, nil
}

// addShelf returns the shelf of id, made if it is not there yet. Look-ups take no lock, so the map is
// copied: tables come and go less often than items.
func (s *Store) addShelf(id keyspace.TableID) *shelf {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := *s.shelves.Load()
	if sh := old[id]; sh != nil {
		return sh
	}
	shelves := maps.Clone(old)
	shelves[id] = newShelf(id)
	s.shelves.Store(&shelves)
	return shelves[id]
}

// Erase gives the space of a dropped table back. It waits for writers that still hold the table's
// description; those that come later get ResourceNotFoundException. It may be called again.
func (s *Store) Erase(ctx context.Context, id keyspace.TableID) error {
	if err := s.addShelf(id).gate.shut(ctx); err != nil {
		return err
	}
	lo, hi := id.All()
	if err := s.engine.DeleteRange(ctx, engine.Range{Lo: lo, Hi: hi}); err != nil {
		return fmt.Errorf("cannot give back the space of table %s: %w", id, err)
	}
	return nil
}

// Quiesce waits until all writes have ended that go by an older description of t than Latest.
func (s *Store) Quiesce(ctx context.Context, t *catalog.Table) error {
	sh, err := s.shelf(ctx, t.ID)
	if err != nil {
		return err
	}
	return sh.gate.turn(ctx)
}

// errDropped is what a write gets whose table was dropped since its description was looked up.
var errDropped = apierr.NoItemTable()
