package stream

import (
	"context"

	"github.com/statordb/stator/internal/catalog"
)

// The most that a page has, from "GetRecords" in the DynamoDB Streams API.
const (
	PageRecordsMax = 1000
	PageBytesMax   = 1 << 20 // the sum of Record.Size
)

// Page is what a Read leaves.
type Page struct {
	Next Position // where the next page begins
	End  bool     // the shard is closed and there is nothing behind this page
}

// Read calls each with the records of a shard of s at and behind the position from, in ascending order:
// at most limit of them, and no more than fill a page; limits that are not positive, or above that of
// a page, are that. A record is valid while each runs; an error of each ends the page and is returned.
//
// s may be an older description of the stream. Errors are ErrNoStream, ErrNoShard and ErrTrimmed besides
// those of the store.
func (l *Log) Read(
	ctx context.Context, s *catalog.Stream, shard string, from Position, limit int, each func(*Record) error,
) (Page, error) {
	v, err := l.view(ctx, s, from.Seq)
	if err != nil {
		return Page{}, err
	}
	defer v.close()
	what, err := v.shard(shard)
	if err != nil {
		return Page{}, err
	}
	sh := v.Shard(shard)
	if from.Seq < sh.From {
		from = Position{Seq: sh.From}
	}
	if from.Seq < v.Trimmed {
		return Page{}, ErrTrimmed
	}
	if limit <= 0 || limit > PageRecordsMax {
		limit = PageRecordsMax
	}
	next, all, err := v.page(ctx, what, from, limit, each)
	if err != nil {
		return Page{}, err
	}
	return Page{next, all && !sh.Open() && v.stable >= sh.To}, nil
}

// page calls each with records of what, from the position from on. It returns the position behind them
// and whether they are all that there are.
func (v *view) page(ctx context.Context, what run, from Position, limit int, each func(*Record) error) (_ Position, all bool, err error) {
	if from.Seq >= what.to {
		return from, true, nil
	}
	m := v.merge(ctx, what, from, limit)
	defer m.close()
	var r Record
	for bytes := 0; m.next(); limit-- {
		if limit == 0 {
			return Position{m.key.Seq, m.key.N}, false, nil
		}
		if err := r.decode(v.Stream, m.key, m.value()); err != nil {
			return from, false, unreadable(v.Stream, err)
		}
		if bytes += r.Size; bytes > PageBytesMax && bytes > r.Size {
			return r.Position, false, nil
		}
		if err := each(&r); err != nil {
			return from, false, err
		}
	}
	if m.err != nil {
		return from, false, unreadable(v.Stream, m.err)
	}
	// Not where the last record was: while nothing comes, the reader moves on all the same, and never falls
	// behind what is kept.
	return Position{Seq: what.to}, true, nil
}
