package attr

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

var errEncoding = errors.New("encoding is cut short or malformed")

// CheckRow reports what is wrong with a row: it must hold an item in canonical form, and its size.
func CheckRow(row []byte) error {
	if len(row) < 3 {
		return errRow
	}
	if _, w := binary.Uvarint(row[1:]); w <= 0 {
		return errEncoding
	}
	it, size, err := ParseRow(row)
	if err != nil {
		return err
	}
	if err := it.Check(); err != nil {
		return err
	}
	if actual := it.Size(); actual != size {
		return fmt.Errorf("row says its item is %d bytes, which has %d", size, actual)
	}
	return nil
}

// Check reports where it is not the canonical encoding of an item. Whatever passes can be read with
// the accessors of Item and Value.
func (it Item) Check() error {
	rest, err := checkFields(it, 1)
	if err == nil && len(rest) > 0 {
		err = errEncoding
	}
	return err
}

// checkFields checks an item at the start of b and returns what follows.
func checkFields(b []byte, level int) (rest []byte, err error) {
	n, b, err := checkUvarint(b)
	if err != nil {
		return nil, err
	}
	var name, before []byte
	for i := range n {
		if name, b, err = checkBytes(b); err != nil {
			return nil, err
		}
		if i > 0 && bytes.Compare(before, name) >= 0 {
			return nil, fmt.Errorf("attribute names %q and %q are not ascending", before, name)
		}
		before = name
		if b, err = checkValue(b, level); err != nil {
			return nil, fmt.Errorf("%q: %w", name, err)
		}
	}
	return b, nil
}

// checkValue checks a value at the start of b and returns what follows.
func checkValue(b []byte, level int) (rest []byte, err error) {
	if len(b) == 0 || level > LevelsMax {
		return nil, errEncoding
	}
	tag := b[0]
	switch tag {
	case tagNull, tagFalse, tagTrue:
		return b[1:], nil
	}
	if tag == 0 || tag > tagM {
		return nil, fmt.Errorf("no value begins with the tag %#x", tag)
	}
	body, rest, err := checkBytes(b[1:])
	if err != nil {
		return nil, err
	}
	t := typeOfTag[tag]
	switch t {
	case S, N, B:
		err = checkScalar(t, body)
	case M:
		body, err = checkFields(body, level+1)
	case L:
		body, err = checkElements(body, level+1)
	default:
		body, err = checkMembers(body, t.Element())
	}
	if err == nil && !t.Scalar() && len(body) > 0 {
		err = errEncoding
	}
	return rest, err
}

func checkElements(b []byte, level int) (rest []byte, err error) {
	n, b, err := checkUvarint(b)
	for i := 0; err == nil && i < n; i++ {
		b, err = checkValue(b, level)
	}
	return b, err
}

func checkMembers(b []byte, t Type) (rest []byte, err error) {
	n, b, err := checkUvarint(b)
	if err == nil && n == 0 {
		err = errors.New("a set is empty")
	}
	var member, before []byte
	for i := 0; err == nil && i < n; i++ {
		if member, b, err = checkBytes(b); err != nil {
			return nil, err
		}
		if i > 0 && bytes.Compare(before, member) >= 0 {
			return nil, errors.New("members of a set are not ascending")
		}
		before = member
		err = checkScalar(t, member)
	}
	return b, err
}

// checkScalar checks the bytes of an S, N or B, or of a member of a set of them.
func checkScalar(t Type, b []byte) error {
	switch {
	case t == S && !utf8.Valid(b):
		return errors.New("a string is not UTF-8")
	case t == N && !Number(b).valid():
		return fmt.Errorf("% x is no number", b)
	}
	return nil
}

// valid reports whether n is the canonical form of a number.
func (n Number) valid() bool {
	if len(n) == 0 || len(n) > numberPairsMax+2 {
		return false
	}
	if n.Sign() == 0 {
		return true
	}
	neg := n.Sign() < 0
	if len(n) < 2 {
		return false
	}
	pairs := n.pairs()
	if len(pairs) == 0 || len(pairs) > numberPairsMax {
		return false
	}
	for _, p := range pairs {
		if neg && (p < 2 || p > 101) || !neg && (p < 1 || p > 100) {
			return false
		}
	}
	again, fault := ParseNumber(nil, n.AppendText(nil))
	return fault == NumberFine && bytes.Equal(again, n)
}

func checkUvarint(b []byte) (n int, rest []byte, err error) {
	u, w := binary.Uvarint(b)
	if w <= 0 || u > uint64(len(b)) || w != uvarintLen(int(u)) { //nolint:gosec // bounded by len(b)
		return 0, nil, errEncoding
	}
	return int(u), b[w:], nil //nolint:gosec // bounded by len(b)
}

func checkBytes(b []byte) (s, rest []byte, err error) {
	n, b, err := checkUvarint(b)
	if err != nil || n > len(b) {
		return nil, nil, errEncoding
	}
	return b[:n], b[n:], nil
}
