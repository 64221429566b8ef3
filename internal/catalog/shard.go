package catalog

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/statordb/stator/internal/keyspace"
)

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

// Has reports whether the shard is the one that the records of a slot with the sequence seq belong to.
func (s *Shard) Has(slot uint8, seq uint64) bool {
	return s.Slot <= slot && slot < s.End && s.From <= seq && (s.Open() || seq < s.To)
}

// open adds a shard of the slots [slot, end) that begins with the sequence from.
func (s *Stream) open(parent string, slot, end uint8, from uint64, now time.Time) {
	s.Shards = append(s.Shards, Shard{
		ID: s.shardID(slot, from, now), Parent: parent, Slot: slot, End: end, From: from, Created: now,
	})
}

// shardID returns an ID for a shard made now that no other of s has: the time in milliseconds, as in
// DynamoDB, and what tells it from those made at the same time.
func (s *Stream) shardID(slot uint8, from uint64, now time.Time) string {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(append(s.ID[:], slot), from))
	for ms := now.UnixMilli(); ; ms++ { // ends: there are not that many shards
		if id := fmt.Sprintf("shardId-%020d-%x", ms, sum[:4]); s.Shard(id) == nil {
			return id
		}
	}
}

// Replace closes the open shard called id with the sequence to, never given out before, and opens children
// of it in its place: one, or two if split. A shard of one slot cannot be split: it gets one child.
func (s *Stream) Replace(id string, split bool, to uint64, now time.Time) {
	parent := s.Shard(id)
	if parent == nil || !parent.Open() {
		return
	}
	parent.To, parent.Closed = to, now
	slot, end := parent.Slot, parent.End
	middle := slot + (end-slot)/2
	if !split || middle == slot {
		s.open(id, slot, end, to, now)
		return
	}
	s.open(id, slot, middle, to, now)
	s.open(id, middle, end, to, now)
}

// Begun reports whether the stream has begun, and has shards, or has ended and never will. One that has not is on,
// and what is recorded is not of it yet.
func (s *Stream) Begun() bool { return len(s.Shards) > 0 || !s.Ended.IsZero() }

// Begin opens the first shards of the stream, as many as given, with the sequence seq, never given out before: what
// was recorded so far is not of it. It does nothing to a stream that has begun.
func (s *Stream) Begin(shards int, seq uint64, now time.Time) {
	if s.Begun() {
		return
	}
	s.openFirst(shards, seq, now)
	s.Trim(seq)
}

// openFirst opens the first shards of the stream, of which there are n.
func (s *Stream) openFirst(n int, from uint64, now time.Time) {
	width := keyspace.Slots / n
	for slot := 0; slot < keyspace.Slots; slot += width {
		s.open("", uint8(slot), uint8(slot+width), from, now) //nolint:gosec // at most Slots
	}
}

// Trim notes that the records below the sequence seq are gone, and forgets the shards that had no others.
func (s *Stream) Trim(seq uint64) {
	s.Trimmed = max(s.Trimmed, seq)
	s.Shards = slices.DeleteFunc(s.Shards, func(shard Shard) bool { return !shard.Open() && shard.To <= s.Trimmed })
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

// The throughput of what is one partition in DynamoDB, and how many partitions a table on demand begins with.
const (
	partitionReads     = 3000
	partitionWrites    = 1000
	onDemandPartitions = 4
)

// firstShards is how many shards a new stream of t begins with: as many as DynamoDB would give t
// partitions, rounded up to a power of two so that they are equal parts.
func (t *Table) firstShards() int {
	var partitions float64 = onDemandPartitions
	if !t.Billing.OnDemand {
		partitions = float64(t.Provisioned.Read)/partitionReads + float64(t.Provisioned.Write)/partitionWrites
	}
	n := 1
	for float64(n) < partitions && n < keyspace.Slots {
		n *= 2
	}
	return n
}
