package op

import (
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

// itemSet is a set of items, by what their keys are stored as.
type itemSet struct {
	keys map[string]struct{}
	key  []byte
}

func newItemSet(n int) *itemSet { return &itemSet{keys: make(map[string]struct{}, n)} }

// add adds an item and reports whether it was not there.
func (s *itemSet) add(t *catalog.Table, k store.Key) bool {
	s.key = t.ID.Row(s.key[:0], k.Partition, k.Sort)
	if _, there := s.keys[string(s.key)]; there {
		return false
	}
	s.keys[string(s.key)] = struct{}{}
	return true
}
