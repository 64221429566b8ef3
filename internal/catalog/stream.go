package catalog

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/statordb/stator/internal/keyspace"
)

// The views that the readers of a stream may have of a change.
const (
	ViewKeys   = "KEYS_ONLY"
	ViewNew    = "NEW_IMAGE"
	ViewOld    = "OLD_IMAGE"
	ViewNewOld = "NEW_AND_OLD_IMAGES"
)

// TableStream is the stream that a table has, or the last one that it had: what writers go by. To switch a
// stream on, an edit of a table that has none puts a TableStream there with the view and On; the catalog
// adds ID and label. To switch it off, an edit clears On.
type TableStream struct {
	ID    keyspace.StreamID `json:"id"`
	Label string            `json:"label"`
	View  string            `json:"view"`
	On    bool              `json:"on,omitempty"` // changes are recorded
}

// Log returns the stream that changes of t are recorded in, or nil if there is none. Of no table it is nil.
func (t *Table) Log() *TableStream {
	if t == nil || t.Stream == nil || !t.Stream.On {
		return nil
	}
	return t.Stream
}

// Stream describes a stream: what its readers go by. It stays for a while after it was switched off or
// its table was dropped. It is immutable once seen: a change makes another Stream of the same ID.
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
	Tags    []Tag             `json:"tags,omitempty"`    // ascending by key; those of the table are not among them

	// Revision rises with every change. It is stored in front of the rest, so that a reader of the store
	// can tell whether the description it has is still the one that holds without decoding another.
	Revision uint64 `json:"-"`
}

// Shard returns the shard called id, or nil.
func (s *Stream) Shard(id string) *Shard {
	for i := range s.Shards {
		if s.Shards[i].ID == id {
			return &s.Shards[i]
		}
	}
	return nil
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
