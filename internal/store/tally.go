package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/statordb/stator/internal/keyspace"
)

// figures count items or index entries and add their sizes up, as DynamoDB counts. As a change they
// may be negative.
type figures struct{ items, bytes int64 }

func (f *figures) add(d figures) {
	f.items += d.items
	f.bytes += d.bytes
}

// indexFigures are the figures of an index.
type indexFigures struct {
	id keyspace.IndexID
	figures
}

// addIndex adds d to the figures of its index in fs.
func addIndex(fs []indexFigures, d indexFigures) []indexFigures {
	for i := range fs {
		if fs[i].id == d.id {
			fs[i].add(d.figures)
			return fs
		}
	}
	return append(fs, d)
}

// tally is a share of the figures of a table and of its indexes.
type tally struct {
	key     []byte
	slot    uint32
	table   figures
	indexes []indexFigures
}

// tallyVersion is the first byte of a stored tally. Signed varints follow: items and bytes of the
// table, then, for each index that has any, its ID, items and bytes.
const tallyVersion = 0x01

// append appends the stored form of t as it is after a change.
func (t *tally) append(dst []byte, table figures, indexes []indexFigures) []byte {
	table.add(t.table)
	dst = append(dst, tallyVersion)
	dst = binary.AppendVarint(dst, table.items)
	dst = binary.AppendVarint(dst, table.bytes)
	for _, f := range t.indexes {
		for _, d := range indexes {
			if d.id == f.id {
				f.add(d.figures)
			}
		}
		dst = f.append(dst)
	}
	for _, d := range indexes {
		if !t.has(d.id) {
			dst = d.append(dst)
		}
	}
	return dst
}

func (t *tally) has(id keyspace.IndexID) bool {
	for i := range t.indexes {
		if t.indexes[i].id == id {
			return true
		}
	}
	return false
}

func (f *indexFigures) append(dst []byte) []byte {
	dst = binary.AppendVarint(dst, int64(f.id))
	dst = binary.AppendVarint(dst, f.items)
	return binary.AppendVarint(dst, f.bytes)
}

// count adds a change that is committed.
func (t *tally) count(table figures, indexes []indexFigures) {
	t.table.add(table)
	for _, d := range indexes {
		t.indexes = addIndex(t.indexes, d)
	}
}

var errTally = errors.New("tally is malformed")

func parseTally(key, value []byte) (*tally, error) {
	p, err := keyspace.Parse(key)
	if err != nil || p.Kind != keyspace.KindTally {
		return nil, fmt.Errorf("%w: %w", errTally, err)
	}
	if len(value) == 0 || value[0] != tallyVersion {
		return nil, errTally
	}
	t := &tally{key: append([]byte(nil), key...), slot: p.Slot}
	n := varints{rest: value[1:]}
	t.table = figures{n.next(), n.next()}
	for len(n.rest) > 0 && !n.bad {
		id := keyspace.IndexID(n.next()) //nolint:gosec // written from one
		t.indexes = addIndex(t.indexes, indexFigures{id, figures{n.next(), n.next()}})
	}
	if n.bad {
		return nil, errTally
	}
	return t, nil
}

// varints reads signed varints.
type varints struct {
	rest []byte
	bad  bool
}

func (v *varints) next() int64 {
	n, w := binary.Varint(v.rest)
	if w <= 0 {
		v.bad = true
		return 0
	}
	v.rest = v.rest[w:]
	return n
}
