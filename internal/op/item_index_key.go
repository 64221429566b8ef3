package op

import (
	"slices"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// indexKeys refuses an item to put with a value that the key of an index cannot have.
func (r *itemRequest) indexKeys() *apierr.Error { return r.table.CheckIndexKeys(r.attributes.Item) }

// indexKeys refuses an updated item like that, if it is the update that wrote the value.
func (c *change) indexKeys(old, it attr.Item) *apierr.Error {
	return c.table.CheckUpdatedIndexKeys(it, func(name string) bool { return old == nil || c.writes(name) })
}

// writes reports whether the update is one of the attribute called name.
func (c *change) writes(name string) bool {
	return slices.ContainsFunc(c.update.Paths(), func(p attr.Path) bool { return p[0].Name == name })
}
