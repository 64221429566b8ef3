package keyspace

import (
	"encoding/binary"
	"fmt"
)

// StreamID is the UUID of a change log: of one stream of one table. A stream that is switched off and
// on again has another.
type StreamID [idBytes]byte

// String returns id in the usual form of UUIDs.
func (id StreamID) String() string { return TableID(id).String() }

// MarshalText returns id as String does, for descriptions that are stored.
func (id StreamID) MarshalText() ([]byte, error) { return TableID(id).MarshalText() }

// UnmarshalText reads what MarshalText wrote.
func (id *StreamID) UnmarshalText(text []byte) error {
	if err := (*TableID)(id).UnmarshalText(text); err != nil {
		return fmt.Errorf("%q is no stream ID", text)
	}
	return nil
}

// Slots is how many parts the log of a stream has, by the hash of the partition key. A shard is a run
// of slots over a span of sequences, so this is the most shards that a stream can have open at once.
// It is stored: never change it.
const Slots = 16

// slotBits is how many bits of a hash choose the slot.
const slotBits = 4

// Slot returns the slot of the items with the partition key pk. Slots ascend with the hash.
func Slot(pk []byte) uint8 { return uint8(Hash(pk) >> (32 - slotBits)) } //nolint:gosec // four bits

// Stream is the key of the description of the stream id.
func Stream(id StreamID) []byte { return append([]byte{spaceCatalog, catalogStream}, id[:]...) }

// Streams is the range of all such keys.
func Streams() (lo, hi []byte) { return between([]byte{spaceCatalog, catalogStream}) }

// The length of the key of a change record, and of its end behind the slot.
const (
	recordBytes   = 1 + idBytes + 1 + positionBytes
	positionBytes = 8 + 2
)

// Record appends the key of a change record: the n-th of the transaction of sequence seq, counted
// over all its tables. Records of a slot ascend by sequence, and those of one transaction by n.
func (id StreamID) Record(dst []byte, slot uint8, seq uint64, n uint16) []byte {
	dst = append(append(dst, spaceLog), id[:]...)
	dst = binary.BigEndian.AppendUint64(append(dst, slot), seq)
	return binary.BigEndian.AppendUint16(dst, n)
}

// Log is the range of all change records of the stream.
func (id StreamID) Log() (lo, hi []byte) { return between(append([]byte{spaceLog}, id[:]...)) }

// Logs is the range of the change records of all streams.
func Logs() (lo, hi []byte) { return between([]byte{spaceLog}) }

// RecordKey is the key of a change record taken apart.
type RecordKey struct {
	ID   StreamID
	Slot uint8
	Seq  uint64
	N    uint16
}

// ParseRecord takes a key from the range Logs apart.
func ParseRecord(key []byte) (k RecordKey, err error) {
	if len(key) != recordBytes || key[0] != spaceLog || key[1+idBytes] >= Slots {
		return k, errKey
	}
	copy(k.ID[:], key[1:])
	k.Slot = key[1+idBytes]
	k.Seq = binary.BigEndian.Uint64(key[2+idBytes:])
	k.N = binary.BigEndian.Uint16(key[10+idBytes:])
	return k, nil
}
