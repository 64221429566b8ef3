package index

import (
	"github.com/statordb/stator/internal/attr"
)

// Expires returns when it expires by the attribute called name, in seconds since 1970, or 0 if it never does:
// the attribute must be a number of at least 1. Part of a second does not count. Numbers of milliseconds lie so
// far in the future that their time never comes ("Using time to live", DynamoDB Developer Guide).
func Expires(it attr.Item, name string) uint64 {
	v := it.Get(name)
	if v.Type() != attr.N {
		return 0
	}
	seconds, _ := v.Number().Whole() // 0 if there is none that fits
	return seconds
}
