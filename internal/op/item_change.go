package op

import (
	"slices"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/expr"
)

var errUpdateSize = apierr.Validation("Item size to update has exceeded the maximum allowed size")

// change is what UpdateItem does to an item: the store.Change of an update.
type change struct {
	update *expr.BoundUpdate // nil: none
	key    attr.Item
	table  *catalog.Table
}

// Apply returns the updated item. Of an item that does not exist it makes one with the key, unless
// the update only removes.
func (c *change) Apply(old attr.Item, buf *[]byte) (attr.Item, error) {
	switch {
	case c.update != nil:
		return c.applyUpdate(old, buf)
	case old == nil:
		return c.key, nil
	}
	from := len(*buf)
	*buf = append(*buf, old...) // old is only lent
	return attr.Item((*buf)[from:]), nil
}

func (c *change) applyUpdate(old attr.Item, buf *[]byte) (attr.Item, error) {
	if err := c.keyTarget(); err != nil {
		return nil, err
	}
	c.update.SetKey(c.key)
	it, err := c.update.Apply(old, buf)
	if err != nil || it == nil {
		return nil, err
	}
	if err := c.indexKeys(old, it); err != nil {
		return nil, err
	}
	if !it.Fits(attr.ItemBytesMax) {
		return nil, errUpdateSize
	}
	return it, nil
}

// keyTarget refuses an update of a key attribute.
func (c *change) keyTarget() error {
	if name := updatedKey(c.update, c.table); name != "" {
		return apierr.Invalidf("Cannot update attribute %s. This attribute is part of the key", name)
	}
	return nil
}

// updatedKey returns the first key attribute of t that u changes, or a part of; "" is none.
func updatedKey(u *expr.BoundUpdate, t *catalog.Table) string {
	for _, p := range u.Paths() {
		if slices.Contains(t.Key, p[0].Name) {
			return p[0].Name
		}
	}
	return ""
}
