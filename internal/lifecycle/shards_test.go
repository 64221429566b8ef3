package lifecycle_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/faulty"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/lifecycle"
	"github.com/statordb/stator/internal/store"
	"github.com/statordb/stator/internal/stream"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// the keeper of streams is a worker of which a test says when it looks.
type keeper struct{ shards, trims func(ctx context.Context) }

// keep returns a keeper that splits shards that get more than ten records a second.
func (w *world) keep() keeper {
	var k keeper
	k.shards, k.trims = lifecycle.New(lifecycle.Options{
		Catalog: w.catalog, Store: w.store, Streams: w.streams, Logger: quiet, Now: w.clock, ShardWrites: 10,
	}).Looks()
	return k
}

// later lets time pass.
func (w *world) later(d time.Duration) { w.now = w.now.Add(d) }

// createStreamed makes a table whose changes are recorded, in one shard.
func (w *world) createStreamed(t *testing.T, name string) *catalog.Table {
	t.Helper()
	table := w.create(t, name)
	w.switchStream(t, table, true)
	return w.catalog.Table(name)
}

// switchStream switches the stream of table off, or on, and lets it begin.
func (w *world) switchStream(t *testing.T, table *catalog.Table, on bool) {
	t.Helper()
	if !on {
		w.edit(t, table, func(t *catalog.Table) { t.Stream.On = false })
		return
	}
	if err := w.catalog.BeginStream(t.Context(), w.streamOn(t, table)); err != nil {
		t.Fatal(err)
	}
}

// streamOn switches the stream of table on, which does not begin yet.
func (w *world) streamOn(t *testing.T, table *catalog.Table) *catalog.Table {
	t.Helper()
	w.edit(t, table, func(t *catalog.Table) { t.Stream = &catalog.TableStream{View: catalog.ViewNewOld, On: true} })
	return w.catalog.Table(table.Name)
}

// record makes n records in slots from the given one on, below end, in turns.
func (w *world) record(t *testing.T, table *catalog.Table, n int, slot, end uint8) {
	t.Helper()
	want := slot
	for i := 0; n > 0; i++ {
		pk := fmt.Sprintf("%s-%d-%d", table.Name, ids.Add(1), i)
		if keyspace.Slot([]byte(pk)) != want {
			continue
		}
		w.put(t, table, pk, "")
		n--
		if want++; want == end {
			want = slot
		}
	}
}

// checkShards holds that the stream of table has these shards, as "number<parent [slot,end)" with a mark
// if they are open, and that the store is sound.
func (w *world) checkShards(t *testing.T, table *catalog.Table, want ...string) {
	t.Helper()
	number := map[string]int{}
	var got []string
	for i, s := range w.catalog.StreamOf(table.Stream.ID).Shards {
		number[s.ID] = i
		parent, ok := number[s.Parent]
		text := fmt.Sprintf("%d<%d [%d,%d)", i, parent, s.Slot, s.End)
		if !ok {
			text = fmt.Sprintf("%d [%d,%d)", i, s.Slot, s.End)
		}
		if s.Open() {
			text += "*"
		}
		got = append(got, text)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the shards are %q, want %q", got, want)
	}
	w.verify(t)
}

func (w *world) verify(t *testing.T) {
	t.Helper()
	if _, err := store.Verify(t.Context(), w.engine, func(problem string) { t.Error(problem) }); err != nil {
		t.Error(err)
	}
}

// contents reads a stream as a client does, one shard after the other, and returns how many records each has.
func (w *world) contents(t *testing.T, table *catalog.Table) (counts []int) {
	t.Helper()
	s := w.catalog.StreamOf(table.Stream.ID)
	for _, shard := range s.Shards {
		n := 0
		from := stream.Position{Seq: max(shard.From, s.Trimmed)}
		for {
			page, err := w.streams.Read(t.Context(), s, shard.ID, from, 7, func(*stream.Record) error { n++; return nil })
			if err != nil {
				t.Fatal(err)
			}
			if page.End || page.Next == from {
				break
			}
			from = page.Next
		}
		counts = append(counts, n)
	}
	return counts
}

func plain(e engine.Engine) engine.Engine { return e }

// A shard that is four hours old is replaced, and what was in it stays in it.
func TestRollOver(t *testing.T) {
	w := openOn(t, vfs.NewMem(), noon, plain)
	defer w.close(t)
	k := w.keep()
	table := w.createStreamed(t, "music")
	w.record(t, table, 20, 0, keyspace.Slots)
	k.shards(t.Context())
	w.later(4*time.Hour - time.Second)
	k.shards(t.Context())
	w.checkShards(t, table, "0 [0,16)*")
	w.later(time.Second)
	k.shards(t.Context())
	w.checkShards(t, table, "0 [0,16)", "1<0 [0,16)*")
	w.record(t, table, 30, 0, keyspace.Slots)
	if got := w.contents(t, table); !slices.Equal(got, []int{20, 30}) {
		t.Errorf("the shards have %d records", got)
	}
	w.later(4 * time.Hour)
	w.keep().shards(t.Context()) // another process sees that, too
	w.checkShards(t, table, "0 [0,16)", "1<0 [0,16)", "2<1 [0,16)*")
	if got := w.contents(t, table); !slices.Equal(got, []int{20, 30, 0}) {
		t.Errorf("the shards have %d records", got)
	}
	if closed := w.catalog.StreamOf(table.Stream.ID).Shards[1]; !closed.Closed.Equal(w.now) || closed.Closed.Sub(closed.Created) != 4*time.Hour {
		t.Errorf("a closed shard is %+v", closed)
	}
}

// A shard that gets more than it is allowed to, on average over a window, is split, and its children have to
// get as much themselves to be split.
func TestSplit(t *testing.T) {
	const window = 5 * time.Second
	w := openOn(t, vfs.NewMem(), noon, plain)
	defer w.close(t)
	k := w.keep()
	table := w.createStreamed(t, "music")
	total := 0
	next := func(n int, slot, end uint8) {
		t.Helper()
		w.record(t, table, n, slot, end)
		total += n
		w.later(window)
		k.shards(t.Context())
	}
	w.record(t, table, 200, 0, keyspace.Slots) // before the first look: over how long is not known
	total += 200
	k.shards(t.Context())
	next(50, 0, keyspace.Slots)
	w.checkShards(t, table, "0 [0,16)*")
	next(51, 0, keyspace.Slots)
	w.checkShards(t, table, "0 [0,16)", "1<0 [0,8)*", "2<0 [8,16)*")
	next(96, 0, keyspace.Slots) // 48 for each
	w.checkShards(t, table, "0 [0,16)", "1<0 [0,8)*", "2<0 [8,16)*")
	next(51, 12, 16)
	w.checkShards(t, table, "0 [0,16)", "1<0 [0,8)*", "2<0 [8,16)", "3<2 [8,12)*", "4<2 [12,16)*")
	next(51, 15, 16)
	next(51, 15, 16)
	w.checkShards(t, table, "0 [0,16)", "1<0 [0,8)*", "2<0 [8,16)", "3<2 [8,12)*", "4<2 [12,16)",
		"5<4 [12,14)*", "6<4 [14,16)", "7<6 [14,15)*", "8<6 [15,16)*")
	next(200, 15, 16) // nothing is left to split
	if n := len(w.catalog.StreamOf(table.Stream.ID).Shards); n != 9 {
		t.Errorf("there are %d shards", n)
	}
	sum := 0
	for _, n := range w.contents(t, table) {
		sum += n
	}
	if sum != total {
		t.Errorf("%d records are in the shards, %d were made", sum, total)
	}
}

// A shard that is both old and busy is split.
func TestSplitOfOld(t *testing.T) {
	w := openOn(t, vfs.NewMem(), noon, plain)
	defer w.close(t)
	k := w.keep()
	table := w.createStreamed(t, "music")
	w.later(4*time.Hour - time.Second)
	k.shards(t.Context())
	w.record(t, table, 11, 0, keyspace.Slots)
	w.later(time.Second)
	k.shards(t.Context())
	w.checkShards(t, table, "0 [0,16)", "1<0 [0,8)*", "2<0 [8,16)*")
}

// A look that fails changes nothing, and the next one makes up for it.
func TestShardsAfterFailure(t *testing.T) {
	plan := faulty.Plan{Faults: []faulty.Fault{{Call: faulty.Update, N: 5, Err: engine.ErrUnavailable}}}
	w := openOn(t, vfs.NewMem(), noon, func(e engine.Engine) engine.Engine { return faulty.Wrap(e, plan) })
	defer w.close(t)
	k := w.keep()
	table := w.createStreamed(t, "music") // the calls before the one that fails open the store and make this
	w.later(4 * time.Hour)
	k.shards(t.Context())
	w.checkShards(t, table, "0 [0,16)*")
	k.shards(t.Context())
	w.checkShards(t, table, "0 [0,16)", "1<0 [0,16)*")
}

// Without streams nothing is asked of the engine, and a stream that is off is left alone.
func TestNoStreams(t *testing.T) {
	var e *faulty.Engine
	w := openOn(t, vfs.NewMem(), noon, func(inner engine.Engine) engine.Engine {
		e = faulty.Wrap(inner, faulty.Plan{})
		return e
	})
	defer w.close(t)
	table := w.create(t, "music")
	calls := func() (n uint64) {
		for _, c := range []faulty.Call{faulty.Update, faulty.Read, faulty.StableSeq, faulty.DeleteRange} {
			n += e.Count(c)
		}
		return n
	}
	k := w.keep()
	look := func() {
		t.Helper()
		before := calls()
		k.shards(t.Context())
		k.trims(t.Context())
		w.later(5 * time.Hour)
		k.shards(t.Context())
		k.trims(t.Context())
		if n := calls() - before; n > 0 {
			t.Errorf("%d calls of the engine", n)
		}
	}
	look()
	w.switchStream(t, table, true)
	w.switchStream(t, table, false)
	k.trims(t.Context()) // what was recorded before the stream began is looked for once
	look()
}
