package store

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// lookAheadSeconds is how far beyond what is asked for Next looks. For so long it need not look again, unless
// something is put there.
const lookAheadSeconds = 10

// watch is where the one who looks for expired items and those who write items meet.
//
// Whoever looks says before it does below which time it will have seen everything. Whoever has put an entry
// into the index by time looks afterwards whether that is below, and says so. One of the two sees the other, so no
// entry is overlooked, and nobody looks twice where nothing was put.
type watch struct {
	floor   atomic.Uint64 // nobody looks for what expired before
	horizon atomic.Uint64 // of entries before it, those that are put have to be told
	told    atomic.Uint64 // the earliest entry that was; 0: none
}

// put tells of an entry, which is committed or may be.
func (w *watch) put(at uint64) {
	if at < w.floor.Load() || at >= w.horizon.Load() {
		return
	}
	for {
		old := w.told.Load()
		if old != 0 && old <= at || w.told.CompareAndSwap(old, at) {
			return
		}
	}
}

// Expiring finds the items of a table that have expired. It is used by one goroutine, and a table has only one.
//
// It goes through the index by time and does not look again at what it has passed: where thousands of entries
// were removed a moment ago is the slowest place to look for one. It goes back where something was put since.
type Expiring struct {
	store *Store
	table *catalog.Table
	watch *watch
	next  []byte // the key from which on nothing was looked at
	at    uint64 // its time
	arena []byte // of the keys returned last
}

// Expired is an item whose time has come, or had come when it was found.
type Expired struct {
	Key Key
	At  uint64 // in seconds since 1970
}

// Expiring begins to look for expired items of t, whose index by time is active.
func (s *Store) Expiring(ctx context.Context, t *catalog.Table) (*Expiring, error) {
	sh, err := s.shelf(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	return &Expiring{store: s, table: t, watch: &sh.watch}, nil
}

// Next appends the next items that expire in [from, until), those that expire first in front, to found. Fewer than
// limit are all that there are now. They are valid until it is called again.
func (x *Expiring) Next(ctx context.Context, from, until uint64, limit int, found []Expired) ([]Expired, error) {
	if before := x.watch.floor.Swap(from); from < before {
		x.goTo(from) // the clock was set back: what was too old is not any more
	}
	if told := x.watch.told.Swap(0); told != 0 {
		x.Again(told)
	}
	if x.at < from {
		x.goTo(from)
	}
	if x.at >= until {
		return found, nil
	}
	found, err := x.look(ctx, until, limit, found)
	if err != nil {
		return found, fmt.Errorf("cannot look for expired items of table %q: %w", x.table.Name, err)
	}
	return found, nil
}

// Again makes Next return once more what is still there that expires at a time or later.
func (x *Expiring) Again(at uint64) {
	if at <= x.at {
		x.goTo(at)
	}
}

func (x *Expiring) goTo(at uint64) {
	x.next, _ = x.table.ID.ExpiriesBetween(x.table.Expiry.ID, at, at)
	x.at = at
}

// look reads what comes next.
func (x *Expiring) look(ctx context.Context, until uint64, limit int, found []Expired) ([]Expired, error) {
	horizon := until + lookAheadSeconds
	x.watch.horizon.Store(horizon)
	// Not Eventual: where the replica lags would be passed for good.
	r, err := x.store.engine.Read(ctx, engine.Strong)
	if err != nil {
		return found, err
	}
	defer r.Close()
	_, hi := x.table.ID.ExpiriesBetween(x.table.Expiry.ID, horizon, horizon)
	cursor := r.Scan(ctx, engine.Range{Lo: x.next, Hi: hi}, engine.ScanOpt{KeysOnly: true, Limit: limit})
	x.arena = x.arena[:0]
	seen, end := 0, horizon
	var last []byte
	for cursor.Next() {
		key := x.keep(cursor.Key())
		p, err := keyspace.Parse(key)
		if err != nil {
			_ = cursor.Close() // the first error is the one to tell
			return found, err
		}
		if p.Expiry >= until {
			end = p.Expiry
			break
		}
		found = append(found, Expired{Key{p.PK, p.SK}, p.Expiry})
		seen, last = seen+1, key
	}
	if err := cursor.Close(); err != nil {
		return found, err
	}
	if seen == limit {
		x.next, x.at = append(bytes.Clone(last), 0), found[len(found)-1].At
		return found, nil
	}
	x.goTo(end)
	x.watch.horizon.Store(end)
	return found, nil
}

// keep returns a copy of key that is valid until the next look.
func (x *Expiring) keep(key []byte) []byte {
	from := len(x.arena)
	x.arena = append(x.arena, key...)
	return x.arena[from:len(x.arena):len(x.arena)]
}
