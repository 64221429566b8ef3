package store

import (
	"errors"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
)

// ErrCondition is the Result.Err of a write whose condition does not hold.
var ErrCondition = errors.New("store: the condition does not hold")

// ErrCollectionFull is the Result.Err of a write that would make an item collection too large.
var ErrCollectionFull = errors.New("store: the item collection is full")

// ErrRefused says that a write was refused, so that nothing was written. Each Result says why.
var ErrRefused = errors.New("store: a write was refused")

// Condition decides on the item as it is; a nil item is one that does not exist.
type Condition interface {
	Match(it attr.Item) bool
}

// Change makes the new item of the old one, either of which may be nil for none. The old item is only
// lent: whatever of it the new item has is a copy. The new item may be built at the end of *buf. Apply
// may be called several times for one write, and what it returns as an error is the Result.Err of
// the write.
type Change interface {
	Apply(old attr.Item, buf *[]byte) (attr.Item, error)
}

// Put is the change that replaces whatever there is.
type Put attr.Item

// Apply returns the item to put.
func (p Put) Apply(attr.Item, *[]byte) (attr.Item, error) { return attr.Item(p), nil }

// Delete is the change that removes the item.
type Delete struct{}

// Apply returns no item.
func (Delete) Apply(attr.Item, *[]byte) (attr.Item, error) { return nil, nil }

// Keep is the change that leaves the item as it is: its write only checks a condition.
type Keep struct{}

// Apply is not called.
func (Keep) Apply(attr.Item, *[]byte) (attr.Item, error) { return nil, nil }

// keeps reports whether c leaves old as it is, an item of t or none.
func keeps(c Change, t *catalog.Table, old attr.Item) bool {
	switch c := c.(type) {
	case Keep:
		return true
	case *Expire:
		return c.spares(t, old)
	}
	return false
}

// Write is a change of one item.
type Write struct {
	Table   *catalog.Table
	Key     Key
	If      Condition // nil: always
	Change  Change
	WantOld bool // Result.Old is used
	Service bool // the service itself makes the change: the item has expired
}

// Result is what a write did, or would have done.
type Result struct {
	Old, New         attr.Item // Old only with Write.WantOld
	Existed          bool
	OldSize, NewSize int           // as DynamoDB counts; 0 for none
	Indexes          []IndexChange // of the indexes that changed
	Collection       int64         // size of the item collection afterwards, in tables with local indexes
	Err              error         // ErrCondition, ErrCollectionFull, ErrConflict, or what Change.Apply returned
}

// IndexChange is what a write changes in an index.
type IndexChange struct {
	Index            *catalog.Index
	OldSize, NewSize int  // of the entry, as DynamoDB counts; 0 for none
	Moved            bool // the entry goes from one place of the index to another
}
