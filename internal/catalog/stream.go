package catalog

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/statordb/stator/internal/keyspace"
)

// The views that the readers of a stream may have of a change.
const (
	ViewKeys    = "KEYS_ONLY"
	ViewNew     = "NEW_IMAGE"
	ViewOld     = "OLD_IMAGE"
	ViewNewOld  = "NEW_AND_OLD_IMAGES"
	labelLayout = "2006-01-02T15:04:05.000"
)

// TableStream is the stream that a table has, or the last one that it had: what writers go by.
type TableStream struct {
	ID    keyspace.StreamID `json:"id"`
	Label string            `json:"label"`
	View  string            `json:"view"`
	On    bool              `json:"on,omitempty"` // changes are recorded
}

// Log returns the stream that changes of the table are recorded in, or nil if there is none.
func (t *Table) Log() *TableStream {
	if t.Stream == nil || !t.Stream.On {
		return nil
	}
	return t.Stream
}

// Stream describes a stream: what its readers go by. It stays for a while after it was switched off or
// its table was dropped. It is immutable: a change makes another Stream of the same ID.
type Stream struct {
	ID      keyspace.StreamID `json:"id"`
	TableID keyspace.TableID  `json:"tableId"`
	Table   string            `json:"table"` // its name
	Label   string            `json:"label"` // with the name of the table, no other stream has it
	View    string            `json:"view"`
	Key     []Attribute       `json:"key"` // of the table: partition key and, if there is one, sort key
	Created time.Time         `json:"created"`
	Ended   time.Time         `json:"ended,omitzero"`    // when it was switched off
	Trimmed uint64            `json:"trimmed,omitempty"` // records of lower sequences are gone
	Shards  []Shard           `json:"shards"`            // in the order in which they were made

	// Revision rises with every change. It is stored in front of the rest, so that a reader of the store
	// can tell whether the description it has is still the one that holds without decoding another.
	Revision uint64 `json:"-"`
}

// Shard is a part of a stream: the records of the slots [Slot, End) whose sequences lie in [From, To).
// That is all that makes a record belong to it, so opening and closing shards needs no word to writers:
// To is a sequence that was never given out before the description with it is committed.
type Shard struct {
	ID      string    `json:"id"`
	Parent  string    `json:"parent,omitempty"` // may be gone
	Slot    uint8     `json:"slot"`
	End     uint8     `json:"end"`
	From    uint64    `json:"from"`
	To      uint64    `json:"to,omitempty"` // 0: the shard is open
	Created time.Time `json:"created"`
	Closed  time.Time `json:"closed,omitzero"`
}

// Open reports whether the shard still gets records.
func (s *Shard) Open() bool { return s.To == 0 }

// Shard returns the shard called id, or nil.
func (s *Stream) Shard(id string) *Shard {
	for i := range s.Shards {
		if s.Shards[i].ID == id {
			return &s.Shards[i]
		}
	}
	return nil
}

// clone returns a copy whose slices may be changed without s seeing it.
func (s *Stream) clone() *Stream {
	c := *s
	c.Key, c.Shards = slices.Clone(s.Key), slices.Clone(s.Shards)
	return &c
}

// open adds a shard that begins with the sequence from.
func (s *Stream) open(parent string, slot, end uint8, from uint64, now time.Time, short string) {
	s.Shards = append(s.Shards, Shard{
		ID: fmt.Sprintf("shardId-%020d-%s", now.UnixMilli(), short), Parent: parent, Slot: slot, End: end, From: from, Created: now,
	})
}

// Replace closes the open shard called id with the sequence to, never given out before, and opens children
// of it in its place: one, or two if split. A shard of one slot cannot be split: it gets one child.
func (s *Stream) Replace(id string, split bool, to uint64, now time.Time, short func() string) {
	parent := s.Shard(id)
	if parent == nil || !parent.Open() {
		return
	}
	parent.To, parent.Closed = to, now
	slot, end := parent.Slot, parent.End
	middle := slot + (end-slot)/2
	if !split || middle == slot {
		s.open(id, slot, end, to, now, short())
		return
	}
	s.open(id, slot, middle, to, now, short())
	s.open(id, middle, end, to, now, short())
}

// end closes the stream and all its shards with the sequence to.
func (s *Stream) end(to uint64, now time.Time) {
	s.Ended = now
	for i := range s.Shards {
		if s.Shards[i].Open() {
			s.Shards[i].To, s.Shards[i].Closed = to, now
		}
	}
}

// The throughput of what is one partition in DynamoDB, and what a table on demand begins with.
const (
	partitionReads     = 3000
	partitionWrites    = 1000
	onDemandPartitions = 4
)

// firstShards is how many shards the first stream of t begins with: as many as DynamoDB would give it
// partitions, rounded up to a power of two so that they are equal parts.
func (t *Table) firstShards() int {
	wanted := onDemandPartitions
	if !t.Billing.OnDemand {
		p := t.Provisioned
		wanted = int((p.Read*partitionWrites + p.Write*partitionReads + partitionReads*partitionWrites - 1) / (partitionReads * partitionWrites))
	}
	n := 1
	for n < wanted && n < keyspace.Slots {
		n *= 2
	}
	return n
}

// streamHead is the length of what is in front of the JSON of a stored stream: its version and its
// revision.
const streamHead = 1 + 8

func encodeStream(s *Stream) ([]byte, error) {
	text, err := json.Marshal(s)
	b := binary.BigEndian.AppendUint64([]byte{descriptorVersion}, s.Revision)
	return append(b, text...), err
}

func decodeStream(b []byte) (*Stream, error) {
	if len(b) < streamHead || b[0] != descriptorVersion {
		return nil, fmt.Errorf("unknown version %#x", b[:min(1, len(b))])
	}
	s := &Stream{Revision: binary.BigEndian.Uint64(b[1:])}
	if err := json.Unmarshal(b[streamHead:], s); err != nil {
		return nil, err
	}
	return s, nil
}
