// Package keyspace is about the keys under which everything is stored: their layout, in both directions.
// It promises that keys of one kind lie together, in the order the kind is read in, and that no key
// depends on a name that can be given to something else later.
//
// docs/format/keyspace.md draws every key. Numbers below are stored: never renumber.
package keyspace

import (
	"crypto/md5" //nolint:gosec // spreads keys as DynamoDB does; guards nothing
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// The first byte of a key says what space it is in. 0x00 belongs to the engine.
const (
	spaceStore   = 0x01 // the store itself
	spaceCatalog = 0x02 // descriptions of tables
	spaceToken   = 0x03 // tokens of transactions
	spaceLog     = 0x04 // change records of streams
	spaceTable   = 0x10 // what a table holds
)

// The second byte of a catalog key.
const (
	catalogTable   = 't' // by name: the table of that name
	catalogDropped = 'd' // by TableID: a table that is deleted and whose space is to be given back
	catalogStream  = 's' // by StreamID: a stream that is on, or that may still be read
)

// The byte behind the TableID of a table key.
const (
	kindRow    = 0x01
	kindTally  = 0x02
	kindEntry  = 0x03
	kindFill   = 0x04
	kindShare  = 0x05
	kindExpiry = 0x06
)

// idBytes is the length of a TableID.
const idBytes = 16

// hashBytes is how much of the hash of a partition key goes into a row's key. Rows of different
// partition keys with one hash are told apart by what follows it.
const hashBytes = 4

// TableID is the UUID of a table. A table that is deleted and made again has another.
type TableID [idBytes]byte

// String returns id in the usual form of UUIDs.
func (id TableID) String() string {
	var s [36]byte
	hex.Encode(s[:8], id[:4])
	hex.Encode(s[9:13], id[4:6])
	hex.Encode(s[14:18], id[6:8])
	hex.Encode(s[19:23], id[8:10])
	hex.Encode(s[24:], id[10:])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}

// StoreFormat is the key of the version of the whole store.
func StoreFormat() []byte { return []byte{spaceStore, 'f'} }

// StoreSecret is the key of what only this store knows.
func StoreSecret() []byte { return []byte{spaceStore, 's'} }

// Table is the key of the description of the table called name.
func Table(name string) []byte { return append([]byte{spaceCatalog, catalogTable}, name...) }

// Tables is the range of all such keys.
func Tables() (lo, hi []byte) { return between([]byte{spaceCatalog, catalogTable}) }

// DroppedTable is the key of the note that the table id is deleted.
func DroppedTable(id TableID) []byte { return append([]byte{spaceCatalog, catalogDropped}, id[:]...) }

// DroppedTables is the range of all such keys.
func DroppedTables() (lo, hi []byte) { return between([]byte{spaceCatalog, catalogDropped}) }

// DroppedTableID returns the ID in a key that DroppedTable made.
func DroppedTableID(key []byte) (id TableID, err error) {
	if len(key) != 2+idBytes {
		return id, errKey
	}
	return TableID(key[2:]), nil
}

// All is the range of everything the table holds.
func (id TableID) All() (lo, hi []byte) { return between(append([]byte{spaceTable}, id[:]...)) }

// AllTables is the range of everything that tables hold.
func AllTables() (lo, hi []byte) { return between([]byte{spaceTable}) }

// Rows is the range of the table's rows.
func (id TableID) Rows() (lo, hi []byte) { return between(id.prefix(nil, kindRow)) }

// Tallies is the range of the table's tallies.
func (id TableID) Tallies() (lo, hi []byte) { return between(id.prefix(nil, kindTally)) }

func (id TableID) prefix(dst []byte, kind byte) []byte {
	dst = append(dst, spaceTable)
	dst = append(dst, id[:]...)
	return append(dst, kind)
}

// Row appends the key of the row whose partition key has the bytes pk (attr.Value.Bytes) and whose
// sort key has the bytes sk, nil in a table without one. Rows of one partition key ascend by sort
// key; partitions ascend by the hash of their key, as DynamoDB scans them.
func (id TableID) Row(dst, pk, sk []byte) []byte {
	dst = id.prefix(dst, kindRow)
	dst = binary.BigEndian.AppendUint32(dst, Hash(pk))
	dst = binary.AppendUvarint(dst, uint64(len(pk)))
	dst = append(dst, pk...)
	return append(dst, sk...)
}

// Tally is the key of one of the table's tallies.
func (id TableID) Tally(slot uint32) []byte {
	return binary.BigEndian.AppendUint32(id.prefix(nil, kindTally), slot)
}

// Kind tells the keys of a table apart.
type Kind uint8

// The kinds of table key.
const (
	KindUnknown Kind = iota
	KindRow
	KindTally
	KindEntry
	KindFill
	KindShare
	KindExpiry
)

// Parsed is a table key taken apart. PK and SK are parts of the key.
type Parsed struct {
	ID     TableID
	Kind   Kind
	PK, SK []byte  // of a row, or of what an expiry entry is for
	Slot   uint32  // of a tally
	Index  IndexID // of an index entry or an expiry entry
	Expiry uint64  // of an expiry entry
}

var errKey = errors.New("key is cut short or malformed")

// Parse takes a key from the range AllTables apart.
func Parse(key []byte) (p Parsed, err error) {
	if len(key) < 1+idBytes+1 || key[0] != spaceTable {
		return p, errKey
	}
	copy(p.ID[:], key[1:])
	rest := key[1+idBytes+1:]
	switch key[1+idBytes] {
	case kindRow:
		return p, p.row(rest)
	case kindTally:
		if len(rest) != 4 {
			return p, errKey
		}
		p.Kind, p.Slot = KindTally, binary.BigEndian.Uint32(rest)
	case kindEntry:
		if len(rest) < 4+hashBytes {
			return p, errKey
		}
		p.Kind, p.Index = KindEntry, IndexID(binary.BigEndian.Uint32(rest))
	case kindFill:
		if len(rest) != 4 {
			return p, errKey
		}
		p.Kind, p.Index = KindFill, IndexID(binary.BigEndian.Uint32(rest))
	case kindShare:
		return p, p.share(rest)
	case kindExpiry:
		return p, p.expiry(rest)
	}
	return p, nil
}

func (p *Parsed) row(b []byte) error {
	if len(b) < hashBytes {
		return errKey
	}
	hash := binary.BigEndian.Uint32(b)
	n, w := binary.Uvarint(b[hashBytes:])
	if b = b[hashBytes:]; w <= 0 || n > uint64(len(b)-w) {
		return errKey
	}
	p.Kind, p.PK, p.SK = KindRow, b[w:w+int(n)], b[w+int(n):] //nolint:gosec // bounded by len(b)
	if Hash(p.PK) != hash {
		return errors.New("hash in the key is not that of its partition key")
	}
	return nil
}

// share takes the key of a share apart: that of a row without a sort key, and a slot.
func (p *Parsed) share(b []byte) error {
	if len(b) < 4 {
		return errKey
	}
	slot := binary.BigEndian.Uint32(b[len(b)-4:])
	if err := p.row(b[:len(b)-4]); err != nil {
		return err
	}
	if len(p.SK) > 0 {
		return errKey
	}
	p.Kind, p.Slot, p.SK = KindShare, slot, nil
	return nil
}

// MarshalText returns id as String does, for descriptions that are stored.
func (id TableID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *TableID) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(strings.ReplaceAll(string(text), "-", ""))
	if err != nil || len(b) != idBytes {
		return fmt.Errorf("%q is no table ID", text)
	}
	copy(id[:], b)
	return nil
}

// Hash is where a partition key lies in the order of partitions: the first bytes of DynamoDB's own
// hash, an MD5 with a prefix (dynalite's finding, db/index.js hashPrefix).
func Hash(pk []byte) uint32 {
	const prefix = "Outliers"
	var buf [128]byte
	sum := md5.Sum(append(append(buf[:0], prefix...), pk...)) //nolint:gosec // see the import
	return binary.BigEndian.Uint32(sum[:])
}

// between returns the range of the keys that begin with prefix. No prefix here ends in 0xff only.
func between(prefix []byte) (lo, hi []byte) {
	hi = append([]byte(nil), prefix...)
	for i := len(hi) - 1; i >= 0; i-- {
		if hi[i]++; hi[i] != 0 {
			return prefix, hi[:i+1]
		}
	}
	return prefix, nil
}
