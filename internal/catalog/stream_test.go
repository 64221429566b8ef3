package catalog_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/faulty"
	"github.com/statordb/stator/internal/keyspace"
)

var errNo = errors.New("no")

// createStreamed creates a table whose stream is on.
func createStreamed(t *testing.T, c *catalog.Catalog, name string) *catalog.Table {
	t.Helper()
	streamed := table(name)
	streamed.Stream = &catalog.TableStream{View: catalog.ViewNewOld, On: true}
	created, err := c.Create(ctx, streamed)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

// switchStream switches the stream of a table off, or on, and lets it begin.
func switchStream(t *testing.T, c *catalog.Catalog, name string, on bool) *catalog.Table {
	t.Helper()
	if on {
		return begin(t, c, switchOn(t, c, name))
	}
	return mustUpdate(t, c, name, func(t *catalog.Table) { t.Stream.On = false })
}

// switchOn switches the stream of a table on, which does not begin yet.
func switchOn(t *testing.T, c *catalog.Catalog, name string) *catalog.Table {
	t.Helper()
	return mustUpdate(t, c, name, func(t *catalog.Table) { t.Stream = &catalog.TableStream{View: catalog.ViewKeys, On: true} })
}

func begin(t *testing.T, c *catalog.Catalog, table *catalog.Table) *catalog.Table {
	t.Helper()
	if err := c.BeginStream(ctx, table); err != nil {
		t.Fatal(err)
	}
	return table
}

func mustChange(t *testing.T, c *catalog.Catalog, id keyspace.StreamID, edit func(s *catalog.Stream, seq uint64)) *catalog.Stream {
	t.Helper()
	s, err := c.ChangeStream(ctx, id, edit)
	if err != nil || s == nil {
		t.Fatalf("changed %v: %v", s, err)
	}
	return s
}

// stepStream switches the stream of a table on or off, or lets it begin, or replaces its shards, or removes one that has
// ended.
func stepStream(t *testing.T, c *catalog.Catalog, table *catalog.Table, random *rand.Rand) {
	t.Helper()
	switch log := table.Log(); {
	case log == nil:
		switchOn(t, c, table.Name)
	case !c.StreamOf(log.ID).Begun() && random.IntN(2) == 0:
		begin(t, c, table)
	case c.StreamOf(log.ID).Begun() && random.IntN(2) == 0:
		mustChange(t, c, log.ID, func(s *catalog.Stream, seq uint64) {
			s.Replace(s.Shards[random.IntN(len(s.Shards))].ID, true, seq, noon)
			s.Trim(s.Shards[0].From + 1)
		})
	default:
		switchStream(t, c, table.Name, false)
		if random.IntN(2) == 0 {
			if err := c.RemoveStream(ctx, log.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func drop(t *testing.T, c *catalog.Catalog, name string) {
	t.Helper()
	if _, err := c.Drop(ctx, name, func(*catalog.Table) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// checkStreams holds that the catalog, and one that opens the store now, have the streams with these
// labels, in this order, and that all of it is sound.
func checkStreams(t *testing.T, e engine.Engine, c *catalog.Catalog, want ...string) {
	t.Helper()
	for _, c := range []*catalog.Catalog{c, open(t, e)} {
		var labels []string
		for _, s := range c.Streams() {
			labels = append(labels, s.Table+" "+s.Label[len(s.Label)-len("12:00:00.000"):])
			if c.StreamOf(s.ID) != s || c.Stream(s.Table, s.Label) != s {
				t.Errorf("stream %s is not found", s.ID)
			}
		}
		if !slices.Equal(labels, want) {
			t.Errorf("streams are %q, want %q", labels, want)
		}
	}
	if got, want := storedStreams(t, open(t, e)), storedStreams(t, c); got != want {
		t.Errorf("stored are %s, known are %s", got, want)
	}
	if _, err := catalog.Verify(ctx, e, func(problem string) { t.Error(problem) }); err != nil {
		t.Error(err)
	}
}

// storedStreams is what is stored of all streams.
func storedStreams(t *testing.T, c *catalog.Catalog) string {
	t.Helper()
	var all strings.Builder
	for _, s := range c.Streams() {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "%d %s\n", s.Revision, b)
	}
	return all.String()
}

// TestStreamSwitch holds what becomes of a table's stream when it is switched on, off, and on again: the
// second is another, and the first stays.
func TestStreamSwitch(t *testing.T) {
	e := openEngine(t, vfs.NewMem())
	c := open(t, e)
	mustCreate(t, c, "none")
	music := createStreamed(t, c, "music")
	checkStreams(t, e, c, "music 12:00:00.000")
	first := c.StreamOf(music.Log().ID)
	if first.TableID != music.ID || first.View != catalog.ViewNewOld || !first.Created.Equal(noon) || !first.Ended.IsZero() ||
		first.Label != music.Log().Label || first.Revision != 1 || fmt.Sprint(first.Key) != "[{pk S} {sk N}]" {
		t.Errorf("the first stream is %+v", first)
	}
	music = switchStream(t, c, "music", false)
	checkStreams(t, e, c, "music 12:00:00.000")
	ended := c.StreamOf(first.ID)
	if music.Log() != nil || music.Stream.ID != first.ID || !ended.Ended.Equal(noon) || ended.Shards[0].Open() || !first.Shards[0].Open() {
		t.Errorf("the table has %+v; the first stream is %+v, it was %+v", music.Stream, ended, first)
	}
	music = switchStream(t, c, "music", true)
	checkStreams(t, e, c, "music 12:00:00.000", "music 12:00:00.001")
	second := c.StreamOf(music.Log().ID)
	if second.ID == first.ID || second.View != catalog.ViewKeys || c.StreamOf(first.ID) != ended {
		t.Errorf("the second stream is %+v, the first %+v", second, c.StreamOf(first.ID))
	}
	if second.Shards[0].From <= ended.Shards[0].To || ended.Shards[0].To <= first.Shards[0].From {
		t.Errorf("the first stream has %+v, the second %+v", ended.Shards, second.Shards)
	}
	// What has nothing to do with the stream leaves it alone.
	mustUpdate(t, c, "music", func(t *catalog.Table) { t.Warm.Read++ })
	if c.StreamOf(second.ID) != second {
		t.Error("another change of the table has changed its stream")
	}
}

// TestStreamBegins holds that the stream of a table in use begins when BeginStream says so, behind all that was recorded
// before, and that who opens the store until then is told that it has not.
func TestStreamBegins(t *testing.T) {
	e := openEngine(t, vfs.NewMem())
	c := open(t, e)
	mustCreate(t, c, "music")
	createStreamed(t, c, "album")
	unbegun := func(c *catalog.Catalog, want ...string) {
		t.Helper()
		var got []string
		for _, t := range c.Unbegun() {
			got = append(got, t.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the streams of %q have not begun, want %q", got, want)
		}
	}
	isSwitched := func(c *catalog.Catalog, want bool) {
		t.Helper()
		select {
		case <-c.Switched():
			if !want {
				t.Error("nothing is there to begin, and it is said")
			}
		default:
			if want {
				t.Error("nobody is told that a stream is to begin")
			}
		}
	}
	isSwitched(c, true) // of a store that was just opened nobody knows
	isSwitched(c, false)
	unbegun(c)
	music := switchOn(t, c, "music")
	isSwitched(c, true)
	unbegun(c, "music")
	if s := c.StreamOf(music.Log().ID); s.Begun() || len(s.Shards) > 0 || s.Trimmed > 0 {
		t.Errorf("the stream is %+v", s)
	}
	again := open(t, e)
	isSwitched(again, true)
	unbegun(again, "music")
	checkStreams(t, e, c, "album 12:00:00.000", "music 12:00:00.000")
	mustChange(t, c, music.Log().ID, func(s *catalog.Stream, _ uint64) { s.Tags = []catalog.Tag{{Key: "a"}} })
	unbegun(c, "music")
	tagged := c.StreamOf(music.Log().ID).Revision
	begin(t, c, music)
	unbegun(c)
	begun := c.StreamOf(music.Log().ID)
	if !begun.Begun() || len(begun.Shards) != 1 || begun.Trimmed != begun.Shards[0].From || begun.Revision != tagged+1 {
		t.Errorf("the stream is %+v", begun)
	}
	if begin(t, c, music); c.StreamOf(begun.ID) != begun {
		t.Error("a stream has begun twice")
	}
	// One that is switched off, or whose table is dropped, before it has begun never does.
	switchStream(t, c, "music", false)
	for _, end := range []func(){func() { switchStream(t, c, "music", false) }, func() { drop(t, c, "music") }} {
		music = switchOn(t, c, "music")
		end()
		unbegun(c)
		if begin(t, c, music); len(c.StreamOf(music.Log().ID).Shards) > 0 {
			t.Errorf("the stream that has ended is %+v", c.StreamOf(music.Log().ID))
		}
	}
	checkStreams(t, e, c, "album 12:00:00.000", "music 12:00:00.000", "music 12:00:00.001", "music 12:00:00.002")
}

// TestStreamOfDroppedTable holds that a stream outlives its table, and that of the next table of that name
// is told from it.
func TestStreamOfDroppedTable(t *testing.T) {
	e := openEngine(t, vfs.NewMem())
	c := open(t, e)
	old := createStreamed(t, c, "music")
	createStreamed(t, c, "album")
	drop(t, c, "music")
	young := createStreamed(t, c, "music")
	checkStreams(t, e, c, "album 12:00:00.000", "music 12:00:00.000", "music 12:00:00.001")
	if s := c.StreamOf(old.Stream.ID); s.Ended.IsZero() || s.TableID != old.ID {
		t.Errorf("the old stream is %+v", s)
	}
	if s := c.StreamOf(young.Stream.ID); !s.Ended.IsZero() || s.TableID != young.ID {
		t.Errorf("the new stream is %+v", s)
	}
	// A table whose stream is off already takes nothing along.
	switchStream(t, c, "album", false)
	before := c.Stream("album", old.Stream.Label)
	drop(t, c, "album")
	if s := c.StreamOf(before.ID); s != before {
		t.Errorf("the stream that was off is %+v", s)
	}
}

// TestStreamRefused holds that a change that is refused, or that nobody may make, changes no stream.
func TestStreamRefused(t *testing.T) {
	e := openEngine(t, vfs.NewMem())
	c := open(t, e)
	createStreamed(t, c, "music")
	before := storedStreams(t, c)
	for _, edit := range []func(t *catalog.Table) error{
		func(t *catalog.Table) error { t.Stream.On = false; return errNo },
		func(t *catalog.Table) error { t.Stream.View = catalog.ViewOld; return nil },
		func(t *catalog.Table) error {
			t.Stream = &catalog.TableStream{View: catalog.ViewNewOld, On: true}
			return nil
		},
	} {
		if updated, err := c.Update(ctx, "music", edit); err == nil || updated != nil {
			t.Errorf("updated %+v: %v", updated.Stream, err)
		}
	}
	if _, err := c.Drop(ctx, "music", func(*catalog.Table) error { return errNo }); err == nil {
		t.Error("dropped")
	}
	streamed := table("music")
	streamed.Stream = &catalog.TableStream{View: catalog.ViewKeys, On: true}
	if _, err := c.Create(ctx, streamed); code(err) != "ResourceInUseException" {
		t.Errorf("the second table of one name: %v", err)
	}
	checkStreams(t, e, c, "music 12:00:00.000")
	if after := storedStreams(t, c); after != before {
		t.Errorf("the stream has become %s", after)
	}
}

// TestFirstShards holds how many shards a stream begins with.
func TestFirstShards(t *testing.T) {
	c := open(t, openEngine(t, vfs.NewMem()))
	for _, test := range []struct {
		read, write int64 // 0: on demand
		want        int
	}{
		{0, 0, 4},
		{1, 1, 1},
		{3000, 0, 1},
		{3000, 1, 2},
		{0, 2001, 4},
		{1500, 2500, 4},
		{0, 5000, 8},
		{40_000, 40_000, 16},
		{1 << 62, 1 << 62, 16},
	} {
		streamed := table(fmt.Sprintf("%d-%d", test.read, test.write))
		streamed.Billing.OnDemand = test.read+test.write == 0
		streamed.Provisioned.Units = catalog.Units{Read: test.read, Write: test.write}
		streamed.Stream = &catalog.TableStream{View: catalog.ViewKeys, On: true}
		created, err := c.Create(ctx, streamed)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(c.StreamOf(created.Stream.ID).Shards); got != test.want {
			t.Errorf("a table of %d read and %d write units has %d shards, want %d", test.read, test.write, got, test.want)
		}
	}
}

// TestStreamBodiesRunAgain holds that changes come out right when engines run their bodies twice.
func TestStreamBodiesRunAgain(t *testing.T) {
	inner := openEngine(t, vfs.NewMem())
	e := faulty.Wrap(inner, faulty.Plan{Twice: true})
	c := open(t, e)
	music := createStreamed(t, c, "music")
	first := c.StreamOf(music.Stream.ID)
	runs := 0
	s := mustChange(t, c, first.ID, func(s *catalog.Stream, seq uint64) {
		runs++
		s.Replace(s.Shards[0].ID, true, seq, noon)
	})
	if runs != 2 || len(s.Shards) != 3 || s.Revision != 2 || len(first.Shards) != 1 || !first.Shards[0].Open() {
		t.Errorf("after %d runs the stream is %+v; it was %+v", runs, s, first)
	}
	switchStream(t, c, "music", false)
	switchStream(t, c, "music", true)
	drop(t, c, "music")
	checkStreams(t, inner, c, "music 12:00:00.000", "music 12:00:00.001")
}

// TestChangeStream holds that a change is stored, gets a sequence above all before, and that a stream that
// is gone is left alone.
func TestChangeStream(t *testing.T) {
	e := openEngine(t, vfs.NewMem())
	c := open(t, e)
	id := createStreamed(t, c, "music").Stream.ID
	switchStream(t, c, "music", false)
	var last uint64
	for range 3 {
		mustChange(t, c, id, func(s *catalog.Stream, seq uint64) {
			if seq <= last || seq <= s.Shards[0].To {
				t.Errorf("the sequence is %d after %d", seq, last)
			}
			last, s.Trimmed = seq, s.Trimmed+1
		})
	}
	if s := c.StreamOf(id); s.Trimmed != 3 || s.Revision != 5 {
		t.Errorf("the stream is %+v", s)
	}
	checkStreams(t, e, c, "music 12:00:00.000")
	if err := c.RemoveStream(ctx, id); err != nil {
		t.Fatal(err)
	}
	checkStreams(t, e, c)
	s, err := c.ChangeStream(ctx, id, func(*catalog.Stream, uint64) { t.Error("there is no stream") })
	if s != nil || err != nil {
		t.Errorf("a stream that is gone: %v, %v", s, err)
	}
	if c.StreamOf(id) != nil || c.Stream("music", "2026-11-24T12:00:00.000") != nil {
		t.Error("a stream that is gone is found")
	}
}

// TestCurrent holds that Current tells what holds as its reader sees the store, whatever description it is
// given.
func TestCurrent(t *testing.T) {
	e := openEngine(t, vfs.NewMem())
	c := open(t, e)
	id := createStreamed(t, c, "music").Stream.ID
	current := func(r engine.Reader, s *catalog.Stream) *catalog.Stream {
		t.Helper()
		now, err := c.Current(ctx, r, s)
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	reader := func() engine.Reader {
		t.Helper()
		r, err := e.Read(ctx, engine.Snapshot)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Close() }) // only read
		return r
	}
	first := c.StreamOf(id)
	before := reader()
	if current(before, first) != first {
		t.Error("a description that holds is read again")
	}
	switchStream(t, c, "music", false)
	second := c.StreamOf(id)
	after := reader()
	if s := current(after, first); s == nil || s.Ended.IsZero() || s.Revision != second.Revision || s.Shards[0] != second.Shards[0] {
		t.Errorf("a stale description is taken for %+v", s)
	}
	if s := current(before, second); s == nil || !s.Ended.IsZero() || s.Revision != first.Revision {
		t.Errorf("to a reader from before the stream is %+v", s)
	}
	if current(after, second) != second || current(before, first) != first {
		t.Error("a description that holds is read again")
	}
	if err := c.RemoveStream(ctx, id); err != nil {
		t.Fatal(err)
	}
	if s := current(reader(), second); s != nil {
		t.Errorf("a stream that is gone is %+v", s)
	}
	if current(after, second) != second {
		t.Error("a stream that was there when the reader was opened is gone")
	}
}

// TestStreamsOnFullDisk holds that streams can be ended, trimmed and removed when the disk is full.
func TestStreamsOnFullDisk(t *testing.T) {
	e := openEngine(t, vfs.NewMem())
	id := createStreamed(t, open(t, e), "music").Stream.ID
	c := open(t, full{e})
	mustChange(t, c, id, func(s *catalog.Stream, seq uint64) { s.Trim(seq) })
	drop(t, c, "music")
	if err := c.RemoveStream(ctx, id); err != nil {
		t.Error(err)
	}
	checkStreams(t, e, c)
}

// TestStreamsConcurrently holds that nothing is lost when shards are replaced, records trimmed and streams
// switched at one time.
func TestStreamsConcurrently(t *testing.T) {
	const rounds = 30
	e := openEngine(t, vfs.NewMem())
	c := open(t, e)
	createStreamed(t, c, "music")
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range rounds {
			switchStream(t, c, "music", i%2 == 1)
		}
	})
	for range 2 {
		wg.Go(func() {
			for i := range rounds {
				for _, s := range c.Streams() {
					_, err := c.ChangeStream(ctx, s.ID, func(s *catalog.Stream, seq uint64) {
						for _, shard := range slices.Clone(s.Shards) {
							s.Replace(shard.ID, i%4 == 0, seq, noon.Add(time.Duration(i)))
						}
						if i%3 == 0 {
							s.Trim(seq)
						}
					})
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	if n := len(c.Streams()); n != 1+rounds/2 {
		t.Errorf("there are %d streams", n)
	}
	if got, want := storedStreams(t, open(t, e)), storedStreams(t, c); got != want {
		t.Errorf("stored are %s, known are %s", got, want)
	}
	if _, err := catalog.Verify(ctx, e, func(problem string) { t.Error(problem) }); err != nil {
		t.Error(err)
	}
}
