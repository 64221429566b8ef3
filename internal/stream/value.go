package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/statordb/stator/internal/attr"
)

// The layout of a record's value: version, flags, milliseconds since 1970; then the parts, each with its
// size as DynamoDB counts and its length in front. The parts are the images that the view of the stream
// shows, the new one first; if there are none, the key attributes.
const (
	recordVersion = 0x01

	flagEvent   = 0x03 // the event
	flagService = 0x04
	flagNew     = 0x08 // there is a new image
	flagOld     = 0x10 // there is an old image

	headBytes = 1 + 1 + 8
)

var errRecord = errors.New("record is cut short or malformed")

// value is the value of a record, taken apart.
type value struct {
	flags   byte
	created time.Time
	parts   [2]part
	n       int // how many parts there are
}

type part struct {
	item attr.Item
	size int // as DynamoDB counts
}

func (v *value) add(flag byte, it attr.Item, size int) {
	v.flags |= flag
	v.parts[v.n] = part{it, size}
	v.n++
}

// len returns the length of the encoded value.
func (v *value) len() int {
	n := headBytes
	for _, p := range v.parts[:v.n] {
		n += uvarintLen(p.size) + uvarintLen(len(p.item)) + len(p.item)
	}
	return n
}

func uvarintLen(n int) int {
	var b [binary.MaxVarintLen64]byte
	return binary.PutUvarint(b[:], uint64(n)) //nolint:gosec // never negative
}

// put encodes v into b, which is v.len() long.
func (v *value) put(b []byte) {
	b[0], b[1] = recordVersion, v.flags
	binary.BigEndian.PutUint64(b[2:], uint64(v.created.UnixMilli())) //nolint:gosec // the clock is after 1970
	b = b[headBytes:]
	for _, p := range v.parts[:v.n] {
		b = b[binary.PutUvarint(b, uint64(p.size)):]      //nolint:gosec // never negative
		b = b[binary.PutUvarint(b, uint64(len(p.item))):] //nolint:gosec // never negative
		b = b[copy(b, p.item):]
	}
}

// parse takes an encoded value apart. Its items are parts of b; whether they are items is not looked at.
func (v *value) parse(b []byte) error {
	if len(b) < headBytes {
		return errRecord
	}
	if b[0] != recordVersion {
		return fmt.Errorf("record has format version %d, this program reads version %d", b[0], recordVersion)
	}
	*v = value{flags: b[1], created: createdOf(b)}
	if v.flags&flagEvent == 0 || v.flags > flagEvent|flagService|flagNew|flagOld {
		return fmt.Errorf("record has the flags %#x", v.flags)
	}
	rest, parts := b[headBytes:], 1
	if v.flags&flagNew != 0 && v.flags&flagOld != 0 {
		parts = 2
	}
	for range parts {
		size, w := binary.Uvarint(rest)
		if w <= 0 || size > attr.ItemBytesMax {
			return errRecord
		}
		rest = rest[w:]
		n, w := binary.Uvarint(rest)
		if w <= 0 || n == 0 || n > uint64(len(rest)-w) {
			return errRecord
		}
		rest = rest[w:]
		v.add(0, attr.Item(rest[:n:n]), int(size)) //nolint:gosec // bounded
		rest = rest[n:]
	}
	if len(rest) > 0 || v.len() != len(b) { // something follows, or a number is longer than it need be
		return errRecord
	}
	return nil
}

// createdOf returns the time in an encoded value.
func createdOf(b []byte) time.Time {
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b[2:]))) //nolint:gosec // written from one
}
