package attr

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// AppendS appends an S.
func AppendS[T string | []byte](dst []byte, text T) []byte {
	return appendScalar(append(dst, tagS), text)
}

// AppendB appends a B.
func AppendB(dst, b []byte) []byte { return appendScalar(append(dst, tagB), b) }

// AppendN appends an N.
func AppendN(dst []byte, n Number) []byte { return appendScalar(append(dst, tagN), n) }

// AppendScalar appends an S, N or B whose Bytes are b.
func AppendScalar(dst []byte, t Type, b []byte) []byte {
	return appendScalar(append(dst, tagOfType[t]), b)
}

// AppendM appends an M whose entries are those of it.
func AppendM(dst []byte, it Item) []byte { return appendScalar(append(dst, tagM), it) }

// AppendBool appends a BOOL.
func AppendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, tagTrue)
	}
	return append(dst, tagFalse)
}

// AppendNull appends a NULL.
func AppendNull(dst []byte) []byte { return append(dst, tagNull) }

func appendScalar[T string | []byte | Number | Item](dst []byte, s T) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

// appendName appends the name of an entry; its value follows.
func appendName[T string | []byte](dst []byte, name T) []byte { return appendScalar(dst, name) }

// A Builder appends the entries of one container to a buffer and then puts the header, which
// depends on them, in front. The zero Builder is ready; it may be used for another container after
// Close.
type Builder struct {
	start int
	count int
}

// Open begins a container at the end of dst.
func (b *Builder) Open(dst []byte) { b.start, b.count = len(dst), 0 }

// Field appends an attribute. Fields must come ascending by name.
func (b *Builder) Field(dst, name []byte, v Value) []byte {
	b.count++
	return append(appendName(dst, name), v...)
}

// Element appends an element of an L.
func (b *Builder) Element(dst []byte, v Value) []byte {
	b.count++
	return append(dst, v...)
}

// Member appends a member of a set. Members must come ascending.
func (b *Builder) Member(dst, member []byte) []byte {
	b.count++
	return appendScalar(dst, member)
}

// Empty reports whether nothing was appended since Open.
func (b *Builder) Empty() bool { return b.count == 0 }

// CloseItem ends an item and returns dst with it.
func (b *Builder) CloseItem(dst []byte) []byte {
	return prefixLength(dst, b.start, b.count)
}

// Close ends a value of a container type and returns dst with it.
func (b *Builder) Close(dst []byte, t Type) []byte {
	body := len(dst) - b.start + uvarintLen(b.count)
	dst = shift(dst, b.start, 1+uvarintLen(body)+uvarintLen(b.count))
	dst[b.start] = tagOfType[t]
	w := binary.PutUvarint(dst[b.start+1:], uint64(body)) //nolint:gosec // never negative
	binary.PutUvarint(dst[b.start+1+w:], uint64(b.count)) //nolint:gosec // never negative
	return dst
}

// prefixLength puts n in front of what dst holds from start on.
func prefixLength(dst []byte, start, n int) []byte {
	dst = shift(dst, start, uvarintLen(n))
	binary.PutUvarint(dst[start:], uint64(n)) //nolint:gosec // never negative
	return dst
}

// shift moves what dst holds from start on by n bytes to the right.
func shift(dst []byte, start, n int) []byte {
	dst = append(dst, make([]byte, n)...) // n is a handful: the compiler grows in place
	copy(dst[start+n:], dst[start:len(dst)-n])
	return dst
}

func uvarintLen(n int) int {
	return (bits.Len64(uint64(n)|1) + 6) / 7 //nolint:gosec // never negative
}

// entry is the place of one map entry or set member in a buffer. Both begin with a length and the
// bytes they are sorted by: the name or the member.
type entry struct{ off, end int }

func (e entry) key(buf []byte) []byte {
	n, w := uvarint(buf[e.off:])
	return buf[e.off+w : e.off+w+n]
}

// insertedMax is how many entries are sorted by insertion, which is faster for few.
const insertedMax = 16

// sortEntries puts es into ascending order, those with one key in the order they were read, and
// reports whether there are such.
func sortEntries(buf []byte, es []entry) (repeated bool) {
	if len(es) > insertedMax {
		slices.SortStableFunc(es, func(a, b entry) int {
			c := bytes.Compare(a.key(buf), b.key(buf))
			repeated = repeated || c == 0
			return c
		})
		return repeated
	}
	for i := 1; i < len(es); i++ {
		e, to := es[i], i
		for key := e.key(buf); to > 0; to-- {
			c := bytes.Compare(es[to-1].key(buf), key)
			repeated = repeated || c == 0
			if c <= 0 {
				break
			}
			es[to] = es[to-1]
		}
		es[to] = e
	}
	return repeated
}

// sortedByOffset returns es in the order they were read.
func sortedByOffset(es []entry) []entry {
	return slices.SortedFunc(slices.Values(es), func(a, b entry) int { return a.off - b.off })
}

// arrange rewrites buf[from:], which the entries fill, in the order of es, and leaves out all but the
// last of those with one key. It returns the buffer and how many are left.
func arrange(buf []byte, from int, es []entry) ([]byte, int) {
	end, n := len(buf), 0
	for i, e := range es {
		if i+1 < len(es) && bytes.Equal(e.key(buf), es[i+1].key(buf)) {
			continue
		}
		buf = append(buf, buf[e.off:e.end]...)
		n++
	}
	kept := copy(buf[from:], buf[end:])
	return buf[:from+kept], n
}
