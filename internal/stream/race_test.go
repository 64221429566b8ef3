package stream_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/stream"
)

// TestReplaceRace holds that readers find every record exactly once, and in the shard that it belongs to,
// while all shards are replaced again and again under writers.
func TestReplaceRace(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	r := newRig(t, catalog.ViewKeys)
	const writers, albums, readers, rounds = 4, 800, 3, 20
	var all, writing sync.WaitGroup
	var done atomic.Bool
	for w := range writers {
		writing.Go(func() {
			for n := w; n < albums; n += writers {
				if _, err := r.record(n); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Go(func() {
		random := rand.New(rand.NewPCG(seed, 0))
		for range rounds {
			s := r.stream()
			for i := range s.Shards {
				if sh := &s.Shards[i]; sh.Open() && random.IntN(2) == 0 {
					if err := r.change(sh.ID, random.IntN(2) == 0); err != nil {
						t.Error(err)
					}
				}
			}
		}
		writing.Wait()
		done.Store(true)
	})
	for i := range readers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(1+i)))
			f := follower{r: r, seen: map[int]int{}, in: map[stream.Position]string{}, ended: map[string]bool{}, next: map[string]stream.Position{}}
			for last := false; !last; {
				last = done.Load() // whatever is there now is read in this round
				if err := f.round(random); err != nil {
					t.Error(err)
					return
				}
			}
			if err := f.judge(albums); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// follower reads a stream, parents before children.
type follower struct {
	r     *rig
	seen  map[int]int // albums
	in    map[stream.Position]string
	ended map[string]bool
	next  map[string]stream.Position
}

// round reads every shard that may be read up to its end.
func (f *follower) round(random *rand.Rand) error {
	s := f.r.stream()
	for i := range s.Shards {
		sh := &s.Shards[i]
		if f.ended[sh.ID] || sh.Parent != "" && !f.ended[sh.Parent] {
			continue
		}
		for more := true; more; {
			var err error
			if more, err = f.page(s, sh.ID, 1+random.IntN(50)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *follower) page(s *catalog.Stream, shard string, limit int) (more bool, err error) {
	n := 0
	page, err := f.r.log.Read(context.Background(), s, shard, f.next[shard], limit, func(rec *stream.Record) error {
		n++
		f.seen[albumOf(rec.Keys)]++
		f.in[rec.Position] = shard
		return nil
	})
	f.next[shard], f.ended[shard] = page.Next, page.End
	return n == limit && !page.End, err
}

// judge compares what was seen with what there is.
func (f *follower) judge(albums int) error {
	for n := range albums {
		if f.seen[n] != 1 {
			return fmt.Errorf("album %d was seen %d times", n, f.seen[n])
		}
	}
	s := f.r.stream()
	for at, shard := range f.in {
		if sh := s.Shard(shard); at.Seq < sh.From || !sh.Open() && at.Seq >= sh.To {
			return fmt.Errorf("the record at %s was found in shard %+v", at, *sh)
		}
	}
	for i := range s.Shards {
		if sh := &s.Shards[i]; f.ended[sh.ID] == sh.Open() {
			return fmt.Errorf("shard %+v has ended: %t", *sh, f.ended[sh.ID])
		}
	}
	return nil
}

// TestNoRecordOfTwoShards holds for a single shard what TestReplaceRace holds for many, and meets the moment
// more often: readers who read nothing but the end of a shard while it is closed.
func TestNoRecordOfTwoShards(t *testing.T) {
	r := newRig(t, catalog.ViewKeys)
	first := *r.shardOf(0)
	mine := albumsIn(&first, 1)[0]
	var stop atomic.Bool
	var all sync.WaitGroup
	all.Go(func() {
		for !stop.Load() {
			if _, err := r.record(mine); err != nil {
				t.Error(err)
			}
		}
	})
	defer all.Wait()
	defer stop.Store(true)
	for range 60 {
		sh := r.shardOf(mine).ID
		s := r.stream()
		from, err := r.log.Latest(t.Context())
		r.must(err)
		var last stream.Position
		closed := make(chan error, 1)
		go func() { closed <- r.change(sh, false) }()
		for page := (stream.Page{Next: from}); !page.End; {
			page, err = r.log.Read(t.Context(), s, sh, page.Next, 0, func(rec *stream.Record) error {
				last = rec.Position
				return nil
			})
			r.must(err)
		}
		r.must(<-closed)
		if to := r.stream().Shard(sh).To; last.Seq >= to {
			t.Fatalf("a record at %s was found in the shard that ends at %d", last, to)
		}
	}
}
