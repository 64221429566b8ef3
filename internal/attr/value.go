package attr

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Type is the type of a Value.
type Type uint8

// The types, in the order of their names in DynamoDB's documentation. Invalid is the type of no value.
const (
	Invalid Type = iota
	S
	N
	B
	BOOL
	NULL
	SS
	NS
	BS
	L
	M
)

var typeNames = [...]string{"", "S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"}

// String returns the name of t in requests and error texts.
func (t Type) String() string { return typeNames[t] }

// TypeNamed returns the type called name, or Invalid.
func TypeNamed(name string) Type {
	switch name {
	case "S":
		return S
	case "N":
		return N
	case "B":
		return B
	case "BOOL":
		return BOOL
	case "NULL":
		return NULL
	case "SS":
		return SS
	case "NS":
		return NS
	case "BS":
		return BS
	case "L":
		return L
	case "M":
		return M
	}
	return Invalid
}

// MarshalText returns the name of t, for descriptions that are stored.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the name of a type.
func (t *Type) UnmarshalText(text []byte) error {
	if *t = TypeNamed(string(text)); *t == Invalid {
		return fmt.Errorf("no type is called %q", text)
	}
	return nil
}

// Set reports whether t is SS, NS or BS.
func (t Type) Set() bool { return t == SS || t == NS || t == BS }

// Scalar reports whether t can be a key: S, N or B.
func (t Type) Scalar() bool { return t == S || t == N || t == B }

// Element returns the type of the members of a set type.
func (t Type) Element() Type { return t - SS + S }

// The tags that begin an encoded value. They are stored: never renumber.
const (
	tagNull  = 0x01
	tagFalse = 0x02
	tagTrue  = 0x03
	tagN     = 0x04
	tagS     = 0x05
	tagB     = 0x06
	tagSS    = 0x07
	tagNS    = 0x08
	tagBS    = 0x09
	tagL     = 0x0a
	tagM     = 0x0b
)

var typeOfTag = [...]Type{
	tagNull: NULL, tagFalse: BOOL, tagTrue: BOOL, tagN: N, tagS: S, tagB: B,
	tagSS: SS, tagNS: NS, tagBS: BS, tagL: L, tagM: M,
}

var tagOfType = [...]byte{
	S: tagS, N: tagN, B: tagB, BOOL: tagTrue, NULL: tagNull, SS: tagSS, NS: tagNS, BS: tagBS, L: tagL, M: tagM,
}

// Value is an encoded attribute value; nil is no value.
type Value []byte

// Type returns the type of v, Invalid for no value.
func (v Value) Type() Type {
	if len(v) == 0 || int(v[0]) >= len(typeOfTag) {
		return Invalid
	}
	return typeOfTag[v[0]]
}

// Bytes returns the text of an S, the bytes of a B, or the Number of an N.
func (v Value) Bytes() []byte {
	n, w := uvarint(v[1:])
	return v[1+w : 1+w+n]
}

// Number returns the number of an N.
func (v Value) Number() Number { return Number(v.Bytes()) }

// Bool returns the truth of a BOOL.
func (v Value) Bool() bool { return v[0] == tagTrue }

// body returns what follows the length of a container: its count and its entries.
func (v Value) body() []byte { return v.Bytes() }

// Len returns the number of elements of a set, L or M.
func (v Value) Len() int {
	n, _ := uvarint(v.body())
	return n
}

// Map returns the entries of an M.
func (v Value) Map() Item { return Item(v.body()) }

// Elements walks an L.
func (v Value) Elements() Elements {
	n, w := uvarint(v.body())
	return Elements{left: n, rest: v.body()[w:]}
}

// Members walks a set, in ascending order.
func (v Value) Members() Members {
	n, w := uvarint(v.body())
	return Members{left: n, rest: v.body()[w:]}
}

// Index returns element i of an L, or nil if there is none.
func (v Value) Index(i int) Value {
	for e := v.Elements(); e.Next(); i-- {
		if i == 0 {
			return e.Value
		}
	}
	return nil
}

// Has reports whether member is in the set v; member is as Members yields it.
func (v Value) Has(member []byte) bool {
	for m := v.Members(); m.Next(); {
		if c := bytes.Compare(m.Member, member); c >= 0 {
			return c == 0
		}
	}
	return false
}

// Equal reports whether v and w are the same value: numbers by value, sets and maps whatever order
// they were written in, lists in order. Two absent values are equal.
func (v Value) Equal(w Value) bool { return bytes.Equal(v, w) }

// Compare orders two values of one scalar type: S and B by their bytes, N by value.
func Compare(v, w Value) int { return bytes.Compare(v.Bytes(), w.Bytes()) }

// Elements walks the elements of an L. Value is valid after Next returned true.
type Elements struct {
	Value Value
	rest  []byte
	left  int
}

// Next moves to the next element.
func (e *Elements) Next() bool {
	if e.left == 0 {
		return false
	}
	n := span(e.rest)
	e.Value, e.rest = Value(e.rest[:n:n]), e.rest[n:]
	e.left--
	return true
}

// Members walks the members of a set. Member is valid after Next returned true.
type Members struct {
	Member []byte // text of an SS member, bytes of a BS member, Number of an NS member
	rest   []byte
	left   int
}

// Next moves to the next member.
func (m *Members) Next() bool {
	if m.left == 0 {
		return false
	}
	n, w := uvarint(m.rest)
	m.Member, m.rest = m.rest[w:w+n:w+n], m.rest[w+n:]
	m.left--
	return true
}

// uvarint reads a length or a count and returns it with its width.
func uvarint(b []byte) (n, width int) {
	if b[0] < 0x80 {
		return int(b[0]), 1
	}
	u, w := binary.Uvarint(b)
	return int(u), w //nolint:gosec // lengths are of bytes in memory
}

// span returns the length of the encoded value that b begins with.
func span(b []byte) int {
	switch b[0] {
	case tagNull, tagFalse, tagTrue:
		return 1
	}
	n, w := uvarint(b[1:])
	return 1 + w + n
}
