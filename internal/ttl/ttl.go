// Package ttl is about items whose time has come: it removes them.
// It promises that an item is gone within seconds of the time that time to live of its table says, unless it was
// renewed before, and that requests are not held up by it, however many items expire at once.
package ttl

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

const (
	// yearsMax is how many years ago the time of an item may be: one that is older does not expire ("Using time
	// to live", DynamoDB Developer Guide).
	yearsMax = 5

	// tickTime is how often the tables are looked at.
	tickTime = time.Second

	// turnTime is how long one table is worked on before it is the turn of the next.
	turnTime = 250 * time.Millisecond
)

// Options are the parts that a Worker works with.
type Options struct {
	Catalog *catalog.Catalog
	Store   *store.Store
	Logger  *slog.Logger
	Now     func() time.Time // by which items expire
	Tick    time.Duration    // between looks at the tables; 0: a second
}

// Worker removes expired items.
type Worker struct {
	Options
	sweeps  []*sweep // of the tables whose items expire, in the order of Catalog.Expiring
	deleted atomic.Uint64
	oldest  atomic.Uint64 // when the first item expired that is known to be there still; 0: none
}

// New returns a worker that does nothing yet.
func New(o Options) *Worker {
	if o.Tick == 0 {
		o.Tick = tickTime
	}
	return &Worker{Options: o}
}

// Run works until ctx ends, and returns soon after it does. Only one Run may work on a store.
func (w *Worker) Run(ctx context.Context) {
	tick := time.NewTicker(w.Tick)
	defer tick.Stop()
	for {
		w.Sweep(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Sweep removes the items that have expired, of all tables, and returns when there are none left, save in tables
// that it is better to leave alone for a while, or when ctx ends. Tables take turns.
func (w *Worker) Sweep(ctx context.Context) {
	for more := true; more && ctx.Err() == nil; {
		more = false
		w.survey()
		w.noteOldest() // a table that was behind may not be among them any more
		for _, s := range w.sweeps {
			more = s.turn(ctx) || more
			w.noteOldest()
		}
	}
}

// Deleted returns how many items were removed.
func (w *Worker) Deleted() uint64 { return w.deleted.Load() }

// Lag returns how long ago the first item expired that is known to be there still.
func (w *Worker) Lag() time.Duration {
	oldest := w.oldest.Load()
	if oldest == 0 {
		return 0
	}
	return max(0, w.Now().Sub(time.Unix(int64(oldest), 0))) //nolint:gosec // it was below the clock
}

// survey makes the sweeps those of the tables whose items expire now.
func (w *Worker) survey() {
	known := make(map[string]*sweep, len(w.sweeps))
	for _, s := range w.sweeps {
		known[s.table.Name] = s
	}
	tables := w.Catalog.Expiring()
	w.sweeps = make([]*sweep, 0, len(tables))
	for _, t := range tables {
		s := known[t.Name]
		if s == nil || s.table.ID != t.ID || s.table.Expiry.ID != t.Expiry.ID {
			s = &sweep{worker: w, wait: firstWait}
		}
		s.table = t
		w.sweeps = append(w.sweeps, s)
	}
}

// noteOldest notes what Lag goes by.
func (w *Worker) noteOldest() {
	oldest := uint64(0)
	for _, s := range w.sweeps {
		if s.oldest != 0 && (oldest == 0 || s.oldest < oldest) {
			oldest = s.oldest
		}
	}
	w.oldest.Store(oldest)
}
