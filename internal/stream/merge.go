package stream

import (
	"context"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// merge walks the records of several slots in the order of their positions. There are few slots, so
// the next one is found by looking at all.
type merge struct {
	slots [keyspace.Slots]slot
	n     int
	at    *slot              // the slot of the current record; nil before the first
	key   keyspace.RecordKey // of the current record
	err   error
}

// slot is a slot that is being walked.
type slot struct {
	cursor engine.Cursor
	key    keyspace.RecordKey // of its next record
	done   bool
}

// merge begins to walk what of the view, from the position from on. At most limit records of a slot
// will be asked for, and one more.
func (v *view) merge(ctx context.Context, what run, from Position, limit int) *merge {
	m := &merge{}
	for i := what.slot; i < what.end; i++ {
		r := engine.Range{Lo: v.ID.Record(nil, i, from.Seq, from.N), Hi: v.ID.Record(nil, i, what.to, 0)}
		s := &m.slots[m.n]
		m.n++
		s.cursor = v.reader.Scan(ctx, r, engine.ScanOpt{Limit: limit + 1})
		m.advance(s)
	}
	return m
}

// advance moves s to its next record.
func (m *merge) advance(s *slot) {
	if !s.cursor.Next() {
		s.done = true
		m.fail(s.cursor.Err())
		return
	}
	var err error
	s.key, err = keyspace.ParseRecord(s.cursor.Key())
	m.fail(err)
}

func (m *merge) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

// next moves to the next record, the first at first, and reports whether there is one.
func (m *merge) next() bool {
	if m.at != nil {
		m.advance(m.at)
	}
	m.at = nil
	for i := range m.slots[:m.n] {
		if s := &m.slots[i]; !s.done && (m.at == nil || before(&s.key, &m.at.key)) {
			m.at = s
		}
	}
	if m.at == nil || m.err != nil {
		return false
	}
	m.key = m.at.key
	return true
}

func before(a, b *keyspace.RecordKey) bool { return a.Seq < b.Seq || a.Seq == b.Seq && a.N < b.N }

// value returns the value of the current record, valid until next.
func (m *merge) value() []byte { return m.at.cursor.Value() }

func (m *merge) close() {
	for i := range m.slots[:m.n] {
		// What ended a walk early was noted when it did.
		_ = m.slots[i].cursor.Close()
	}
}
