package catalog_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/keyspace"
)

// lineage draws the shards of s: what of, which slots, which sequences.
func lineage(s *catalog.Stream) (drawn []string) {
	number := map[string]int{}
	for i, shard := range s.Shards {
		number[shard.ID] = i
		parent := "-"
		if p, ok := number[shard.Parent]; ok {
			parent = fmt.Sprint(p)
		}
		drawn = append(drawn, fmt.Sprintf("%d<%s [%d,%d) %d..%d", i, parent, shard.Slot, shard.End, shard.From, shard.To))
	}
	return drawn
}

// TestReplace holds which shards come after which, and that one that is closed stays as it is.
func TestReplace(t *testing.T) {
	s := &catalog.Stream{Shards: []catalog.Shard{{ID: "a", Slot: 0, End: 3, From: 10}}}
	step := func(shard int, split bool, to uint64, want ...string) {
		t.Helper()
		s.Replace(s.Shards[shard].ID, split, to, noon)
		if got := lineage(s); !slices.Equal(got, want) {
			t.Errorf("the shards are %q, want %q", got, want)
		}
	}
	step(0, false, 20, "0<- [0,3) 10..20", "1<0 [0,3) 20..0")
	step(1, true, 30, "0<- [0,3) 10..20", "1<0 [0,3) 20..30", "2<1 [0,1) 30..0", "3<1 [1,3) 30..0")
	step(2, true, 40, "0<- [0,3) 10..20", "1<0 [0,3) 20..30", "2<1 [0,1) 30..40", "3<1 [1,3) 30..0", "4<2 [0,1) 40..0")
	step(1, true, 50, lineage(s)...)
	s.Replace("b", true, 50, noon)
	if len(s.Shards) != 5 || !s.Shards[1].Closed.Equal(noon) || !s.Shards[4].Created.Equal(noon) || !s.Shards[4].Closed.IsZero() {
		t.Errorf("the shards are %+v", s.Shards)
	}
}

// TestBegin holds where a stream begins, and that one that has begun, or has ended before it did, stays as it is.
func TestBegin(t *testing.T) {
	two := []string{"0<- [0,8) 30..0", "1<- [8,16) 30..0"}
	for _, c := range []struct {
		before func(s *catalog.Stream)
		begins bool
		want   []string
		from   uint64
	}{
		{func(*catalog.Stream) {}, true, two, 30},
		{func(s *catalog.Stream) { s.Begin(2, 30, noon.Add(-time.Hour)) }, false, two, 30},
		{func(s *catalog.Stream) { s.Ended = noon }, false, nil, 0},
	} {
		s, seq := new(catalog.Stream), uint64(40)
		if c.before(s); c.begins {
			seq = 30
		}
		if s.Begun() == c.begins {
			t.Errorf("%+v has begun: %t", s, s.Begun())
		}
		s.Begin(2, seq, noon)
		if got := lineage(s); !s.Begun() || !slices.Equal(got, c.want) || s.Trimmed != c.from {
			t.Errorf("the shards are %q, trimmed below %d; want %q and %d", got, s.Trimmed, c.want, c.from)
		}
		if c.begins && !s.Shards[0].Created.Equal(noon) {
			t.Errorf("the first shard was made at %s", s.Shards[0].Created)
		}
	}
}

// TestTrim holds which shards are forgotten with their records.
func TestTrim(t *testing.T) {
	s := &catalog.Stream{Shards: []catalog.Shard{
		{ID: "a", From: 10, To: 20}, {ID: "b", Parent: "a", From: 20, To: 30}, {ID: "c", Parent: "b", From: 30},
	}}
	for _, step := range []struct {
		seq, trimmed uint64
		want         string
	}{{19, 19, "abc"}, {20, 20, "bc"}, {15, 20, "bc"}, {29, 29, "bc"}, {99, 99, "c"}} {
		s.Trim(step.seq)
		got := ""
		for _, shard := range s.Shards {
			got += shard.ID
		}
		if got != step.want || s.Trimmed != step.trimmed {
			t.Errorf("after Trim(%d) there are the shards %q, trimmed below %d", step.seq, got, s.Trimmed)
		}
	}
}

// TestShards holds that whatever is done to the shards of a stream, every record that is not trimmed
// belongs to exactly one, and no two have one ID though all are made at one time.
func TestShards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &catalog.Stream{Shards: []catalog.Shard{{ID: "0", Slot: 0, End: 8, From: 1}, {ID: "8", Slot: 8, End: keyspace.Slots, From: 1}}}
		seq := uint64(1)
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			seq += rapid.Uint64Range(1, 3).Draw(t, "later")
			if rapid.IntRange(0, 5).Draw(t, "trim") == 0 {
				s.Trim(rapid.Uint64Range(0, seq).Draw(t, "below"))
			}
			shard := rapid.SampledFrom(s.Shards).Draw(t, "shard")
			s.Replace(shard.ID, rapid.Bool().Draw(t, "split"), seq, noon)
		}
		slot := rapid.Uint8Range(0, keyspace.Slots-1).Draw(t, "slot")
		for at := max(s.Trimmed, 1); at <= seq+1; at++ {
			n := 0
			for i := range s.Shards {
				if s.Shards[i].Has(slot, at) {
					n++
				}
			}
			if n != 1 {
				t.Fatalf("record %d of slot %d is in %d shards of %q", at, slot, n, lineage(s))
			}
		}
		ids := map[string]bool{}
		for _, shard := range s.Shards {
			ids[shard.ID] = true
		}
		if len(ids) != len(s.Shards) {
			t.Fatalf("of %d shards %d have IDs of their own", len(s.Shards), len(ids))
		}
	})
}

// TestShardID holds the form of IDs, which DynamoDB's clients check: 28 to 65 characters.
func TestShardID(t *testing.T) {
	s := &catalog.Stream{Shards: []catalog.Shard{{ID: "a", End: 2, From: 1}}}
	s.Replace("a", false, 2, time.UnixMilli(1414576573621))
	if got, want := s.Shards[1].ID, "shardId-00000001414576573621-"; len(got) != 37 || got[:29] != want {
		t.Errorf("the ID is %q", got)
	}
	s.Replace(s.Shards[1].ID, true, 3, time.UnixMilli(1414576573622))
	if one, two := s.Shards[2].ID, s.Shards[3].ID; one[:29] != two[:29] || one == two {
		t.Errorf("shards that were made at one time are %q and %q", one, two)
	}
	// The rest of it is short: two may have the same.
	taken := &catalog.Stream{Shards: []catalog.Shard{{ID: "a", End: 2, From: 1}, s.Shards[1]}}
	taken.Replace("a", false, 2, time.UnixMilli(1414576573621))
	if got, want := taken.Shards[2].ID, "shardId-00000001414576573622-"+s.Shards[1].ID[29:]; got != want {
		t.Errorf("the ID is %q, want %q", got, want)
	}
}
