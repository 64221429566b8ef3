package catalog

import (
	"time"

	"github.com/statordb/stator/internal/keyspace"
)

// Expiry is time to live: which attribute says when an item expires, and where the index by that time
// stands.
type Expiry struct {
	ID        keyspace.IndexID `json:"id"` // of no other index or expiry that the table has or had
	Attribute string           `json:"attribute"`
	State     IndexState       `json:"state"`             // of the index by time; once deleted there is no Attribute
	Filling   bool             `json:"filling,omitempty"` // creating, and all writers keep it up
	Changed   time.Time        `json:"changed"`           // by UpdateTimeToLive
}

// Kept reports whether writes keep the index by time up.
func (x *Expiry) Kept() bool { return x != nil && x.Attribute != "" && x.State != IndexDeleting }
