package store

import (
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/index"
	"github.com/statordb/stator/internal/keyspace"
)

// expiryEntry is the value of an entry of the index by time: a version, as everything is in the key.
var expiryEntry = []byte{0x01}

// Expire is the change that removes the item if it expires in [From, Until), in seconds since 1970, as time to
// live of its table says, and that leaves it as it is if it does not: it was renewed, or removed, or time to live
// has been switched off since.
type Expire struct {
	Expiry      keyspace.IndexID // the time to live that it expires by
	From, Until uint64
}

// Apply returns no item.
func (*Expire) Apply(attr.Item, *[]byte) (attr.Item, error) { return nil, nil }

// spares reports whether c leaves old as it is, an item of t or none.
func (c *Expire) spares(t *catalog.Table, old attr.Item) bool {
	if !t.Expiry.Active() || t.Expiry.ID != c.Expiry {
		return true
	}
	at := index.Expires(old, t.Expiry.Attribute)
	return at < c.From || at >= c.Until
}

// expiry is what a write changes in the index by time. The memory of its keys is used again.
type expiry struct {
	old, new []byte // keys of the entry that goes and of the one that comes; empty: none
	at       uint64 // the time of the new one
}

// follow finds out what follows from the item under k going from before to after, either of which may be nil.
func (x *expiry) follow(t *catalog.Table, k *Key, before, after attr.Item) {
	x.forget()
	name, id := t.Expiry.Attribute, t.Expiry.ID
	was := index.Expires(before, name)
	x.at = index.Expires(after, name)
	if was == x.at {
		return
	}
	if was > 0 {
		x.old = t.ID.Expiry(x.old, id, was, k.Partition, k.Sort)
	}
	if x.at > 0 {
		x.new = t.ID.Expiry(x.new, id, x.at, k.Partition, k.Sort)
	}
}

func (x *expiry) forget() { x.old, x.new = x.old[:0], x.new[:0] }

// write puts the change into the transaction, and its time into v. The old entry may not be there: an index that
// is being filled lacks some, and to delete what is not there is fine.
func (x *expiry) write(txn engine.Txn, v *visit) {
	if len(x.old) > 0 {
		txn.Delete(x.old)
	}
	if len(x.new) > 0 {
		txn.Set(x.new, expiryEntry)
		if v.expires == 0 || x.at < v.expires {
			v.expires = x.at
		}
	}
}

// fillExpiry writes the entry that it, an item of t, has in the index by time, if it has one.
func fillExpiry(txn engine.Txn, t *catalog.Table, it attr.Item, buf *[]byte) {
	at := index.Expires(it, t.Expiry.Attribute)
	if at == 0 {
		return
	}
	pk, sk := t.RowKey(it)
	from := len(*buf)
	*buf = t.ID.Expiry(*buf, t.Expiry.ID, at, pk, sk)
	txn.Set((*buf)[from:], expiryEntry)
}
