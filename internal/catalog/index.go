package catalog

import (
	"slices"
	"time"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/keyspace"
)

// Index describes a secondary index. It is immutable, as its Table is.
type Index struct {
	ID    keyspace.IndexID `json:"id"` // of no other index that the table has or had
	Name  string           `json:"name"`
	Local bool             `json:"local,omitempty"`

	Hash       []string   `json:"hash"`           // partition key attributes
	Sort       []string   `json:"sort,omitempty"` // sort key attributes
	Projection Projection `json:"projection"`

	State       IndexState  `json:"state"`
	Filling     bool        `json:"filling,omitempty"` // creating, and all writers keep it up
	Provisioned Provisioned `json:"provisioned"`
	OnDemand    *Units      `json:"onDemand,omitempty"`
	Warm        Units       `json:"warm"`
	Created     time.Time   `json:"created,omitzero"`

	view *attr.Mask // what an entry has of an item; nil: all
}

// Projection says which attributes an index has besides the keys.
type Projection struct {
	Type   string   `json:"type"` // KEYS_ONLY, INCLUDE or ALL
	Others []string `json:"others,omitempty"`
}

// The types of projection.
const (
	ProjectKeys    = "KEYS_ONLY"
	ProjectInclude = "INCLUDE"
	ProjectAll     = "ALL"
)

// IndexState is where an index stands between its making and its end.
type IndexState uint8

// The states of an index. They are stored: never renumber.
const (
	IndexActive   IndexState = iota // whole: it may be read
	IndexCreating                   // writes keep it up once all know of it; what was there before is being added
	IndexDeleting                   // no write keeps it up, its space is being given back
)

// Kept reports whether writes keep the index up.
func (ix *Index) Kept() bool { return ix.State != IndexDeleting }

// View returns what an entry has of an item, or nil if it is all of it.
func (ix *Index) View() *attr.Mask { return ix.view }

// Projects reports whether entries have the attribute called name. t is the table of the index.
func (ix *Index) Projects(t *Table, name string) bool {
	return ix.Projection.Type == ProjectAll || ix.IsKey(name) || slices.Contains(t.Key, name) ||
		slices.Contains(ix.Projection.Others, name)
}

// IsKey reports whether the attribute called name is of the index's key.
func (ix *Index) IsKey(name string) bool {
	return slices.Contains(ix.Hash, name) || slices.Contains(ix.Sort, name)
}

// KeyNames returns the names of the index's key attributes, partition key first.
func (ix *Index) KeyNames() []string { return slices.Concat(ix.Hash, ix.Sort) }

// prepare derives what is not stored.
func (ix *Index) prepare(t *Table) {
	if ix.Projection.Type == ProjectAll {
		ix.view = nil
		return
	}
	ix.view = new(attr.Mask)
	for _, names := range [][]string{t.Key, ix.Hash, ix.Sort, ix.Projection.Others} {
		for _, name := range names {
			ix.view.Add(attr.Path{{Name: name}})
		}
	}
}

// clone returns a copy whose slices and pointers may be changed without ix seeing it.
func (ix Index) clone() Index {
	ix.Hash, ix.Sort, ix.Projection.Others = slices.Clone(ix.Hash), slices.Clone(ix.Sort), slices.Clone(ix.Projection.Others)
	ix.OnDemand = copied(ix.OnDemand)
	return ix
}

// Index returns the index called name, or nil.
func (t *Table) Index(name string) *Index {
	for i := range t.Indexes {
		if t.Indexes[i].Name == name {
			return &t.Indexes[i]
		}
	}
	return nil
}

// IndexOf returns the index of that ID, or nil.
func (t *Table) IndexOf(id keyspace.IndexID) *Index {
	for i := range t.Indexes {
		if t.Indexes[i].ID == id {
			return &t.Indexes[i]
		}
	}
	return nil
}

// AddIndex adds an index, which gets an ID that no other index of the table has or had. t must not be
// seen by anybody else yet.
func (t *Table) AddIndex(ix Index) {
	t.LastIndex++
	ix.ID = t.LastIndex
	t.Indexes = append(t.Indexes, ix)
}

// removeSecondary takes the index id away, and the definitions of attributes that only it needed.
func (t *Table) removeSecondary(id keyspace.IndexID) {
	t.Indexes = slices.DeleteFunc(t.Indexes, func(ix Index) bool { return ix.ID == id })
	t.Attributes = slices.DeleteFunc(t.Attributes, func(a Attribute) bool {
		return !slices.Contains(t.Key, a.Name) &&
			!slices.ContainsFunc(t.Indexes, func(ix Index) bool { return ix.IsKey(a.Name) })
	})
}

// HasLocal reports whether the table has a local secondary index.
func (t *Table) HasLocal() bool {
	return slices.ContainsFunc(t.Indexes, func(ix Index) bool { return ix.Local })
}
