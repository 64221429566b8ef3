package stream_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/stream"
)

// records counts what is stored in the log.
func (r *rig) records() (n int) {
	r.Helper()
	reader, err := r.engine.Read(context.Background(), engine.Snapshot)
	r.must(err)
	defer reader.Close()
	lo, hi := keyspace.Logs()
	cursor := reader.Scan(context.Background(), engine.Range{Lo: lo, Hi: hi}, engine.ScanOpt{KeysOnly: true})
	for cursor.Next() {
		n++
	}
	r.must(cursor.Close())
	return n
}

// hourly inserts an album an hour for some hours, into all slots, and returns the sequences.
func (r *rig) hourly(hours int) (seqs []uint64) {
	r.Helper()
	for n := range hours {
		seqs = append(seqs, r.insert(n))
		r.now = r.now.Add(time.Hour)
	}
	return seqs
}

// TestCut holds that a cut is right behind the last record that is old enough.
func TestCut(t *testing.T) {
	r := newRig(t, catalog.ViewKeys)
	begin, err := r.log.Cut(t.Context(), r.stream(), r.now.Add(time.Hour))
	r.must(err)
	if begin != 0 {
		t.Errorf("a stream without records is cut at %d", begin)
	}
	const hours = 48
	seqs := r.hourly(hours)
	for n := range hours {
		// A record is old enough a second after its time.
		for late, want := range map[time.Duration]uint64{time.Second: begin, time.Second + time.Millisecond: seqs[n] + 1} {
			got, err := r.log.Cut(t.Context(), r.stream(), noon.Add(time.Duration(n)*time.Hour+late))
			if err != nil || got != want {
				t.Fatalf("%s after record %d the cut is %d, want %d (%v)", late, n, got, want, err)
			}
		}
		begin = seqs[n] + 1
	}
	got, err := r.log.Cut(t.Context(), r.stream(), r.now.Add(100*time.Hour))
	if err != nil || got != seqs[hours-1]+1 {
		t.Errorf("the cut of a stream that has been idle is %d, its last record is of %d: %v", got, seqs[hours-1], err)
	}
}

// TestCutShards holds that a cut reaches the end of shards that were closed long ago, whether there were
// records in them or not.
func TestCutShards(t *testing.T) {
	r := newRig(t, catalog.ViewKeys)
	first := *r.shardOf(1)
	r.replace(first.ID, false)
	closed := r.stream().Shard(first.ID)
	r.now = r.now.Add(time.Hour)
	for before, want := range map[time.Time]uint64{noon: 0, noon.Add(time.Minute): closed.To} {
		if got, err := r.log.Cut(t.Context(), r.stream(), before); err != nil || got != want {
			t.Errorf("the cut is %d, want %d (%v)", got, want, err)
		}
	}
}

// TestTrim holds that trimming takes the records below the cut, and no others.
func TestTrim(t *testing.T) {
	r := newRig(t, catalog.ViewKeys)
	const hours = 48
	r.hourly(hours)
	for _, old := range []int{0, 1, 24, 24, 47, 48} {
		before := noon.Add(time.Duration(old)*time.Hour - time.Minute)
		cut, err := r.log.Cut(t.Context(), r.stream(), before)
		r.must(err)
		for range 2 { // trimming again changes nothing
			r.trim(cut)
			if got := r.records(); got != hours-old {
				t.Errorf("%d records are left, want %d", got, hours-old)
			}
		}
	}
	r.must(r.log.Erase(t.Context(), r.stream().ID))
	if got := r.records(); got != 0 {
		t.Errorf("%d records are left of a stream that is erased", got)
	}
}

// TestIdleReader holds that a reader for whom nothing comes moves on, so that what is trimmed never
// overtakes it.
func TestIdleReader(t *testing.T) {
	r := newRig(t, catalog.ViewKeys)
	sh := r.shardOf(1).ID
	r.insert(1)
	_, page, err := r.read(sh, stream.Position{}, 0)
	r.must(err)
	for hour := range 72 {
		r.now = r.now.Add(time.Hour)
		for other := range 10 {
			if r.shardOf(other).ID != sh {
				r.insert(other)
			}
		}
		cut, err := r.log.Cut(t.Context(), r.stream(), r.now.Add(-time.Minute))
		r.must(err)
		r.trim(cut)
		var got []int
		if got, page, err = r.read(sh, page.Next, 0); err != nil || len(got) > 0 {
			t.Fatalf("after %d hours the reader gets %d, %v", hour, got, err)
		}
	}
}

// TestAt holds that the position of a time is that of the first record of that time or later in a shard.
func TestAt(t *testing.T) {
	r := newRig(t, catalog.ViewKeys)
	sh := *r.shardOf(0)
	mine := albumsIn(&sh, 30)
	for _, n := range mine {
		r.insert(n)
		r.now = r.now.Add(300 * time.Millisecond)
	}
	at := func(shard string, when time.Time) []int {
		t.Helper()
		p, err := r.log.At(t.Context(), r.stream(), shard, when)
		r.must(err)
		got, _, err := r.read(shard, p, 0)
		r.must(err)
		return got
	}
	for i := range mine {
		when := noon.Add(time.Duration(i) * 300 * time.Millisecond)
		wantAlbums(t, at(sh.ID, when), mine[i:])
		wantAlbums(t, at(sh.ID, when.Add(time.Millisecond)), mine[i+1:])
	}
	wantAlbums(t, at(sh.ID, noon.Add(-time.Hour)), mine)
	wantAlbums(t, at(sh.ID, r.now.Add(time.Hour)), nil)
	// In a closed shard too, also when the time is behind its end.
	r.replace(sh.ID, false)
	r.insert(mine[0])
	wantAlbums(t, at(sh.ID, noon.Add(6*time.Second)), mine[20:])
	wantAlbums(t, at(sh.ID, r.now.Add(time.Hour)), nil)
	// What is trimmed is not asked for.
	cut, err := r.log.Cut(t.Context(), r.stream(), noon.Add(5*time.Second))
	r.must(err)
	r.trim(cut)
	if got := at(sh.ID, noon); len(got) == 0 || len(got) >= len(mine) || got[len(got)-1] != mine[29] {
		t.Errorf("got %d", got)
	}
	if _, err := r.log.At(t.Context(), r.stream(), "no shard", noon); !errors.Is(err, stream.ErrNoShard) {
		t.Errorf("got %v", err)
	}
}

// TestAtAstray holds that no record of the time asked for is left out although records that come before it
// have a later time, as those of writers who are interrupted.
func TestAtAstray(t *testing.T) {
	r := newRig(t, catalog.ViewKeys)
	sh := *r.shardOf(0)
	for i := range 200 {
		r.now = noon.Add(time.Duration(i) * 10 * time.Millisecond)
		if i%3 == 0 {
			r.now = r.now.Add(900 * time.Millisecond)
		}
		r.insert(0)
	}
	var made []time.Time
	_, err := r.log.Read(t.Context(), r.stream(), sh.ID, stream.Position{}, 0, func(rec *stream.Record) error {
		made = append(made, rec.Created)
		return nil
	})
	r.must(err)
	for i := range 300 {
		when := noon.Add(time.Duration(i) * 10 * time.Millisecond)
		want := 0
		for want < len(made) && made[want].Before(when) {
			want++
		}
		p, err := r.log.At(t.Context(), r.stream(), sh.ID, when)
		r.must(err)
		if got, _, err := r.read(sh.ID, p, 0); err != nil || len(got) != len(made)-want {
			t.Errorf("at %s there are %d records, want %d (%v)", when, len(got), len(made)-want, err)
		}
	}
}
