// Package catalog is about tables: their descriptions, which are stored, and how they change.
// It promises that a lookup costs no read of the store, that a description is immutable once seen,
// and that a change is durable before anybody sees it.
package catalog

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/keyspace"
)

// Table describes a table. It is immutable: a change makes another Table of the same ID.
type Table struct {
	ID         keyspace.TableID `json:"id"`
	Name       string           `json:"name"`
	Created    time.Time        `json:"created"`
	Attributes []Attribute      `json:"attributes"` // the attribute definitions, as declared
	Key        []string         `json:"key"`        // partition key and, if there is one, sort key
	Indexes    []Index          `json:"indexes,omitempty"`
	LastIndex  keyspace.IndexID `json:"lastIndex,omitempty"` // the highest ID that an index, or an expiry, got
	Stream     *TableStream     `json:"stream,omitempty"`    // its stream, or the last one that it had
	Expiry     *Expiry          `json:"expiry,omitempty"`    // time to live, if it was ever on
	Settings

	latest *atomic.Pointer[Table] // what all descriptions of one table share; nil outside a Catalog
}

// Latest returns the table's description as it is now, or nil if the table has been dropped.
func (t *Table) Latest() *Table {
	if t.latest == nil {
		return t
	}
	return t.latest.Load()
}

// Attribute is a key attribute: its name and its type, one of S, N and B.
type Attribute struct {
	Name string    `json:"name"`
	Type attr.Type `json:"type"`
}

// Settings are what UpdateTable and TagResource change.
type Settings struct {
	Billing            Billing     `json:"billing"`
	Provisioned        Provisioned `json:"provisioned"`
	OnDemand           *Units      `json:"onDemand,omitempty"` // maxima; a figure of 0 is none
	Warm               Units       `json:"warm"`
	Class              *Class      `json:"class,omitempty"`
	Encryption         *Encryption `json:"encryption,omitempty"`
	DeletionProtection bool        `json:"deletionProtection"`
	Tags               []Tag       `json:"tags,omitempty"` // ascending by key
}

// Billing is how capacity is paid for.
type Billing struct {
	OnDemand      bool      `json:"onDemand"`
	Stated        bool      `json:"stated"`                 // there is something to say: the table is, or was, on demand
	SinceOnDemand time.Time `json:"sinceOnDemand,omitzero"` // when it was last made so
}

// Provisioned is the provisioned throughput; zero for a table on demand.
type Provisioned struct {
	Units
	Increased      time.Time `json:"increased,omitzero"`
	Decreased      time.Time `json:"decreased,omitzero"`
	DecreasesToday int64     `json:"decreasesToday,omitempty"` // on the UTC day of Decreased
}

// Units are read and write units.
type Units struct {
	Read  int64 `json:"read"`
	Write int64 `json:"write"`
}

// Class is the storage class, once one has been chosen.
type Class struct {
	Name    string    `json:"name"`
	Changed time.Time `json:"changed,omitzero"` // zero if chosen with CreateTable
	Before  time.Time `json:"before,omitzero"`  // when the class had changed before that
}

// Encryption is the key that the client chose for encryption at rest, other than the owner's own.
type Encryption struct {
	KeyARN string `json:"keyArn"`
}

// Tag is a tag of a table.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// PartitionKey returns the partition key attribute.
func (t *Table) PartitionKey() Attribute { return t.Attribute(t.Key[0]) }

// SortKey returns the sort key attribute and whether there is one.
func (t *Table) SortKey() (Attribute, bool) {
	if len(t.Key) < 2 {
		return Attribute{}, false
	}
	return t.Attribute(t.Key[1]), true
}

// Attribute returns the definition of the key attribute called name, of the table or of one of its
// indexes. A table has a handful.
func (t *Table) Attribute(name string) Attribute {
	for _, a := range t.Attributes {
		if a.Name == name {
			return a
		}
	}
	return Attribute{}
}

// RowKey returns the bytes of the key attributes of it, an item of t; sk is nil in a table without a
// sort key.
func (t *Table) RowKey(it attr.Item) (pk, sk []byte) {
	pk = it.Get(t.Key[0]).Bytes()
	if len(t.Key) > 1 {
		sk = it.Get(t.Key[1]).Bytes()
	}
	return pk, sk
}

// prepare derives what is not stored. It must be called before anybody else sees t.
func (t *Table) prepare() {
	for i := range t.Indexes {
		t.Indexes[i].prepare(t)
	}
}

// clone returns a copy whose slices and pointers may be changed without t seeing it.
func (t *Table) clone() *Table {
	c := *t
	c.Attributes = append([]Attribute(nil), t.Attributes...)
	c.Key = append([]string(nil), t.Key...)
	c.Tags = append([]Tag(nil), t.Tags...)
	c.Indexes = slices.Clone(t.Indexes)
	for i := range c.Indexes {
		c.Indexes[i] = c.Indexes[i].clone()
	}
	c.OnDemand, c.Class, c.Encryption = copied(t.OnDemand), copied(t.Class), copied(t.Encryption)
	c.Stream, c.Expiry = copied(t.Stream), copied(t.Expiry)
	return &c
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
