package op

import (
	"bytes"
	"slices"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

// itemSet is a set of items. No request names more than some tens, so it is searched from one end to the other.
type itemSet []itemOf

// itemOf is where an item is.
type itemOf struct {
	table *catalog.Table
	key   store.Key
}

func newItemSet(n int) itemSet { return make(itemSet, 0, n) }

// add adds an item and reports whether it was not there.
func (s *itemSet) add(t *catalog.Table, k store.Key) bool {
	there := slices.ContainsFunc(*s, func(o itemOf) bool {
		return o.table.ID == t.ID && bytes.Equal(o.key.Sort, k.Sort) && bytes.Equal(o.key.Partition, k.Partition)
	})
	if !there {
		*s = append(*s, itemOf{t, k})
	}
	return !there
}
