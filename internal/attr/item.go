package attr

import "bytes"

// Item is an encoded attribute map: a count and that many entries of name and value, ascending by
// name. nil is no item; an item without attributes is EmptyItem.
type Item []byte

// EmptyItem is the item that has no attributes.
var EmptyItem = Item{0}

// Len returns the number of attributes.
func (it Item) Len() int {
	if len(it) == 0 {
		return 0
	}
	n, _ := uvarint(it)
	return n
}

// Get returns the value of the attribute called name, or nil.
func (it Item) Get(name string) Value {
	for f := it.Fields(); f.Next(); {
		if string(f.Name) >= name {
			if string(f.Name) == name {
				return f.Value
			}
			return nil
		}
	}
	return nil
}

// Equal reports whether both items have the same attributes with equal values. No item equals only
// no item.
func (it Item) Equal(other Item) bool {
	return (it == nil) == (other == nil) && bytes.Equal(it, other)
}

// Fields walks the attributes, ascending by name.
func (it Item) Fields() Fields {
	if len(it) == 0 {
		return Fields{}
	}
	n, w := uvarint(it)
	return Fields{left: n, rest: it[w:]}
}

// Fields walks the attributes of an item. Name and Value are valid after Next returned true.
type Fields struct {
	Name  []byte
	Value Value
	rest  []byte
	left  int
}

// Next moves to the next attribute.
func (f *Fields) Next() bool {
	if f.left == 0 {
		return false
	}
	n, w := uvarint(f.rest)
	b := f.rest[w:]
	f.Name, b = b[:n:n], b[n:]
	n = span(b)
	f.Value, f.rest = Value(b[:n:n]), b[n:]
	f.left--
	return true
}
