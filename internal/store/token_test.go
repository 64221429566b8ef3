package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/store"
)

// token is one that comes with actions of the digest, so long after noon.
func token(text string, digest uint64, later time.Duration) *store.Token {
	return &store.Token{Operation: store.TransactWriteItems, Text: text, Digest: digest, Now: noon.Add(later)}
}

// TestToken holds what a token says of the transaction that it comes with, before and after its ten
// minutes, across a restart, and whether or not the clock is set back.
func TestToken(t *testing.T) {
	fs := vfs.NewMem()
	s, e := open(t, fs)
	mustApply(t, s, putAlbum(0, "a long title"))
	if _, err := transact(s, token("t", 1, 0), putAlbum(0, "short"), keepAlbum(0+2, "")); !errors.Is(err, store.ErrRefused) {
		t.Fatalf("a condition that does not hold gives %v", err)
	}
	if _, err := transact(s, token("t", 1, 0), putAlbum(0, "short"), putAlbum(1, "new")); err != nil {
		t.Fatalf("after it was refused the transaction gives %v", err)
	}
	for restarted := range 2 {
		for _, c := range []struct {
			token *store.Token
			want  error
		}{
			{token("t", 1, 0), store.ErrReplay},
			{token("t", 1, store.TokenLife-1), store.ErrReplay},
			{token("t", 1, -time.Minute), store.ErrReplay},
			{token("t", 2, 0), store.ErrOtherRequest},
			{token("t", 2, store.TokenLife-1), store.ErrOtherRequest},
		} {
			if _, err := transact(s, c.token, putAlbum(0, "again")); !errors.Is(err, c.want) {
				t.Errorf("restarted %d times, %s later, digest %d: %v, not %v", restarted, c.token.Now.Sub(noon), c.token.Digest, err, c.want)
			}
			sizes := []int{album(0, "a long title").Size(), album(1, "new").Size()}
			if errors.Is(c.want, store.ErrReplay) && !slices.Equal(c.token.Sizes, sizes) {
				t.Errorf("the sizes are %v, not %v", c.token.Sizes, sizes)
			}
		}
		closeEngine(t, e)
		s, e = open(t, fs)
	}
	defer func() { closeEngine(t, e) }()
	for _, other := range []*store.Token{
		token("u", 1, 0),
		token("", 1, 0),
		{Operation: store.ExecuteTransaction, Text: "t", Digest: 2, Now: noon},
		token("t", 2, store.TokenLife),
	} {
		if _, err := transact(s, other, putAlbum(0, "again")); err != nil {
			t.Errorf("a token that was not used gives %v", err)
		}
	}
}

// TestTokenInProgress holds that nobody can use a token while a transaction with it is under way, even
// if the items are others.
func TestTokenInProgress(t *testing.T) {
	s, e := open(t, vfs.NewMem())
	defer closeEngine(t, e)
	change, first := newHolding(), make(chan error, 1)
	go func() {
		_, err := transact(s, token("t", 1, 0), store.Write{Table: music, Key: key(0), Change: change})
		first <- err
	}()
	<-change.begun
	if _, err := transact(s, token("t", 1, 0), putAlbum(1, "a")); !errors.Is(err, store.ErrInProgress) {
		t.Errorf("a token in use gives %v", err)
	}
	if _, err := transact(s, token("u", 1, 0), putAlbum(1, "a")); err != nil {
		t.Errorf("another token gives %v", err)
	}
	close(change.goOn)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if _, err := transact(s, token("t", 1, 0), putAlbum(1, "a")); !errors.Is(err, store.ErrReplay) {
		t.Errorf("a token that was used gives %v", err)
	}
}

// longer is a change that makes the title of an album longer by a letter.
type longer int

func (n longer) Apply(old attr.Item, _ *[]byte) (attr.Item, error) {
	title := "x"
	if old != nil {
		title += string(old.Get("title").Bytes())
	}
	return album(int(n), title), nil
}

// TestTokenRace holds that of many transactions with one token, at one time, exactly one is done.
func TestTokenRace(t *testing.T) {
	const clients, rounds = 16, 30
	s, e := open(t, vfs.NewMem())
	defer closeEngine(t, e)
	for n := range rounds {
		var done atomic.Int32
		var all sync.WaitGroup
		for range clients {
			all.Go(func() {
				w := store.Write{Table: music, Key: key(n), Change: longer(n)}
				for {
					_, err := transact(s, token(fmt.Sprint(n), uint64(n), 0), w) //nolint:gosec // a few
					switch {
					case err == nil:
						done.Add(1)
						return
					case errors.Is(err, store.ErrReplay):
						return
					case !errors.Is(err, store.ErrInProgress):
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		if got := get(t, s, n); done.Load() != 1 || !got.Equal(album(n, "x")) {
			t.Fatalf("%d of %d transactions with one token were done: %s", done.Load(), clients, got.AppendJSON(nil))
		}
	}
}

// TestExpireTokens holds that a token stays as long as it counts, and does not stay for long after.
func TestExpireTokens(t *testing.T) {
	s, e := open(t, vfs.NewMem())
	defer closeEngine(t, e)
	stored := func() (n int) {
		r, err := e.Read(context.Background(), engine.Snapshot)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		lo, hi := keyspace.TokensBefore(^uint32(0))
		cursor := r.Scan(context.Background(), engine.Range{Lo: lo, Hi: hi}, engine.ScanOpt{KeysOnly: true})
		for cursor.Next() {
			n++
		}
		if err := cursor.Close(); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for minute := range 30 {
		at := time.Duration(minute) * time.Minute
		if _, err := transact(s, token(fmt.Sprint(minute), 1, at), putAlbum(0, "a")); err != nil {
			t.Fatal(err)
		}
		if err := s.ExpireTokens(context.Background(), noon.Add(at)); err != nil {
			t.Fatal(err)
		}
		for before := max(0, minute-9); before <= minute; before++ {
			if _, err := transact(s, token(fmt.Sprint(before), 1, at), putAlbum(0, "a")); !errors.Is(err, store.ErrReplay) {
				t.Fatalf("after minute %d the token of minute %d gives %v", minute, before, err)
			}
		}
		if n := stored(); n > 22 {
			t.Errorf("after minute %d there are %d tokens", minute, n)
		}
	}
}
