package store

import (
	"context"
	"fmt"
	"sync"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
)

// Consistency is how consistent the reads of GetAll are.
type Consistency uint8

// The kinds of consistency.
const (
	Eventually Consistency = iota // writes acknowledged just now may be missing
	Strongly                      // each item as it is: every write acknowledged before is there
	AsOne                         // strongly, and all items as they were at one moment
)

// Lookup is an item to read and, after GetAll, what was found.
type Lookup struct {
	Table *catalog.Table
	Key   Key

	Item attr.Item // nil if there is none; lent until Release
	Size int       // as DynamoDB counts; 0 if there is none

	value engine.Value
}

// Release gives back the items of ls.
func Release(ls []Lookup) {
	for i := range ls {
		ls[i].value.Release()
		ls[i].Item = nil
	}
}

// fewLookups is how many items are read at once even if all of them could not fit.
const fewLookups = 25

// GetAll fills ls, up to the first item with which the sizes of all would exceed bytesMax, and returns
// how many it has filled. Release must be called, whatever it returns.
func (s *Store) GetAll(ctx context.Context, ls []Lookup, c Consistency, bytesMax int) (n int, err error) {
	r, err := s.engine.Read(ctx, [...]engine.Level{engine.Eventual, engine.Strong, engine.Snapshot}[c])
	if err != nil {
		return 0, catalog.Visible(err)
	}
	defer r.Close()
	for n < len(ls) {
		some := ls[n:min(len(ls), n+max(fewLookups, bytesMax/attr.ItemBytesMax))]
		if err := getSome(ctx, r, some); err != nil {
			return n, err
		}
		for i := range some {
			if bytesMax -= some[i].Size; bytesMax < 0 {
				Release(some[i:])
				return n + i, nil
			}
		}
		n += len(some)
	}
	return n, nil
}

// getSome fills ls.
func getSome(ctx context.Context, r engine.Reader, ls []Lookup) error {
	m := multiGets.Get().(*multiGet) //nolint:errcheck,forcetypeassert // nothing else is put in
	defer m.done()
	for i := range ls {
		m.add(&ls[i])
	}
	if err := r.MultiGet(ctx, m.keys, m.values); err != nil {
		return catalog.Visible(err)
	}
	for i := range ls {
		l := &ls[i]
		l.value, m.values[i] = m.values[i], engine.Value{}
		if !l.value.Exists {
			continue
		}
		var err error
		if l.Item, l.Size, err = attr.ParseRow(l.value.B); err != nil {
			return fmt.Errorf("cannot read a row of table %q: %w", l.Table.Name, err)
		}
	}
	return nil
}

// multiGet is the memory of one getSome. It is pooled.
type multiGet struct {
	keys   [][]byte
	values []engine.Value
}

var multiGets = sync.Pool{New: func() any { return new(multiGet) }}

// add adds the key of l, in the memory of an earlier one.
func (m *multiGet) add(l *Lookup) {
	var key []byte
	if n := len(m.keys); n < cap(m.keys) {
		key = m.keys[:n+1][n]
	}
	m.keys = append(m.keys, l.Key.row(key[:0], l.Table))
	m.values = append(m.values, engine.Value{})
}

// done gives back m and what an error has left in it.
func (m *multiGet) done() {
	for i := range m.values {
		m.values[i].Release()
	}
	m.keys, m.values = m.keys[:0], m.values[:0]
	multiGets.Put(m)
}
