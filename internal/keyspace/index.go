package keyspace

import (
	"encoding/binary"
	"math"
)

// IndexID tells the indexes that a table has or had apart: a name that is used again gets another.
type IndexID uint32

// The escape of sort key attributes in an index entry. An entry has something behind its sort key, so
// each attribute ends with a mark that sorts before all that could follow in a longer one.
const (
	escape      = 0x00
	escapedZero = 0xff // 00 ff stands for a 00
	escapedEnd  = 0x01 // 00 01 ends the attribute
)

// Index is the range of the entries of an index.
func (id TableID) Index(ix IndexID) (lo, hi []byte) { return between(id.index(nil, ix)) }

// Indexes is the range of the entries of all indexes of the table.
func (id TableID) Indexes() (lo, hi []byte) { return between(id.prefix(nil, kindEntry)) }

func (id TableID) index(dst []byte, ix IndexID) []byte {
	return binary.BigEndian.AppendUint32(id.prefix(dst, kindEntry), uint32(ix))
}

// Entry appends the key of the entry that the item under the table key pk, sk has in an index. hash
// and sort are the bytes of the index's key attributes. Entries of one partition ascend by their sort
// attributes, one after the other, and then by the table key.
func (id TableID) Entry(dst []byte, ix IndexID, hash, sort [][]byte, pk, sk []byte) []byte {
	dst = id.EntryPartition(dst, ix, hash)
	for _, part := range sort {
		dst = AppendSort(dst, part)
	}
	dst = binary.AppendUvarint(dst, uint64(len(pk)))
	dst = append(dst, pk...)
	return append(dst, sk...)
}

// EntryPartition appends what the keys of all entries of one partition begin with.
func (id TableID) EntryPartition(dst []byte, ix IndexID, hash [][]byte) []byte {
	dst = id.index(dst, ix)
	at := len(dst)
	dst = append(dst, make([]byte, hashBytes)...)
	for _, part := range hash {
		dst = binary.AppendUvarint(dst, uint64(len(part)))
		dst = append(dst, part...)
	}
	binary.BigEndian.PutUint32(dst[at:], hashOf(hash, dst[at+hashBytes:]))
	return dst
}

// hashOf is Hash for a partition key of one attribute; for one of several it is that of joined, in
// which they stand one after the other with their lengths.
func hashOf(parts [][]byte, joined []byte) uint32 {
	if len(parts) == 1 {
		return Hash(parts[0])
	}
	return Hash(joined)
}

// AppendSort appends a sort key attribute of an index entry, with its end.
func AppendSort(dst, part []byte) []byte {
	return append(AppendSortPrefix(dst, part), escape, escapedEnd)
}

// AppendSortPrefix appends what all sort key attributes begin with that begin with part.
func AppendSortPrefix(dst, part []byte) []byte {
	for _, c := range part {
		if dst = append(dst, c); c == escape {
			dst = append(dst, escapedZero)
		}
	}
	return dst
}

// Partition appends what the keys of all rows of one partition begin with; sort keys follow as they are.
func (id TableID) Partition(dst, pk []byte) []byte { return id.Row(dst, pk, nil) }

// End returns the first key behind all keys that begin with prefix, in memory of its own.
func End(prefix []byte) []byte {
	_, hi := between(prefix)
	return hi
}

// Fill is the key of the note how far an index has been filled with what was there before it.
func (id TableID) Fill(ix IndexID) []byte {
	return binary.BigEndian.AppendUint32(id.prefix(nil, kindFill), uint32(ix))
}

// Shares appends what the keys of all shares in the size of one item collection begin with: of all
// items with the partition key pk, and of their entries in local indexes.
func (id TableID) Shares(dst, pk []byte) []byte {
	dst = id.prefix(dst, kindShare)
	dst = binary.BigEndian.AppendUint32(dst, Hash(pk))
	dst = binary.AppendUvarint(dst, uint64(len(pk)))
	return append(dst, pk...)
}

// Share appends the key of one share in the size of an item collection, that of the tally of the same
// slot.
func (id TableID) Share(dst, pk []byte, slot uint32) []byte {
	return binary.BigEndian.AppendUint32(id.Shares(dst, pk), slot)
}

// RowSegment is the range of the rows whose hash lies in segment i of n equal parts.
func (id TableID) RowSegment(i, n int) (lo, hi []byte) {
	return segment(id.prefix(nil, kindRow), i, n)
}

// IndexSegment is the range of the entries whose hash lies in segment i of n equal parts.
func (id TableID) IndexSegment(ix IndexID, i, n int) (lo, hi []byte) {
	return segment(id.index(nil, ix), i, n)
}

func segment(prefix []byte, i, n int) (lo, hi []byte) {
	bound := func(i int) []byte {
		const hashes = math.MaxUint32 + 1
		if i == n {
			return End(prefix)
		}
		first := uint64(i) * hashes / uint64(n)                                             //nolint:gosec // never negative
		return binary.BigEndian.AppendUint32(append([]byte(nil), prefix...), uint32(first)) //nolint:gosec // below hashes
	}
	return bound(i), bound(i + 1)
}
