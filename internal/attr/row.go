package attr

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// rowVersion is the first byte of a row: the version of its format.
const rowVersion = 0x01

var errRow = errors.New("row is too short")

// RowSize returns the length of the row of an item of size bytes as DynamoDB counts.
func RowSize(it Item, size int) int { return 1 + uvarintLen(size) + len(it) }

// PutRow writes the row of an item into dst, which is RowSize long: version, size as DynamoDB counts
// it, and the item.
func PutRow(dst []byte, it Item, size int) {
	dst[0] = rowVersion
	n := 1 + binary.PutUvarint(dst[1:], uint64(size)) //nolint:gosec // never negative
	copy(dst[n:], it)
}

// ParseRow returns the item that a row holds and its size as DynamoDB counts it. The item is a part
// of row.
func ParseRow(row []byte) (it Item, size int, err error) {
	if len(row) < 3 {
		return nil, 0, errRow
	}
	if row[0] != rowVersion {
		return nil, 0, fmt.Errorf("row has format version %d, this program reads version %d", row[0], rowVersion)
	}
	n, w := uvarint(row[1:])
	return Item(row[1+w:]), n, nil
}
