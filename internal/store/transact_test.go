package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/store"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// transact makes a transaction of ws.
func transact(s *store.Store, token *store.Token, ws ...store.Write) ([]store.Result, error) {
	var buf []byte
	rs := make([]store.Result, len(ws))
	return rs, s.Transact(context.Background(), ws, rs, &buf, token)
}

// putAlbum is the write that puts an album.
func putAlbum(n int, title string) store.Write {
	return store.Write{Table: music, Key: key(n), Change: store.Put(album(n, title))}
}

// keepAlbum is the write that only checks the title of an album.
func keepAlbum(n int, title string) store.Write {
	return store.Write{Table: music, Key: key(n), If: titled(title), Change: store.Keep{}, WantOld: true}
}

// TestTransact holds that a transaction is done as a whole or not at all, and that every write has a
// result even if another is refused.
func TestTransact(t *testing.T) {
	s, e := open(t, vfs.NewMem())
	defer closeEngine(t, e)
	if _, err := transact(s, nil, putAlbum(0, "a"), putAlbum(1, "b"), putAlbum(2, "c")); err != nil {
		t.Fatal(err)
	}
	want := map[int]attr.Item{0: album(0, "a"), 1: album(1, "b"), 2: album(2, "c")}
	checkAgainst(t, s, 6, want)

	rs, err := transact(s, nil,
		keepAlbum(0, "a"), keepAlbum(1, "x"), putAlbum(3, "d"),
		store.Write{Table: music, Key: key(2), Change: store.Delete{}}, keepAlbum(4, "x"))
	if err != store.ErrRefused { //nolint:errorlint // this very value
		t.Fatalf("a transaction with a condition that does not hold gives %v", err)
	}
	for i, wantErr := range []error{nil, store.ErrCondition, nil, nil, store.ErrCondition} {
		if rs[i].Err != wantErr { //nolint:errorlint // these very values
			t.Errorf("result %d is %v, not %v", i, rs[i].Err, wantErr)
		}
	}
	if !rs[1].Old.Equal(want[1]) || rs[4].Old != nil {
		t.Errorf("the items as they are: %s, %s", rs[1].Old.AppendJSON(nil), rs[4].Old.AppendJSON(nil))
	}
	checkAgainst(t, s, 6, want)

	rs, err = transact(s, nil, keepAlbum(0, "a"), store.Write{Table: music, Key: key(2), Change: store.Delete{}})
	if err != nil || rs[0].New != nil || rs[0].OldSize != want[0].Size() || rs[0].NewSize != rs[0].OldSize {
		t.Errorf("a write that keeps its item: %v, %+v", err, rs[0])
	}
	delete(want, 2)
	checkAgainst(t, s, 6, want)
}

// TestJudge holds that a transaction that is only judged writes nothing and says what it would.
func TestJudge(t *testing.T) {
	s, e := open(t, vfs.NewMem())
	defer closeEngine(t, e)
	var buf []byte
	rs := make([]store.Result, 2)
	err := s.Judge(t.Context(), []store.Write{putAlbum(0, "a"), keepAlbum(1, "b")}, rs, &buf, nil)
	if err != store.ErrRefused || rs[0].Err != nil || rs[0].NewSize == 0 || rs[1].Err != store.ErrCondition { //nolint:errorlint // these very values
		t.Errorf("judging gives %v, %+v", err, rs)
	}
	checkAgainst(t, s, 2, nil)
}

// holding is a change that holds its item until it may go on.
type holding struct{ begun, goOn chan struct{} }

func newHolding() holding { return holding{make(chan struct{}), make(chan struct{})} }

func (c holding) Apply(attr.Item, *[]byte) (attr.Item, error) {
	close(c.begun)
	<-c.goOn
	return nil, nil
}

// TestConflict holds that a transaction says which of its items another holds, that a single write
// waits for it instead, and that readers do not care.
func TestConflict(t *testing.T) {
	s, e := open(t, vfs.NewMem())
	defer closeEngine(t, e)
	mustApply(t, s, putAlbum(1, "before"))
	change := newHolding()
	first, second := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := transact(s, nil, store.Write{Table: music, Key: key(1), Change: change})
		first <- err
	}()
	<-change.begun
	rs, err := transact(s, nil, putAlbum(0, "x"), putAlbum(1, "x"), putAlbum(2, "x"))
	if err != store.ErrRefused || rs[0].Err != nil || rs[1].Err != store.ErrConflict || rs[2].Err != nil { //nolint:errorlint // these very values
		t.Errorf("a transaction that meets another: %v, %v, %v, %v", err, rs[0].Err, rs[1].Err, rs[2].Err)
	}
	ls := []store.Lookup{{Table: music, Key: key(1)}}
	if _, err := s.GetAll(t.Context(), ls, store.AsOne, 1<<20); err != nil || !ls[0].Item.Equal(album(1, "before")) {
		t.Errorf("a reader meets a transaction: %v, %s", err, ls[0].Item.AppendJSON(nil))
	}
	store.Release(ls)
	go func() {
		_, err := apply(s, putAlbum(1, "after"))
		second <- err
	}()
	close(change.goOn)
	if err := errors.Join(<-first, <-second); err != nil {
		t.Error(err)
	}
	checkAgainst(t, s, 4, map[int]attr.Item{1: album(1, "after")})
}

// TestConflictOfOne holds how a single write is refused that has waited too long for a transaction.
func TestConflictOfOne(t *testing.T) {
	s, e := open(t, vfs.NewMem())
	defer closeEngine(t, e)
	change := newHolding()
	first := make(chan error, 1)
	go func() {
		_, err := transact(s, nil, store.Write{Table: music, Key: key(0), Change: change})
		first <- err
	}()
	<-change.begun
	_, err := apply(s, putAlbum(0, "x"))
	if refused, ok := errors.AsType[*apierr.Error](err); !ok || refused.Code != "TransactionConflictException" {
		t.Errorf("a write that meets a transaction for long gives %v", err)
	}
	close(change.goOn)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

// TestTransactCrash holds that a transaction survives a crash as a whole, with its token, or is gone as
// a whole: power fails again and again while transactions are under way.
func TestTransactCrash(t *testing.T) {
	const albums, rounds = 5, 40
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	fs := vfs.NewCrashableMem()
	s, e := open(t, fs)
	defer closeEngine(t, e)
	round := func(n int) (*store.Token, []store.Write) {
		ws := make([]store.Write, albums)
		for i := range ws {
			ws[i] = putAlbum(i, fmt.Sprintf("round %03d", n))
		}
		return &store.Token{Operation: store.TransactWriteItems, Text: fmt.Sprint(n), Now: noon}, ws
	}
	acknowledged, ended := make(chan int, rounds), make(chan struct{})
	go func() {
		defer close(ended)
		for n := range rounds {
			token, ws := round(n)
			if _, err := transact(s, token, ws...); err != nil {
				t.Error(err)
			}
			acknowledged <- n
		}
	}()
	for last := -1; last < rounds-1; {
		last = <-acknowledged
		clone := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: random})
		s, e := open(t, clone)
		first := get(t, s, 0)
		var n int
		if _, err := fmt.Sscanf(string(first.Get("title").Bytes()), "round %d", &n); err != nil || n < last {
			t.Fatalf("after round %d was acknowledged: %s, %v", last, first.AppendJSON(nil), err)
		}
		want := map[int]attr.Item{}
		for i := range albums {
			want[i] = album(i, fmt.Sprintf("round %03d", n))
		}
		checkAgainst(t, s, albums, want)
		for i, wantErr := range map[int]error{n: store.ErrReplay, n + 1: nil} {
			token, ws := round(i)
			if _, err := transact(s, token, ws...); !errors.Is(err, wantErr) {
				t.Fatalf("round %d is seen, but the token of round %d gives %v", n, i, err)
			}
		}
		closeEngine(t, e)
	}
	<-ended
}

// TestGetAll holds that items are read in the order asked for, up to a size, at every consistency.
func TestGetAll(t *testing.T) {
	s, e := open(t, vfs.NewMem())
	defer closeEngine(t, e)
	const albums = 60
	want := map[int]attr.Item{}
	for n := range albums {
		if n%3 > 0 {
			want[n] = album(n, fmt.Sprintf("album %02d", n))
			mustApply(t, s, store.Write{Table: music, Key: key(n), Change: store.Put(want[n])})
		}
	}
	all := 0
	for it := range maps.Values(want) {
		all += it.Size()
	}
	for _, c := range []store.Consistency{store.Eventually, store.Strongly, store.AsOne} {
		for _, less := range []int{0, 1} {
			ls := make([]store.Lookup, albums)
			for n := range ls {
				ls[n] = store.Lookup{Table: music, Key: key(n)}
			}
			found, err := s.GetAll(t.Context(), ls, c, all-less)
			if err != nil || found != albums-less {
				t.Errorf("%d items were read where the last makes %d bytes too much: %v", found, less, err)
			}
			for n := range found {
				if !ls[n].Item.Equal(want[n]) || ls[n].Size != want[n].Size() {
					t.Errorf("album %d is %s of %d bytes", n, ls[n].Item.AppendJSON(nil), ls[n].Size)
				}
			}
			if less > 0 && ls[albums-1].Item != nil {
				t.Error("an item that does not fit is there")
			}
			store.Release(ls)
		}
	}
}
