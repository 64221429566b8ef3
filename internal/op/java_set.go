package op

import (
	"strings"

	"github.com/statordb/stator/internal/api"
)

// AWS prints names of attributes as its Java code iterates over a HashSet of them. That order is
// fixed, and texts of refusals show it (captures-tables §3.1).

// ofDefaultSize is the number of buckets of a HashSet that was made without saying how many elements
// it will have. The other kind is made with api.SizedBuckets.
func ofDefaultSize(int) int { return 16 }

// javaSet returns the names as Java prints a HashSet that they were added to one by one. buckets says
// with how many buckets the set was made.
func javaSet(names []string, buckets func(n int) int) string {
	distinct := make([]string, 0, len(names))
	seen := make(map[string]bool, len(names))
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			distinct = append(distinct, n)
		}
	}
	printed := make([]string, 0, len(distinct))
	for _, i := range api.HashOrder(distinct, buckets(len(names))) {
		printed = append(printed, distinct[i])
	}
	return "[" + strings.Join(printed, ", ") + "]"
}
