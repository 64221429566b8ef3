package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/faulty"
	"github.com/statordb/stator/internal/keyspace"
)

// day is how long records are kept, and the second by which their times may be wrong.
const day = 24*time.Hour + 2*time.Second

// records counts what the log of table has.
func (w *world) records(t *testing.T, table *catalog.Table) int {
	t.Helper()
	return w.keysIn(t, table.Stream.ID.Log)
}

// Records are removed when they are a day old, neither earlier nor others, and shards with them.
func TestTrim(t *testing.T) {
	w := openOn(t, vfs.NewMem(), noon, plain)
	defer w.close(t)
	k := w.keep()
	table := w.createStreamed(t, "music")
	hours := []int{30, 0, 5, 20, 1, 40} // how many records are made in each
	sum := 0
	for _, n := range hours {
		w.record(t, table, n, 0, keyspace.Slots)
		sum += n
		w.later(time.Hour)
		k.shards(t.Context())
	}
	w.checkShards(t, table, "0 [0,16)", "1<0 [0,16)*")
	w.later(day - time.Duration(len(hours)+1)*time.Hour)
	for hour, n := range hours {
		k.trims(t.Context())
		if got := w.records(t, table); got != sum {
			t.Errorf("after a day and %d hours %d records are left, want %d", hour-1, got, sum)
		}
		if got := w.contents(t, table); got[len(got)-1] != min(sum, 41) {
			t.Errorf("after a day and %d hours the shards have %d records", hour-1, got)
		}
		w.verify(t)
		sum -= n
		w.later(time.Hour)
	}
	k.trims(t.Context())
	if n := w.records(t, table); n > 0 {
		t.Errorf("%d records are left", n)
	}
	w.checkShards(t, table, "0 [0,16)*") // what was number 1
	if s := w.catalog.StreamOf(table.Stream.ID); s.Shards[0].Parent == "" || s.Trimmed < s.Shards[0].From {
		t.Errorf("the stream is %+v", s)
	}
}

// An empty shard that was closed a day ago goes, too.
func TestTrimWithoutRecords(t *testing.T) {
	w := openOn(t, vfs.NewMem(), noon, plain)
	defer w.close(t)
	k := w.keep()
	table := w.createStreamed(t, "music")
	for range 3 {
		w.later(4 * time.Hour)
		k.shards(t.Context())
	}
	w.checkShards(t, table, "0 [0,16)", "1<0 [0,16)", "2<1 [0,16)", "3<2 [0,16)*")
	w.later(day - 4*time.Hour)
	k.trims(t.Context())
	w.checkShards(t, table, "0 [0,16)", "1<0 [0,16)*")
	before := w.catalog.StreamOf(table.Stream.ID).Revision
	w.later(time.Hour)
	k.trims(t.Context())
	if after := w.catalog.StreamOf(table.Stream.ID).Revision; after != before {
		t.Error("there was nothing to trim, and the description has changed")
	}
}

// Trimming costs no more when more is kept.
func TestTrimCost(t *testing.T) {
	costs := func(old, young int) (calls [3]uint64) {
		var e *faulty.Engine
		w := openOn(t, vfs.NewMem(), noon, func(inner engine.Engine) engine.Engine {
			e = faulty.Wrap(inner, faulty.Plan{})
			return e
		})
		defer w.close(t)
		k := w.keep()
		table := w.createStreamed(t, "music")
		w.record(t, table, old, 0, keyspace.Slots)
		w.later(day)
		w.record(t, table, young, 0, keyspace.Slots)
		count := func() [3]uint64 {
			return [3]uint64{e.Count(faulty.Update), e.Count(faulty.DeleteRange), e.Count(faulty.Scan)}
		}
		before := count()
		k.trims(t.Context())
		for i, n := range count() {
			calls[i] = n - before[i]
		}
		if n := w.records(t, table); n != young {
			t.Errorf("%d records are left of %d and %d", n, old, young)
		}
		before = count()
		k.trims(t.Context())
		if after := count(); after[0] != before[0] || after[1] != before[1] {
			t.Error("there was nothing to trim, and something was written")
		}
		return calls
	}
	few, many := costs(32, 32), costs(32, 2048)
	if few[0] != 1 || few[1] != keyspace.Slots || many[0] != 1 || many[1] != keyspace.Slots {
		t.Errorf("it took %d and %d changes, %d and %d removals of ranges, want one and one of each slot", few[0], many[0], few[1], many[1])
	}
	// 64 times as many are 6 more steps of a bisection, each of which looks into each slot.
	if most := few[2] + 10*keyspace.Slots; many[2] > most {
		t.Errorf("%d scans, with few records %d", many[2], few[2])
	}
}

// A stream that has ended goes after a day, whatever became of its table; until then it can be read.
func TestEndedStreams(t *testing.T) {
	w := openOn(t, vfs.NewMem(), noon, plain)
	defer w.close(t)
	k := w.keep()
	off, dropped, on := w.createStreamed(t, "off"), w.createStreamed(t, "dropped"), w.createStreamed(t, "on")
	tables := []*catalog.Table{off, dropped, on}
	w.later(time.Hour)
	for _, table := range tables {
		w.record(t, table, 20, 0, keyspace.Slots)
	}
	w.switchStream(t, off, false)
	w.switchStream(t, off, true)
	again := w.catalog.Table("off")
	w.record(t, again, 10, 0, keyspace.Slots)
	if _, err := w.catalog.Drop(t.Context(), "dropped", func(*catalog.Table) error { return nil }); err != nil {
		t.Fatal(err)
	}
	w.later(24*time.Hour - time.Second)
	k.shards(t.Context())
	k.trims(t.Context())
	for _, table := range tables {
		if got := w.contents(t, table); got[0] != 20 {
			t.Errorf("table %q: the shards have %d records", table.Name, got)
		}
	}
	w.later(time.Second)
	k.trims(t.Context())
	for _, table := range tables[:2] {
		if s := w.catalog.StreamOf(table.Stream.ID); s != nil {
			t.Errorf("table %q: there is the stream %+v", table.Name, s)
		}
		if n := w.records(t, table); n > 0 {
			t.Errorf("table %q: %d records are left", table.Name, n)
		}
	}
	if on, again := w.records(t, on), w.records(t, again); on != 20 || again != 10 {
		t.Errorf("streams that are on have %d and %d records", on, again)
	}
	w.verify(t)
}

// Run does all of it.
func TestStreamsAreKept(t *testing.T) {
	w := openOn(t, vfs.NewMem(), noon, plain)
	defer w.close(t)
	ended, table := w.createStreamed(t, "ended"), w.createStreamed(t, "music")
	w.record(t, table, 50, 0, keyspace.Slots)
	w.record(t, ended, 50, 0, keyspace.Slots)
	w.switchStream(t, ended, false)
	w.later(day)
	w.record(t, table, 20, 0, keyspace.Slots)
	w.until(t, quiet, func() bool {
		return w.catalog.StreamOf(ended.Stream.ID) == nil && w.records(t, table) == 20 && len(w.catalog.StreamOf(table.Stream.ID).Shards) == 2
	})
	if n := w.records(t, ended); n > 0 {
		t.Errorf("%d records of a stream that is gone are left", n)
	}
	w.verify(t)
}

// stepping calls step before each change of what is stored.
type stepping struct {
	engine.Engine
	step func() error
}

func (s *stepping) Update(ctx context.Context, o engine.TxnOpt, body func(engine.Txn) error) (uint64, error) {
	if err := s.step(); err != nil {
		return 0, err
	}
	return s.Engine.Update(ctx, o, body)
}

func (s *stepping) DeleteRange(ctx context.Context, r engine.Range) error {
	if err := s.step(); err != nil {
		return err
	}
	return s.Engine.DeleteRange(ctx, r)
}

// scene makes a stream with records to trim and shards to split, and one that ended a day ago. young is
// how many records must stay.
func scene(t *testing.T, w *world) (table, ended *catalog.Table, young int) {
	t.Helper()
	k := w.keep()
	table, ended = w.createStreamed(t, "music"), w.createStreamed(t, "ended")
	w.record(t, table, 40, 0, keyspace.Slots)
	w.record(t, ended, 40, 0, keyspace.Slots)
	w.switchStream(t, ended, false)
	w.later(4 * time.Hour)
	k.shards(t.Context())
	w.later(day)
	w.record(t, table, 20, 0, keyspace.Slots)
	return table, ended, 20
}

// after holds that what is to be done about the scene is done.
func (w *world) after(t *testing.T, table, ended *catalog.Table, young int) {
	t.Helper()
	w.checkShards(t, table, "0 [0,16)", "1<0 [0,16)*")
	if got := w.contents(t, table); !slices.Equal(got, []int{young, 0}) {
		t.Errorf("the shards have %d records", got)
	}
	if n := w.records(t, table); n != young {
		t.Errorf("%d records are left, want %d", n, young)
	}
	if n := w.records(t, ended); n > 0 || w.catalog.StreamOf(ended.Stream.ID) != nil {
		t.Errorf("of the ended stream %d records are left: %+v", n, w.catalog.StreamOf(ended.Stream.ID))
	}
}

// Wherever the power fails, what is stored is sound, and the next process goes on.
func TestStreamsAfterCrash(t *testing.T) {
	fs := vfs.NewCrashableMem()
	step := func() error { return nil }
	w := openOn(t, fs, noon, func(e engine.Engine) engine.Engine {
		return &stepping{e, func() error { return step() }}
	})
	defer w.close(t)
	table, ended, young := scene(t, w)
	var crashes []*vfs.MemFS
	step = func() error {
		crashes = append(crashes, fs.CrashClone(vfs.CrashCloneCfg{}))
		return nil
	}
	k := w.keep()
	k.shards(t.Context())
	k.trims(t.Context())
	w.after(t, table, ended, young)
	if want := 1 + 1 + keyspace.Slots + 1 + 1; len(crashes) != want { // replace, cut, trim, erase, remove
		t.Errorf("there were %d steps, want %d", len(crashes), want)
	}
	for i, fs := range crashes {
		t.Run(fmt.Sprintf("before step %d", i), func(t *testing.T) {
			w := openOn(t, fs, w.now, plain)
			defer w.close(t)
			w.verify(t)
			if got := w.contents(t, table)[0]; got != 40 && got != young {
				t.Errorf("readers find %d records, neither all nor all that stay", got)
			}
			k := w.keep()
			k.shards(t.Context())
			k.trims(t.Context())
			w.after(t, table, ended, young)
		})
	}
}

// Whatever step fails, the worker makes up for it with its next look.
func TestStreamsAfterFailure(t *testing.T) {
	for fails := 1; ; fails++ {
		step := func() error { return nil }
		w := openOn(t, vfs.NewMem(), noon, func(e engine.Engine) engine.Engine {
			return &stepping{e, func() error { return step() }}
		})
		table, ended, young := scene(t, w)
		n := 0
		step = func() error {
			if n++; n == fails {
				return errors.New("injected failure")
			}
			return nil
		}
		k := w.keep()
		for range 2 {
			k.shards(t.Context())
			k.trims(t.Context())
		}
		w.after(t, table, ended, young)
		w.close(t)
		if n < fails {
			break
		}
		if t.Failed() {
			t.Fatalf("with a failure of step %d", fails)
		}
	}
}

// A worker that is told to stop stops within a look.
func TestStreamsCancelled(t *testing.T) {
	steps := 0
	ctx, cancel := context.WithCancel(t.Context())
	step := func() error { return nil }
	w := openOn(t, vfs.NewMem(), noon, func(e engine.Engine) engine.Engine {
		return &stepping{e, func() error { return step() }}
	})
	defer w.close(t)
	scene(t, w)
	step = func() error {
		steps++
		cancel()
		return nil
	}
	k := w.keep()
	k.trims(ctx)
	k.shards(ctx)
	if steps > 2 { // what was begun with the first one is not begun again
		t.Errorf("%d steps", steps)
	}
}
