package stream_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/stream"
)

// TestReadPages holds that pages of every size give the records of a shard in the order of their sequences,
// although they lie in several slots, and only those of the shard.
func TestReadPages(t *testing.T) {
	r := newRig(t, catalog.ViewKeys)
	sh := *r.shardOf(0)
	if sh.End-sh.Slot < 2 {
		t.Fatalf("the shard has one slot: %+v", sh)
	}
	mine, others := albumsIn(&sh, 20), 0
	var want []int
	for i := 0; i < len(mine); i += 2 {
		r.insert(mine[i], mine[i+1])
		want = append(want, mine[i], mine[i+1])
		if r.shardOf(i).ID != sh.ID {
			r.insert(i)
			others++
		}
	}
	if others == 0 {
		t.Fatal("there are no records of other shards")
	}
	for limit := 1; limit <= len(want)+1; limit++ {
		var got []int
		var page stream.Page
		for pages := 0; len(got) < len(want); pages++ {
			albums, next, err := r.read(sh.ID, page.Next, limit)
			r.must(err)
			if len(albums) == 0 || len(albums) > limit || next.End {
				t.Fatalf("limit %d: page %d has %d albums, end %t", limit, pages, len(albums), next.End)
			}
			got, page = append(got, albums...), next
		}
		wantAlbums(t, got, want)
	}
	// From the place of each record on, there are that one and those behind it.
	var at []stream.Position
	_, err := r.log.Read(t.Context(), r.stream(), sh.ID, stream.Position{}, 0, func(rec *stream.Record) error {
		at = append(at, rec.Position)
		return nil
	})
	r.must(err)
	for i := range want {
		got, _, err := r.read(sh.ID, at[i], 0)
		r.must(err)
		wantAlbums(t, got, want[i:])
		got, _, err = r.read(sh.ID, at[i].After(), 0)
		r.must(err)
		wantAlbums(t, got, want[i+1:])
	}
}

// TestReadLimits holds that a page has at most a thousand records, and at most a megabyte.
func TestReadLimits(t *testing.T) {
	r := newRig(t, catalog.ViewNew)
	for range 3 {
		r.insert(make([]int, 500)...)
	}
	sh := r.shardOf(0).ID
	for _, limit := range []int{0, -1, stream.PageRecordsMax, stream.PageRecordsMax + 1} {
		if got, _, err := r.read(sh, stream.Position{}, limit); err != nil || len(got) != stream.PageRecordsMax {
			t.Errorf("limit %d: got %d records, %v", limit, len(got), err)
		}
	}
	from, err := r.log.Latest(t.Context())
	r.must(err)
	large := album(0, strings.Repeat("x", 300<<10))
	_, err = r.engine.Update(t.Context(), engine.TxnOpt{Seq: true}, func(txn engine.Txn) error {
		for i := range 5 {
			stream.Append(txn, r.table, year(0), txn.Seq(), uint16(i), change(nil, large, r.now))
		}
		return nil
	})
	r.must(err)
	got, page, err := r.read(sh, from, 0)
	if err != nil || len(got) != 3 {
		t.Errorf("the first page has %d records: %v", len(got), err)
	}
	if got, _, err = r.read(sh, page.Next, 0); err != nil || len(got) != 2 {
		t.Errorf("the second page has %d records: %v", len(got), err)
	}
}

// TestReadClosed holds that a closed shard ends where its children begin.
func TestReadClosed(t *testing.T) {
	for _, split := range []bool{false, true} {
		r := newRig(t, catalog.ViewKeys)
		parent := *r.shardOf(0)
		mine := albumsIn(&parent, 20)
		r.insert(mine[:10]...)
		stale := r.stream()
		r.replace(parent.ID, split)
		r.insert(mine[10:]...)
		if sh := r.shardOf(mine[0]); sh.Parent != parent.ID {
			t.Errorf("album %d is in %+v", mine[0], sh)
		}
		// Whoever has a description from before reads the same.
		var got []int
		_, err := r.log.Read(t.Context(), stale, parent.ID, stream.Position{}, 0, func(rec *stream.Record) error {
			got = append(got, albumOf(rec.Keys))
			return nil
		})
		r.must(err)
		wantAlbums(t, got, mine[:10])
		got, page, err := r.read(parent.ID, stream.Position{}, 10)
		if wantAlbums(t, got, mine[:10]); err != nil || !page.End {
			t.Errorf("the page of all records ends with %+v, %v", page, err)
		}
		got, page, err = r.read(parent.ID, page.Next, 0)
		if wantAlbums(t, got, nil); err != nil || !page.End {
			t.Errorf("behind the last page there is %+v, %v", page, err)
		}
		children := 0
		s := r.stream()
		for i := range s.Shards {
			if sh := &s.Shards[i]; sh.Parent == parent.ID {
				children++
				var want []int
				for _, n := range mine[10:] {
					if sh.Has(keyspace.Slot(year(n)), sh.From) {
						want = append(want, n)
					}
				}
				got, page, err := r.read(sh.ID, stream.Position{}, 0)
				if wantAlbums(t, got, want); err != nil || page.End {
					t.Errorf("a child ends with %+v, %v", page, err)
				}
			}
		}
		if want := map[bool]int{false: 1, true: 2}[split]; children != want {
			t.Errorf("there are %d children, want %d", children, want)
		}
	}
}

// TestReadWaits holds that a reader does not pass a transaction that is still out: its record would be
// behind the reader when it comes.
func TestReadWaits(t *testing.T) {
	r := newRig(t, catalog.ViewKeys)
	sh := *r.shardOf(0)
	mine := albumsIn(&sh, 3)
	r.insert(mine[0])
	began, finish, ended := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		_, err := r.engine.Update(context.Background(), engine.TxnOpt{Seq: true}, func(txn engine.Txn) error {
			stream.Append(txn, r.table, year(mine[1]), txn.Seq(), 0, change(nil, album(mine[1], ""), r.now))
			close(began)
			<-finish
			return nil
		})
		ended <- err
	}()
	<-began
	r.insert(mine[2])
	got, page, err := r.read(sh.ID, stream.Position{}, 0)
	r.must(err)
	wantAlbums(t, got, mine[:1])
	r.replace(sh.ID, false)
	if got, page, err = r.read(sh.ID, page.Next, 0); err != nil || len(got) > 0 || page.End {
		t.Errorf("a shard that is being written ends with %d, %+v, %v", got, page, err)
	}
	close(finish)
	r.must(<-ended)
	got, page, err = r.read(sh.ID, page.Next, 0)
	if wantAlbums(t, got, mine[1:]); err != nil || !page.End {
		t.Errorf("the shard ends with %+v, %v", page, err)
	}
}

// TestLatest holds that the latest position is behind what there is and in front of what comes.
func TestLatest(t *testing.T) {
	r := newRig(t, catalog.ViewKeys)
	r.insert(1)
	latest, err := r.log.Latest(t.Context())
	r.must(err)
	r.insert(1, 1)
	got, _, err := r.read(r.shardOf(1).ID, latest, 0)
	r.must(err)
	wantAlbums(t, got, []int{1, 1})
}

func TestReadErrors(t *testing.T) {
	r := newRig(t, catalog.ViewKeys)
	sh := *r.shardOf(1)
	first := r.insert(1)
	second := r.insert(1)
	if _, _, err := r.read("shardId-00000000000000000000-00000000", stream.Position{}, 0); !errors.Is(err, stream.ErrNoShard) {
		t.Errorf("a shard that is not there gives %v", err)
	}
	r.trim(second)
	if _, _, err := r.read(sh.ID, stream.Position{Seq: first}, 0); !errors.Is(err, stream.ErrTrimmed) {
		t.Errorf("a position that is trimmed gives %v", err)
	}
	if _, _, err := r.read(sh.ID, stream.Position{}, 0); !errors.Is(err, stream.ErrTrimmed) {
		t.Errorf("the beginning of a shard that is trimmed gives %v", err)
	}
	got, _, err := r.read(sh.ID, stream.Position{Seq: second}, 0)
	r.must(err)
	wantAlbums(t, got, []int{1})
	mine := errors.New("enough")
	if _, err := r.log.Read(t.Context(), r.stream(), sh.ID, stream.Position{Seq: second}, 0, func(*stream.Record) error { return mine }); !errors.Is(err, mine) {
		t.Errorf("an error of the caller gives %v", err)
	}
	r.replace(sh.ID, false)
	end, err := r.log.Latest(t.Context())
	r.must(err)
	r.trim(end.Seq)
	if _, _, err := r.read(sh.ID, end, 0); !errors.Is(err, stream.ErrNoShard) {
		t.Errorf("a shard that is trimmed away gives %v", err)
	}
	gone := r.stream()
	r.must(r.log.Erase(t.Context(), gone.ID))
	r.must(r.catalog.RemoveStream(t.Context(), gone.ID))
	if _, err := r.log.Read(t.Context(), gone, sh.ID, stream.Position{}, 0, nil); !errors.Is(err, stream.ErrNoStream) {
		t.Errorf("a stream that is gone gives %v", err)
	}
}
