package op

import (
	"sync"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

// Checks that all members of a batch or transaction pass before the next ones are made of any.
var (
	emptyNames   = []check{(*itemRequest).emptyAttributeName}
	tableLookups = []check{(*itemRequest).findTable}
)

// eachFirst makes checks of each request and returns the first refusal.
func eachFirst(rs []*itemRequest, checks []check) *apierr.Error {
	for _, r := range rs {
		if err := r.first(checks); err != nil {
			return err
		}
	}
	return nil
}

var errDuplicateKeys = apierr.Validation("Provided list of item keys contains duplicates")

// impossibleTableName ends the refusal of a map whose keys are names of tables, of which one cannot be.
const impossibleTableName = " failed to satisfy constraint: Map keys must satisfy constraint: " +
	"[Member must have length less than or equal to 255, Member must have length greater than or equal to 3, " +
	"Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]"

// possibleTableName reports whether a table could have the name, or the ARN.
func possibleTableName(name string) bool {
	var m memberErrors
	m.TableName("", name, api.OneOfName)
	return len(m.Texts()) == 0
}

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

// parallel calls do for 0 to n-1 at the same time and returns when all calls have. n is small: the
// limits of the operations bound it.
func parallel(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// firstError returns the first error in errs that is one.
func firstError(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
