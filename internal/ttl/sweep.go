package ttl

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

// Bounds of what is removed at once. A batch is one transaction; those that run at a time share the sync of the log.
// A larger one costs less, but takes a processor away from requests for longer.
const (
	batchItems       = 64
	batchItemsBehind = 128
	batchBytesMax    = 4 << 20 // of items of the table's average size
	batchesAtOnce    = 2
	batchesALook     = 16 // that are found at a time
)

// How long a sweep rests after a batch: a share of the time that it took, so that requests have the rest of the
// machine, and a smaller one when it is behind.
const (
	restShare       = 1 // as long
	restShareBehind = 2 // half as long
	behindAfter     = 5 * time.Second
)

// Waits before another attempt after one that failed: the first, and the longest. Each is twice the one before.
const (
	firstWait   = time.Second
	longestWait = time.Minute
)

// reportEvery is how often the log says of a table that it is behind.
const reportEvery = time.Minute

// sweep is the work on one table.
type sweep struct {
	worker   *Worker
	table    *catalog.Table
	expiring *store.Expiring // nil at first
	found    []store.Expired
	oldest   uint64 // when the first item expired that is known to be there still; 0: none

	notBefore time.Time     // after a failure
	wait      time.Duration // before the attempt after the next failure
	reported  time.Time     // when the log said that the table is behind; zero: it is not
}

// turn removes expired items for the time of a turn, and reports whether there may be more.
func (s *sweep) turn(ctx context.Context) (more bool) {
	if time.Now().Before(s.notBefore) {
		return false
	}
	until := time.Now().Add(turnTime)
	for more = true; more && ctx.Err() == nil && time.Now().Before(until); {
		var err error
		if more, err = s.step(ctx); err != nil {
			s.failed(ctx, err)
			return false
		}
	}
	s.wait = firstWait
	return more
}

// step removes the items that expired first, and reports whether there may be more.
func (s *sweep) step(ctx context.Context) (more bool, err error) {
	if s.expiring == nil {
		if s.expiring, err = s.worker.Store.Expiring(ctx, s.table); err != nil {
			return false, err
		}
	}
	size, err := s.batchSize(ctx)
	if err != nil {
		return false, err
	}
	now := s.worker.Now()
	from, until := uint64(max(1, now.AddDate(-yearsMax, 0, 0).Unix())), uint64(max(1, now.Unix()+1)) //nolint:gosec // never negative
	limit := batchesALook * size
	s.found, err = s.expiring.Next(ctx, from, until, limit, s.found[:0])
	if err != nil {
		return false, err
	}
	if len(s.found) > 0 {
		s.oldest = s.found[0].At
		s.report(ctx)
		if err := s.remove(ctx, size, &store.Expire{Expiry: s.table.Expiry.ID, From: from, Until: until}); err != nil {
			s.expiring.Again(s.oldest)
			return false, err
		}
	}
	if more = len(s.found) == limit; !more {
		s.caughtUp(ctx)
	}
	return more, nil
}

// batchSize returns how many items are removed in one transaction.
func (s *sweep) batchSize(ctx context.Context) (int, error) {
	size := int64(batchItems)
	if s.behind() {
		size = batchItemsBehind
	}
	stats, err := s.worker.Store.Stats(ctx, s.table)
	if err == nil && stats.Items > 0 {
		average := max(1, stats.Bytes/stats.Items)
		size = max(1, min(size, batchBytesMax/average))
	}
	return int(size), err
}

// remove removes what was found, a few batches at the same time. If one fails, what others removed is gone all the same.
func (s *sweep) remove(ctx context.Context, size int, change *store.Expire) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	todo := make(chan []store.Expired)
	var running sync.WaitGroup
	for range batchesAtOnce {
		running.Go(func() {
			for batch := range todo {
				began := time.Now()
				if err := s.batch(ctx, batch, change); err != nil {
					stop(err)
				}
				s.rest(ctx, time.Since(began))
			}
		})
	}
	for found := s.found; len(found) > 0 && ctx.Err() == nil; {
		n := min(size, len(found))
		todo <- found[:n]
		found = found[n:]
	}
	close(todo)
	running.Wait()
	if err := context.Cause(ctx); err != nil && s.table.Latest() != nil { // a table that is dropped takes no writes
		return err
	}
	return nil
}

// batch removes items in one transaction, save those that were renewed since they were found.
func (s *sweep) batch(ctx context.Context, found []store.Expired, change *store.Expire) error {
	ws, rs := make([]store.Write, len(found)), make([]store.Result, len(found))
	for i := range found {
		ws[i] = store.Write{Table: s.table, Key: found[i].Key, Change: change, Service: true}
	}
	var buf []byte
	if err := s.worker.Store.Apply(ctx, ws, rs, &buf); err != nil {
		return err
	}
	var deleted uint64
	for i := range rs {
		if rs[i].Existed && rs[i].NewSize == 0 {
			deleted++
		}
	}
	s.worker.deleted.Add(deleted)
	return nil
}

// rest waits after work that took so long, or until ctx ends.
func (s *sweep) rest(ctx context.Context, took time.Duration) {
	share := time.Duration(restShare)
	if s.behind() {
		share = restShareBehind
	}
	select {
	case <-ctx.Done():
	case <-time.After(took / share):
	}
}

// behind reports whether items are there much longer than they should be.
func (s *sweep) behind() bool {
	return s.oldest > 0 && s.worker.Now().Unix()-int64(s.oldest) > int64(behindAfter/time.Second) //nolint:gosec // below the clock
}

// failed writes an error down, unless the reason is that the worker is to stop, and leaves the table alone for a while.
func (s *sweep) failed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	s.worker.Logger.WarnContext(ctx, "cannot remove expired items", slog.String("table", s.table.Name), slog.Any("error", err))
	s.notBefore = time.Now().Add(s.wait)
	s.wait = min(2*s.wait, longestWait)
}

// report says from time to time that the table is behind.
func (s *sweep) report(ctx context.Context) {
	if s.behind() && time.Since(s.reported) >= reportEvery {
		s.reported = time.Now()
		s.log(ctx, "behind with expired items", slog.Time("oldest", time.Unix(int64(s.oldest), 0).UTC())) //nolint:gosec // below the clock
	}
}

// caughtUp notes that there is nothing left to remove, and says so if the table was behind.
func (s *sweep) caughtUp(ctx context.Context) {
	s.oldest = 0
	if !s.reported.IsZero() {
		s.reported = time.Time{}
		s.log(ctx, "caught up with expired items")
	}
}

func (s *sweep) log(ctx context.Context, what string, more ...slog.Attr) {
	about := append([]slog.Attr{slog.String("table", s.table.Name), slog.Uint64("deleted", s.worker.Deleted())}, more...)
	s.worker.Logger.LogAttrs(ctx, slog.LevelInfo, what, about...)
}
