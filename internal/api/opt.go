package api

import "github.com/statordb/stator/internal/attr"

// Opt is a scalar member that may be absent.
type Opt[T any] struct {
	V   T
	Set bool
}

// Some is a member that is given.
func Some[T any](v T) Opt[T] { return Opt[T]{V: v, Set: true} }

// Or returns the value of o, or def if it is absent.
func (o Opt[T]) Or(def T) T {
	if o.Set {
		return o.V
	}
	return def
}

// Map is a map from strings, in the order of the body. Keys are unique.
type Map[V any] []Entry[V]

// Entry is one entry of a Map.
type Entry[V any] struct {
	Key string
	V   V
}

// Get returns the value under key. It looks at one entry after the other: who looks up many keys of
// a map that a client sent makes an index first.
func (m Map[V]) Get(key string) (v V, ok bool) {
	for i := range m {
		if m[i].Key == key {
			return m[i].V, true
		}
	}
	return v, false
}

// fewEntries is the size up to which comparing all keys with each other is cheaper than an index.
const fewEntries = 16

// unique puts the value of a repeated key in the place of its first entry and removes the others.
func (m Map[V]) unique() Map[V] {
	var places map[string]int
	if len(m) > fewEntries {
		places = make(map[string]int, len(m))
	}
	out := m[:0]
	for _, e := range m {
		if i := out.place(e.Key, places); i >= 0 {
			out[i].V = e.V
			continue
		}
		if places != nil {
			places[e.Key] = len(out)
		}
		out = append(out, e)
	}
	clear(m[len(out):])
	return out
}

// place returns where key is in m, or -1. places is an index of m, or nil.
func (m Map[V]) place(key string, places map[string]int) int {
	if places != nil {
		if i, ok := places[key]; ok {
			return i
		}
		return -1
	}
	for i := range m {
		if m[i].Key == key {
			return i
		}
	}
	return -1
}

// Attributes is a map from attribute names to attribute values: an item, a key or the values of an
// expression. A nil Item is absent. Faults says what is wrong with the values, which must not be
// used then; outputs leave it empty. An output that is Hashed has number sets in the order of a Java
// HashSet (attr.Item.AppendHashedJSON).
type Attributes struct {
	attr.Item
	Faults attr.Faults
	Hashed bool
}

// Attribute is one attribute value. A nil Value is absent. For Faults see Attributes.
type Attribute struct {
	attr.Value
	Faults attr.Faults
}

// AttributeList is a list of attribute values. Nil Values are absent. For Faults see Attributes.
type AttributeList struct {
	Values []attr.Value
	Faults attr.Faults
}

// Origin says how a request was written. Each of its members makes AWS answer with its older
// validation layer, whatever the operation (captures-items §1).
type Origin struct {
	StringBool bool // a boolean was given as a string
	ManyTypes  bool // an attribute value has more than one type
	Coerced    bool // an integer was saturated or lost a fraction
}

// Older reports whether AWS's older validation layer answers because of the way the request was
// written.
func (o Origin) Older() bool { return o.StringBool || o.ManyTypes || o.Coerced }
