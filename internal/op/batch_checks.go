package op

import (
	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// Checks that all members of a batch or transaction pass before the next ones are made of any.
var (
	veryDeepValues = []check{(*itemRequest).veryDeep}
	emptyNames     = []check{(*itemRequest).emptyAttributeName}
	tableLookups   = []check{(*itemRequest).findTable}
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
