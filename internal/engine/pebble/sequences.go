package pebble

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	pebbledb "github.com/cockroachdb/pebble/v2"
)

// sequenceKey is where the engine notes which sequences may have been used. Keys that begin with 0x00
// are the engine's own.
var sequenceKey = []byte{0x00, 's'}

// sequenceVersion is the first byte of that note; the bound follows, 8 bytes, big-endian: no sequence
// at or above it was ever used.
const sequenceVersion = 0x01

// sequenceBlock is by how much the noted bound rises at a time.
const sequenceBlock = 1 << 20

// sequences gives transactions their sequences.
//
// A sequence is never used twice, whatever happens: before the first one at or above the bound is
// used, a higher bound is written. The note need not be synced: it is in the log before the commit
// that uses the sequence, and a log survives as a prefix.
type sequences struct {
	tracker

	db    *pebbledb.DB
	bound atomic.Uint64
	mu    sync.Mutex // held to raise bound
}

// open makes the sequences of a store go on from where they were. They also lie above the clock, so
// that a store restored from an old copy does not give out again what was used after the copy.
func (s *sequences) open(db *pebbledb.DB, now time.Time) error {
	s.db = db
	value, closer, err := db.Get(sequenceKey)
	switch {
	case errors.Is(err, pebbledb.ErrNotFound):
	case err != nil:
		return fmt.Errorf("cannot read the bound of sequences: %w", err)
	default:
		err = s.read(value, closer)
	}
	if err != nil && !errors.Is(err, pebbledb.ErrNotFound) {
		return err
	}
	s.init(max(uint64(now.UnixMicro()), s.bound.Load(), 1)) //nolint:gosec // the clock is after 1970
	return nil
}

func (s *sequences) read(value []byte, closer io.Closer) error {
	defer closer.Close() //nolint:errcheck // gives a buffer back
	if len(value) != 9 || value[0] != sequenceVersion {
		return &CorruptError{Err: fmt.Errorf("the bound of sequences is malformed: %x", value)}
	}
	s.bound.Store(binary.BigEndian.Uint64(value[1:]))
	return nil
}

// take gives out the next sequence; end gives it back.
func (s *sequences) take() (uint64, error) {
	n := s.begin()
	if n < s.bound.Load() {
		return n, nil
	}
	if err := s.raise(n); err != nil {
		s.end(n)
		return 0, fmt.Errorf("cannot reserve sequences: %w", err)
	}
	return n, nil
}

func (s *sequences) raise(n uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < s.bound.Load() {
		return nil
	}
	bound := n + sequenceBlock
	note := binary.BigEndian.AppendUint64([]byte{sequenceVersion}, bound)
	if err := s.db.Set(sequenceKey, note, pebbledb.NoSync); err != nil {
		return err
	}
	s.bound.Store(bound)
	return nil
}
