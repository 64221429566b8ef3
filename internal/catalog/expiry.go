package catalog

import (
	"time"

	"github.com/statordb/stator/internal/keyspace"
)

// Expiry is time to live: which attribute says when an item expires, and where the index by that time
// stands. It stays when time to live is switched off: without an Attribute, once nothing is left of the index.
type Expiry struct {
	ID        keyspace.IndexID `json:"id"` // of no other index or expiry that the table has or had
	Attribute string           `json:"attribute,omitempty"`
	State     IndexState       `json:"state"`             // of the index by time
	Filling   bool             `json:"filling,omitempty"` // creating, and all writers keep it up
	Changed   time.Time        `json:"changed"`           // when time to live was last switched on or off
}

// Kept reports whether writes keep the index by time up: time to live is on, or being switched on.
func (x *Expiry) Kept() bool { return x.exists() && x.State != IndexDeleting }

// Active reports whether the index by time is whole, so that items expire.
func (x *Expiry) Active() bool { return x.exists() && x.State == IndexActive }

// Deleting reports whether something is left of the index by time, which is not kept up any more.
func (x *Expiry) Deleting() bool { return x.exists() && x.State == IndexDeleting }

// exists reports whether there is an index by time.
func (x *Expiry) exists() bool { return x != nil && x.Attribute != "" }

// SwitchExpiryOn begins to make the items of t expire by attribute. t must not be seen by anybody else yet, and
// have no index by time.
func (t *Table) SwitchExpiryOn(attribute string, now time.Time) {
	t.LastIndex++
	t.Expiry = &Expiry{ID: t.LastIndex, Attribute: attribute, State: IndexCreating, Changed: now}
}

// SwitchExpiryOff ends what SwitchExpiryOn began. t must not be seen by anybody else yet.
func (t *Table) SwitchExpiryOff(now time.Time) {
	t.Expiry.State, t.Expiry.Filling, t.Expiry.Changed = IndexDeleting, false, now
}

// Expiring returns the tables whose items expire, ascending by name.
func (c *Catalog) Expiring() []*Table {
	return c.where(func(t *Table) bool { return t.Expiry.Active() })
}
