package lifecycle

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/store"
)

// How long filling rests after each step: a share of the time that the step took, so that it takes no
// more than so much of the machine, and never longer than the limit.
const (
	restShare   = 2 // half the time
	longestRest = time.Second
)

// reportEvery is how often the log says how far an index is.
const reportEvery = time.Minute

// job is what the worker remembers of a table with an index to make or to remove. What must not be
// forgotten is in the catalog.
type job struct {
	notBefore time.Time     // after a failure
	wait      time.Duration // before the attempt after the next failure
	turns     int           // had
	began     time.Time
	reported  time.Time
}

// indexes makes and removes indexes until ctx ends. Tables take turns, and only one is worked on at a
// time, so that the load is the same however many there are.
func (w *Worker) indexes(ctx context.Context) {
	jobs := map[keyspace.TableID]*job{}
	for ctx.Err() == nil {
		worked, next := w.round(ctx, jobs)
		if worked {
			continue
		}
		var again <-chan time.Time // never, unless something is left to do
		if !next.IsZero() {
			again = time.After(time.Until(next))
		}
		select {
		case <-ctx.Done():
		case <-w.Catalog.Indexing():
		case <-again:
		}
	}
}

// round gives each table with something to do a turn. It reports whether one has come further, and
// otherwise when the next attempt is due, if any is.
func (w *Worker) round(ctx context.Context, jobs map[keyspace.TableID]*job) (worked bool, next time.Time) {
	tables := w.Catalog.Unfinished()
	forget(jobs, tables)
	for _, t := range tables {
		if ctx.Err() != nil {
			break
		}
		j := jobs[t.ID]
		if j == nil {
			j = &job{wait: w.Wait, began: time.Now(), reported: time.Now()}
			jobs[t.ID] = j
		}
		switch {
		case !time.Now().Before(j.notBefore) && w.attempt(ctx, t, j):
			worked = true
		case next.IsZero() || j.notBefore.Before(next):
			next = j.notBefore
		}
	}
	return worked, next
}

// attempt gives t a turn and reports whether it has come further.
func (w *Worker) attempt(ctx context.Context, t *catalog.Table, j *job) bool {
	err := w.turn(ctx, t, j)
	if err == nil {
		j.wait = w.Wait
		return true
	}
	w.logFailure(ctx, "cannot work on an index", err, slog.String("table", t.Name))
	j.notBefore = time.Now().Add(j.wait)
	j.wait = min(2*j.wait, longestWait)
	return false
}

// forget drops the jobs of tables that have nothing to do any more.
func forget(jobs map[keyspace.TableID]*job, tables []*catalog.Table) {
	for id := range jobs {
		if !slices.ContainsFunc(tables, func(t *catalog.Table) bool { return t.ID == id }) {
			delete(jobs, id)
		}
	}
}

// turn brings the first index of t that is to be made or removed one state further, or as far as it
// comes in the time of a turn. The next turn is that of the next index.
func (w *Worker) turn(ctx context.Context, t *catalog.Table, j *job) error {
	builds := t.Builds()
	j.turns++
	switch b := builds[j.turns%len(builds)]; {
	case b.State == catalog.IndexDeleting:
		return w.remove(ctx, t, b, j)
	case !b.Filling:
		return w.prepare(ctx, t, b)
	default:
		return w.fill(ctx, t, b, j)
	}
}

// prepare waits until all writers keep the new index up.
func (w *Worker) prepare(ctx context.Context, t *catalog.Table, b catalog.Build) error {
	if err := w.Store.Quiesce(ctx, t); err != nil {
		return err
	}
	w.Logger.InfoContext(ctx, "filling an index", slog.String("table", t.Name), slog.String("index", b.Name))
	return w.Catalog.FillIndex(ctx, t, b.ID)
}

// fill puts what is in t into the index, as far as it comes in the time of a turn, and makes it active when
// all of it is.
func (w *Worker) fill(ctx context.Context, t *catalog.Table, b catalog.Build, j *job) error {
	until := time.Now().Add(w.Turn)
	turn, end := context.WithCancel(ctx)
	defer end()
	over := false
	err := w.Store.Fill(turn, t, b, func(took time.Duration) {
		rest(ctx, min(took/restShare, longestRest))
		if over = !wanted(t, b) || time.Now().After(until); over {
			end()
		}
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case over && errors.Is(err, context.Canceled):
		w.report(ctx, t, b, j)
		return nil
	case errors.Is(err, store.ErrTableDropped):
		return nil
	case err != nil:
		return err
	}
	if err := w.Catalog.FinishIndex(ctx, t, b.ID); err != nil {
		return err
	}
	w.log(ctx, "an index is filled", t, b, j)
	return nil
}

// wanted reports whether b is still to be made: it may be deleted while it is being filled.
func wanted(t *catalog.Table, b catalog.Build) bool {
	now := t.Latest()
	if now == nil {
		return false
	}
	b, unfinished := now.Build(b.ID)
	return unfinished && b.State == catalog.IndexCreating
}

// rest waits, or until ctx ends.
func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// remove gives the space of an index back and then forgets it.
func (w *Worker) remove(ctx context.Context, t *catalog.Table, b catalog.Build, j *job) error {
	if err := w.Store.Quiesce(ctx, t); err != nil {
		return err
	}
	if err := w.Store.EraseIndex(ctx, t, b); err != nil {
		return err
	}
	if err := w.Catalog.RemoveIndex(ctx, t, b.ID); err != nil {
		return err
	}
	w.log(ctx, "removed an index", t, b, j)
	return nil
}

// report says from time to time how far the filling of an index is.
func (w *Worker) report(ctx context.Context, t *catalog.Table, b catalog.Build, j *job) {
	if time.Since(j.reported) >= reportEvery {
		j.reported = time.Now()
		w.log(ctx, "still filling an index", t, b, j)
	}
}

// log writes down what has become of an index, with the number of its entries if it is a secondary one.
func (w *Worker) log(ctx context.Context, what string, t *catalog.Table, b catalog.Build, j *job) {
	about := []slog.Attr{
		slog.String("table", t.Name), slog.String("index", b.Name), slog.Duration("for", time.Since(j.began).Round(time.Millisecond)),
	}
	if ix := t.IndexOf(b.ID); ix != nil && ix.Kept() {
		if stats, err := w.Store.IndexStats(ctx, t, ix); err == nil {
			about = append(about, slog.Int64("entries", stats.Items))
		}
	}
	w.Logger.LogAttrs(ctx, slog.LevelInfo, what, about...)
}
