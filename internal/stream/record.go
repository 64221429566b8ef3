package stream

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// Event is what a change does to the item.
type Event uint8

// The events. They are stored: never renumber.
const (
	Insert Event = 1 // there was none
	Modify Event = 2
	Remove Event = 3 // there is none any more
)

var eventNames = [...]string{"", "INSERT", "MODIFY", "REMOVE"}

// String returns the name that clients see.
func (e Event) String() string { return eventNames[e] }

// Change is a change of one item that is to be recorded.
type Change struct {
	Old, New         attr.Item // one of them may be nil, for none; they are not equal
	OldSize, NewSize int       // as DynamoDB counts
	Service          bool      // the service itself makes it: the item has expired
	At               time.Time
}

func (c *Change) event() Event {
	switch {
	case c.Old == nil:
		return Insert
	case c.New == nil:
		return Remove
	}
	return Modify
}

// Record is a change as the readers of a stream see it. Its items are parts of memory that is used again.
type Record struct {
	Position
	Event   Event
	Created time.Time // to the millisecond
	Service bool      // Change.Service
	Keys    attr.Item // the key attributes of the item
	New     attr.Item // the item afterwards; nil if there is none or the view of the stream does not show it
	Old     attr.Item // the item before, likewise
	Size    int       // of Keys, New and Old, as DynamoDB counts
	ID      [16]byte  // the same whenever the record is read, and of no other record

	room []byte // that Keys may be in
}

// Append puts the record of c into txn: the n-th record of the transaction, counted from 0 over all its
// tables, whose sequence is seq. The item is of t, whose changes are recorded (t.Log), and has the
// partition key pk. Append returns the slot of the record.
func Append(txn engine.Txn, t *catalog.Table, pk []byte, seq uint64, n uint16, c *Change) (slot uint8) {
	log := t.Log()
	sc := scratches.Get().(*scratch) //nolint:errcheck,forcetypeassert // nothing else is put in
	defer scratches.Put(sc)
	slot = keyspace.Slot(pk)
	sc.key = log.ID.Record(sc.key[:0], slot, seq, n)
	v := value{flags: byte(c.event()), created: c.At}
	if c.Service {
		v.flags |= flagService
	}
	shown := images(log.View, c.event())
	if shown&flagNew != 0 {
		v.add(flagNew, c.New, c.NewSize)
	}
	if shown&flagOld != 0 {
		v.add(flagOld, c.Old, c.OldSize)
	}
	if shown == 0 {
		it := c.New
		if it == nil {
			it = c.Old
		}
		sc.keys = appendKeys(sc.keys[:0], it, func(name []byte) bool { return isKey(t.Key, name) })
		v.add(0, sc.keys, attr.Item(sc.keys).Size())
	}
	v.put(txn.SetDeferred(sc.key, v.len()))
	return slot
}

// scratch is the memory of one Append. It is pooled.
type scratch struct{ key, keys []byte }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// images returns the flags of the images that a view shows of an event.
func images(view string, e Event) (flags byte) {
	if e != Remove && (view == catalog.ViewNew || view == catalog.ViewNewOld) {
		flags |= flagNew
	}
	if e != Insert && (view == catalog.ViewOld || view == catalog.ViewNewOld) {
		flags |= flagOld
	}
	return flags
}

func isKey(names []string, name []byte) bool {
	for _, k := range names {
		if string(name) == k {
			return true
		}
	}
	return false
}

// appendKeys appends the item of the attributes of it that are keys.
func appendKeys(dst []byte, it attr.Item, key func(name []byte) bool) []byte {
	var b attr.Builder
	b.Open(dst)
	for f := it.Fields(); f.Next(); {
		if key(f.Name) {
			dst = b.Field(dst, f.Name, f.Value)
		}
	}
	return b.CloseItem(dst)
}

// decode makes r the record that is stored under k as b, in the stream s.
func (r *Record) decode(s *catalog.Stream, k keyspace.RecordKey, b []byte) error {
	var v value
	if err := v.parse(b); err != nil {
		return err
	}
	*r = Record{
		Position: Position{k.Seq, k.N}, Event: Event(v.flags & flagEvent), Created: v.created,
		Service: v.flags&flagService != 0, ID: recordID(k), room: r.room[:0],
	}
	if v.flags&(flagNew|flagOld) == 0 {
		r.Keys, r.Size = v.parts[0].item, v.parts[0].size
		return nil
	}
	r.room = appendKeys(r.room, v.parts[0].item, func(name []byte) bool { return isAttribute(s.Key, name) })
	r.Keys = attr.Item(r.room)
	r.Size = r.Keys.Size()
	for _, p := range v.parts[:v.n] {
		r.Size += p.size
	}
	if v.flags&flagNew != 0 {
		r.New = v.parts[0].item
	}
	if v.flags&flagOld != 0 {
		r.Old = v.parts[v.n-1].item
	}
	return nil
}

func isAttribute(keys []catalog.Attribute, name []byte) bool {
	for i := range keys {
		if string(name) == keys[i].Name {
			return true
		}
	}
	return false
}

// recordID derives the ID of the record under k.
func recordID(k keyspace.RecordKey) (id [16]byte) {
	var b [len(k.ID) + 8 + 2]byte
	n := copy(b[:], k.ID[:])
	binary.BigEndian.PutUint64(b[n:], k.Seq)
	binary.BigEndian.PutUint16(b[n+8:], k.N)
	sum := sha256.Sum256(b[:])
	copy(id[:], sum[:])
	return id
}
