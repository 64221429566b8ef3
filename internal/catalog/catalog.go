package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// Format is the version of the whole store's layout that this program writes. docs/format lists what
// changed between versions.
const Format = 1

// descriptorVersion is the first byte of a stored description; JSON follows.
const descriptorVersion = 0x01

// Catalog knows all tables. All its methods may be called concurrently.
type Catalog struct {
	Realm

	engine engine.Engine
	secret []byte
	now    func() time.Time
	newID  func() keyspace.TableID

	// changing serialises changes, so that what is published is what was committed last.
	changing sync.Mutex
	tables   atomic.Pointer[tables]
	streams  atomic.Pointer[streams]
	dropped  chan struct{} // has an element when there may be tables whose space is to be given back
	indexing chan struct{} // has an element when there may be indexes to make or to remove
	switched chan struct{} // has an element when there may be streams that have not begun
}

// tables is one state of the catalog. It is immutable.
type tables struct {
	byName map[string]*Table
	names  []string // ascending by bytes
}

// Options say what varies.
type Options struct {
	Realm
	Now   func() time.Time
	NewID func() keyspace.TableID // makes IDs that were never made before
}

// Open reads the catalog of the store, and prepares an empty store for use.
func Open(ctx context.Context, e engine.Engine, o Options) (*Catalog, error) {
	secret, err := prepareStore(ctx, e)
	if err != nil {
		return nil, fmt.Errorf("cannot use the store: %w", err)
	}
	c := &Catalog{
		Realm: o.Realm, engine: e, secret: secret, now: o.Now, newID: o.NewID,
		dropped: make(chan struct{}, 1), indexing: make(chan struct{}, 1), switched: make(chan struct{}, 1),
	}
	if err := errors.Join(c.load(ctx), c.loadStreams(ctx)); err != nil {
		return nil, fmt.Errorf("cannot read the catalog: %w", err)
	}
	wake(c.dropped)
	wake(c.indexing)
	wake(c.switched)
	return c, nil
}

func (c *Catalog) load(ctx context.Context) error {
	lo, hi := keyspace.Tables()
	state := &tables{byName: map[string]*Table{}}
	err := scan(ctx, c.engine, lo, hi, func(key, value []byte) error {
		t, err := decode(value)
		if err != nil {
			return fmt.Errorf("cannot read the description under %q: %w", key, err)
		}
		t.latest = new(atomic.Pointer[Table])
		t.latest.Store(t)
		state.byName[t.Name] = t
		state.names = append(state.names, t.Name) // keys ascend by name
		return nil
	})
	if err != nil {
		return err
	}
	c.tables.Store(state)
	return nil
}

// scan calls visit with every entry of [lo, hi).
func scan(ctx context.Context, e engine.Engine, lo, hi []byte, visit func(key, value []byte) error) error {
	r, err := e.Read(ctx, engine.Snapshot)
	if err != nil {
		return err
	}
	defer r.Close()
	cursor := r.Scan(ctx, engine.Range{Lo: lo, Hi: hi}, engine.ScanOpt{})
	for cursor.Next() {
		if err := visit(cursor.Key(), cursor.Value()); err != nil {
			_ = cursor.Close() // err came first
			return err
		}
	}
	return cursor.Close()
}

func decode(b []byte) (*Table, error) {
	if len(b) == 0 || b[0] != descriptorVersion {
		return nil, fmt.Errorf("unknown version %#x", b[:min(1, len(b))])
	}
	t := new(Table)
	if err := json.Unmarshal(b[1:], t); err != nil {
		return nil, err
	}
	if len(t.Key) == 0 {
		return nil, fmt.Errorf("table %q has no key", t.Name)
	}
	t.prepare()
	return t, nil
}

func encode(t *Table) ([]byte, error) {
	b, err := json.Marshal(t)
	return append([]byte{descriptorVersion}, b...), err
}

// Table returns the table called name, or nil.
func (c *Catalog) Table(name string) *Table { return c.tables.Load().byName[name] }

// where returns the tables that are as wanted, ascending by name.
func (c *Catalog) where(wanted func(t *Table) bool) (found []*Table) {
	state := c.tables.Load()
	for _, name := range state.names {
		if t := state.byName[name]; wanted(t) {
			found = append(found, t)
		}
	}
	return found
}

// Len returns the number of tables.
func (c *Catalog) Len() int { return len(c.tables.Load().names) }

// Names returns at most limit names of tables that come after the given one, and whether there are
// more. Names ascend by their bytes.
func (c *Catalog) Names(after string, limit int) (names []string, more bool) {
	all := c.tables.Load().names
	i, found := slices.BinarySearch(all, after)
	if found {
		i++
	}
	end := min(i+limit, len(all))
	return all[i:end:end], end < len(all)
}

// publish replaces the table called name, or takes it away if t is nil, and its stream if that has changed.
// The caller holds changing.
func (c *Catalog) publish(name string, t *Table, stream *Stream) {
	if stream != nil {
		c.streams.Store(c.streams.Load().with(stream))
	}
	old := c.tables.Load()
	state := &tables{byName: make(map[string]*Table, len(old.byName)+1), names: old.names}
	for n, table := range old.byName {
		state.byName[n] = table
	}
	i, found := slices.BinarySearchFunc(old.names, name, strings.Compare)
	switch {
	case t == nil:
		state.byName[name].latest.Store(nil)
		delete(state.byName, name)
		state.names = slices.Delete(slices.Clone(old.names), i, i+1)
	case !found:
		state.names = slices.Insert(slices.Clone(old.names), i, name)
	}
	if t != nil {
		t.latest = new(atomic.Pointer[Table])
		if before := old.byName[name]; before != nil {
			t.latest = before.latest
		}
		t.latest.Store(t)
		state.byName[name] = t
	}
	c.tables.Store(state)
}
