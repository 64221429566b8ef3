package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// shelf is what the process knows of a table besides its description: the writers inside it and the
// figures of its items and of its indexes.
//
// The figures are exact after a crash because each is the sum of tallies that commit together with
// the rows they count. A tally is written by one transaction at a time: a writer takes a free one and
// puts it back when its commit is done, so no two writers ever wait for one another over a count.
type shelf struct {
	id    keyspace.TableID
	gate  gate
	watch watch

	loaded  atomic.Bool
	mu      sync.Mutex // guards what follows
	table   figures    // the sums of all tallies
	indexes []indexFigures
	free    []*tally
	tallies uint32 // how many there are

	recorded atomic.Pointer[logCount] // of the stream that the table has, or had last; nil before the first record
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
	found, err := s.read(ctx, e)
	if err != nil {
		return fmt.Errorf("cannot read the tallies of table %s: %w", s.id, err)
	}
	for _, t := range found {
		s.table.add(t.table)
		for _, f := range t.indexes {
			s.indexes = addIndex(s.indexes, f)
		}
		s.tallies = max(s.tallies, t.slot+1)
	}
	s.free = found
	s.loaded.Store(true)
	return nil
}

func (s *shelf) read(ctx context.Context, e engine.Engine) (found []*tally, err error) {
	r, err := e.Read(ctx, engine.Snapshot)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	lo, hi := s.id.Tallies()
	cursor := r.Scan(ctx, engine.Range{Lo: lo, Hi: hi}, engine.ScanOpt{})
	for cursor.Next() {
		t, err := parseTally(cursor.Key(), cursor.Value())
		if err != nil {
			_ = cursor.Close() // the first error is the one to tell
			return nil, err
		}
		found = append(found, t)
	}
	return found, cursor.Close()
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
	t := &tally{key: s.id.Tally(s.tallies), slot: s.tallies}
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
func (s *shelf) count(t *tally, table figures, indexes []indexFigures) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.count(table, indexes)
	s.table.add(table)
	for _, d := range indexes {
		s.indexes = addIndex(s.indexes, d)
	}
}

func (s *shelf) stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{Items: s.table.items, Bytes: s.table.bytes}
}

func (s *shelf) indexStats(id keyspace.IndexID) Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.indexes {
		if f.id == id {
			return Stats{Items: f.items, Bytes: f.bytes}
		}
	}
	return Stats{}
}

// forget drops the figures of an index that is gone. The tallies that nobody holds forget them at
// once, in memory, and on disk when they are next written; the others keep a figure nobody asks for.
func (s *shelf) forget(id keyspace.IndexID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.indexes = without(s.indexes, id)
	for _, t := range s.free {
		t.indexes = without(t.indexes, id)
	}
}

func without(fs []indexFigures, id keyspace.IndexID) []indexFigures {
	kept := fs[:0]
	for _, f := range fs {
		if f.id != id {
			kept = append(kept, f)
		}
	}
	return kept
}
