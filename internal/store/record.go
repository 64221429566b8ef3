package store

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/stream"
)

// WithClock sets the clock that gives change records their times, time.Now otherwise.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

// recording is what the change records of one transaction have in common.
type recording struct {
	seq uint64
	at  time.Time
	n   uint16 // how many there are so far
}

var errRecords = errors.New("store: a transaction changes more items than can be recorded")

// logs reports whether changes of any of the tables are recorded.
func (a *applying) logs() bool {
	for i := range a.visits {
		if a.visits[i].table.Log() != nil {
			return true
		}
	}
	return false
}

// record writes the change record of write i, if its table keeps a log and the item does change.
func (a *applying) record(txn engine.Txn, i int) error {
	l, w, r := &a.legs[i], &a.writes[i], &a.results[i]
	l.recorded = false
	t := a.visits[l.visit].table
	if t.Log() == nil || l.keeps || l.old.Equal(r.New) {
		return nil
	}
	rec := &a.recording
	switch rec.n {
	case 0:
		// A sequence that is taken holds readers back until the transaction ends.
		rec.seq, rec.at = txn.Seq(), a.store.now()
	case stream.RecordsMax:
		return errRecords
	}
	c := stream.Change{Old: l.old, New: r.New, OldSize: r.OldSize, NewSize: r.NewSize, Service: w.Service, At: rec.at}
	l.slot = stream.Append(txn, t, w.Key.Partition, rec.seq, rec.n, &c)
	l.recorded = true
	rec.n++
	return nil
}

// countRecords counts the records that are committed.
func (a *applying) countRecords() {
	if a.recording.n == 0 {
		return
	}
	a.store.records.Add(uint64(a.recording.n))
	for i := range a.legs {
		l := &a.legs[i]
		if !l.recorded {
			continue
		}
		v := &a.visits[l.visit]
		if c := v.shelf.log(v.table); c != nil {
			c.slots[l.slot].Add(1)
		}
	}
}

// logCount counts the records of one stream.
type logCount struct {
	id    keyspace.StreamID
	slots [keyspace.Slots]atomic.Uint64
}

// log returns the count of the stream of t, which replaces that of the stream that the table had before.
// It is nil for a writer that still goes by a description that is not the latest.
func (s *shelf) log(t *catalog.Table) *logCount {
	for {
		c := s.recorded.Load()
		switch {
		case c != nil && c.id == t.Log().ID:
			return c
		case t.Latest() != t:
			return nil
		}
		s.recorded.CompareAndSwap(c, &logCount{id: t.Log().ID})
	}
}

// Recorded returns how many records of each slot of l this process has written. The figures only rise.
func (s *Store) Recorded(l *catalog.Stream) (slots [keyspace.Slots]uint64) {
	sh := (*s.shelves.Load())[l.TableID]
	if sh == nil {
		return slots
	}
	if c := sh.recorded.Load(); c != nil && c.id == l.ID {
		for i := range slots {
			slots[i] = c.slots[i].Load()
		}
	}
	return slots
}

// Records returns how many change records this process has written.
func (s *Store) Records() uint64 { return s.records.Load() }
