package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// shelf is what the process knows of a table besides its description: the writers inside it and the
// figures of its items.
//
// The figures are exact after a crash because each is the sum of tallies that commit together with
// the rows they count. A tally is written by one transaction at a time: a writer takes a free one and
// puts it back when its commit is done, so no two writers ever wait for one another over a count.
type shelf struct {
	id   keyspace.TableID
	gate gate

	items, bytes atomic.Int64 // the sums of all tallies

	loaded  atomic.Bool
	mu      sync.Mutex // guards what follows
	free    []*tally
	tallies uint32 // how many there are
}

// tally is a share of the figures of a table.
type tally struct {
	key          []byte
	items, bytes int64
}

func newShelf(id keyspace.TableID) *shelf { return &shelf{id: id} }

// load reads the tallies, the first time it is called.
func (s *shelf) load(ctx context.Context, e engine.Engine) error {
	if s.loaded.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loaded.Load() {
		return nil
	}
	r, err := e.Read(ctx, engine.Snapshot)
	if err != nil {
		return fmt.Errorf("cannot read the tallies of table %s: %w", s.id, err)
	}
	defer r.Close()
	lo, hi := s.id.Tallies()
	cursor := r.Scan(ctx, engine.Range{Lo: lo, Hi: hi}, engine.ScanOpt{})
	var found []*tally
	for cursor.Next() {
		t, err := parseTally(cursor.Key(), cursor.Value())
		if err != nil {
			cursor.Close()
			return err
		}
		found = append(found, t)
	}
	if err := cursor.Close(); err != nil {
		return fmt.Errorf("cannot read the tallies of table %s: %w", s.id, err)
	}
	for _, t := range found {
		s.items.Add(t.items)
		s.bytes.Add(t.bytes)
	}
	s.free, s.tallies = found, uint32(len(found)) //nolint:gosec // as many as there were writers at once
	s.loaded.Store(true)
	return nil
}

// take returns a tally that nobody else holds.
func (s *shelf) take() *tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		t := s.free[n-1]
		s.free = s.free[:n-1]
		return t
	}
	t := &tally{key: s.id.Tally(s.tallies)}
	s.tallies++
	return t
}

// give returns a tally whose stored value is what it says.
func (s *shelf) give(t *tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, t)
}

// count adds what a committed transaction changed to t and to the sums.
func (s *shelf) count(t *tally, items, bytes int64) {
	t.items += items
	t.bytes += bytes
	s.items.Add(items)
	s.bytes.Add(bytes)
}

func (s *shelf) stats() Stats { return Stats{Items: s.items.Load(), Bytes: s.bytes.Load()} }

// tallyVersion is the first byte of a stored tally. Two signed varints follow: items and bytes.
const tallyVersion = 0x01

func appendTally(dst []byte, items, bytes int64) []byte {
	dst = append(dst, tallyVersion)
	dst = binary.AppendVarint(dst, items)
	return binary.AppendVarint(dst, bytes)
}

var errTally = errors.New("tally is malformed")

func parseTally(key, value []byte) (*tally, error) {
	if len(value) == 0 || value[0] != tallyVersion {
		return nil, errTally
	}
	items, n := binary.Varint(value[1:])
	if n <= 0 {
		return nil, errTally
	}
	bytes, m := binary.Varint(value[1+n:])
	if m <= 0 || 1+n+m != len(value) {
		return nil, errTally
	}
	return &tally{key: append([]byte(nil), key...), items: items, bytes: bytes}, nil
}
