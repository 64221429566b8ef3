package expr

import (
	"bytes"
	"strconv"

	"github.com/statordb/stator/internal/attr"
)

// result is what an operand is for an item: a value, or a size that is not encoded before it must be.
type result struct {
	value attr.Value // nil: missing
	sized bool
	size  int // noSize: the value has none, which is as if it were missing
}

// noSize is the size of what has none.
const noSize = -1

func (r result) exists() bool { return r.value != nil || r.sized && r.size != noSize }

func (r result) valueType() attr.Type {
	if r.sized {
		return attr.N
	}
	return r.value.Type()
}

// numberRoom is where a size is encoded. It stays on the stack, as long as what is in it goes nowhere
// but to comparisons.
type numberRoom [32]byte

// encoded returns r as a value.
func (r result) encoded(room *numberRoom) attr.Value {
	if !r.sized {
		return r.value
	}
	var digits [20]byte
	var number [24]byte
	n, _ := attr.ParseNumber(number[:0], strconv.AppendInt(digits[:0], int64(r.size), 10)) // a length is a number
	return attr.AppendN(room[:0], n)
}

func (r result) equal(s result) bool {
	var one, two numberRoom
	return r.encoded(&one).Equal(s.encoded(&two))
}

// ordered reports whether r o s holds, which it never does for values that have no order.
func (r result) ordered(o op, s result) bool {
	if t := r.valueType(); t != s.valueType() || !t.Scalar() {
		return false
	}
	var one, two numberRoom
	c := attr.Compare(r.encoded(&one), s.encoded(&two))
	switch o {
	case opLess:
		return c < 0
	case opLessEqual:
		return c <= 0
	case opGreater:
		return c > 0
	default:
		return c >= 0
	}
}

// contains reports whether s is a part of the text or binary r, or an element of the set or list.
func (r result) contains(s result) bool {
	var room numberRoom
	v, w := r.value, s.encoded(&room)
	switch t := v.Type(); {
	case t == attr.S || t == attr.B:
		return t == w.Type() && bytes.Contains(v.Bytes(), w.Bytes())
	case t.Set():
		return t.Element() == w.Type() && v.Has(w.Bytes())
	case t == attr.L:
		for e := v.Elements(); e.Next(); {
			if e.Value.Equal(w) {
				return true
			}
		}
	}
	return false
}

// sizeOf returns the size() of v, or noSize. That of a string is in UTF-16 code units.
func sizeOf(v attr.Value) int {
	switch t := v.Type(); {
	case t == attr.S:
		units := 0
		for _, c := range v.Bytes() {
			if c&0xc0 != 0x80 { // not the rest of a character
				units++
			}
			if c >= 0xf0 { // begins a character that is a surrogate pair
				units++
			}
		}
		return units
	case t == attr.B:
		return len(v.Bytes())
	case t == attr.M:
		return v.Map().Len()
	case hasSize(t):
		return v.Len()
	}
	return noSize
}
