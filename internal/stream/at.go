package stream

import (
	"context"
	"time"

	"github.com/statordb/stator/internal/catalog"
)

// astray is how far the order of the times of records may be from that of their sequences: a writer takes
// both one after the other, and may be interrupted in between.
const astray = time.Second

// astrayRecordsMax bounds how many records of that time At looks at one by one.
const astrayRecordsMax = 100_000

// At returns the position in a shard of s of the first record that was made at t or later. No such record
// is in front of it.
func (l *Log) At(ctx context.Context, s *catalog.Stream, shard string, t time.Time) (Position, error) {
	v, err := l.view(ctx, s, 0)
	if err != nil {
		return Position{}, err
	}
	defer v.close()
	what, err := v.shard(shard)
	if err != nil {
		return Position{}, err
	}
	if what.from, err = v.older(ctx, what, t.Add(-astray)); err != nil {
		return Position{}, unreadable(v.Stream, err)
	}
	return v.first(ctx, what, t)
}

// first looks at the records of what one by one for the first that was made at t or later.
func (v *view) first(ctx context.Context, what run, t time.Time) (Position, error) {
	if what.from >= what.to {
		return Position{Seq: what.from}, nil
	}
	m := v.merge(ctx, what, Position{Seq: what.from}, astrayRecordsMax)
	defer m.close()
	for range astrayRecordsMax {
		if !m.next() {
			break
		}
		b := m.value()
		if len(b) < headBytes {
			return Position{}, unreadable(v.Stream, errRecord)
		}
		if !createdOf(b).Before(t) {
			return Position{m.key.Seq, m.key.N}, nil
		}
	}
	switch {
	case m.err != nil:
		return Position{}, unreadable(v.Stream, m.err)
	case m.at != nil:
		return Position{m.key.Seq, m.key.N}, nil
	}
	return Position{Seq: what.to}, nil
}

// Cut returns a sequence below which all records of s were made before the given time. It is right behind
// the last such record, or where the last shard ended that was closed before, and not higher: a reader
// for whom nothing comes stands behind all of these, but it may have stood there for some time.
func (l *Log) Cut(ctx context.Context, s *catalog.Stream, before time.Time) (uint64, error) {
	v, err := l.view(ctx, s, s.Trimmed)
	if err != nil {
		return 0, err
	}
	defer v.close()
	before = before.Add(-astray)
	what := v.all()
	for i := range v.Shards {
		if sh := &v.Shards[i]; !sh.Open() && sh.Closed.Before(before) {
			what.from = min(max(what.from, sh.To), what.to)
		}
	}
	cut, err := v.older(ctx, what, before)
	if err != nil {
		return 0, unreadable(v.Stream, err)
	}
	return cut, nil
}

// older returns the sequence behind the last record of what that was made before t, or what.from if there
// is none. Times are taken to ascend with sequences: it bisects.
func (v *view) older(ctx context.Context, what run, t time.Time) (uint64, error) {
	from, to := what.from, what.to
	// The first record is looked at first: often there is nothing older.
	for probe := from; from < to; probe = from + (to-from)/2 {
		seq, old, err := v.probe(ctx, run{what.slot, what.end, probe, to}, t)
		switch {
		case err != nil:
			return 0, err
		case old:
			from = seq + 1
		default:
			to = probe
		}
	}
	return from, nil
}

// probe finds the first record of what. old says that there is one and that it was made before t.
func (v *view) probe(ctx context.Context, what run, t time.Time) (seq uint64, old bool, err error) {
	m := v.merge(ctx, what, Position{Seq: what.from}, 0)
	defer m.close()
	if !m.next() {
		return 0, false, m.err
	}
	b := m.value()
	if len(b) < headBytes {
		return 0, false, errRecord
	}
	return m.key.Seq, createdOf(b).Before(t), nil
}
