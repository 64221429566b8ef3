package store

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/keyspace"
)

// inMemory is an engine for one test, or for one try of one.
func inMemory(t interface {
	rapid.TB
	Cleanup(f func())
},
) *pebble.Engine {
	t.Helper()
	e, err := pebble.Open(pebble.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// storeTokens stores tokens of a period, by their names.
func storeTokens(e *pebble.Engine, period uint32, names ...tokenName) error {
	_, err := e.Update(context.Background(), engine.TxnOpt{}, func(txn engine.Txn) error {
		for i, n := range names {
			span := period*spansInPeriod + uint32(i)%spansInPeriod //nolint:gosec // a few thousand
			txn.Set(keyspace.Token(span, n.operation, n.text), []byte{tokenVersion})
		}
		return nil
	})
	return err
}

// readAll returns sets that hold what is stored, and how often they were read for that.
func readAll(tb rapid.TB, e *pebble.Engine, period uint32) (ts *tokenSets, reads int) {
	tb.Helper()
	for ts = newTokenSets(period); ts.unread != nil; reads++ {
		if err := ts.read(context.Background(), e); err != nil {
			tb.Fatal(err)
		}
	}
	return ts, reads
}

// TestTokenSets holds that no token that is stored is taken for one that is not, however time goes forwards and
// backwards, with restarts in between.
func TestTokenSets(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		e := inMemory(rt)
		type place struct {
			period uint32
			name   tokenName
		}
		stored := map[place]bool{}
		ts, _ := readAll(rt, e, 100)
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			period := rapid.Uint32Range(95, 110).Draw(rt, "period")
			switch rapid.IntRange(0, 9).Draw(rt, "action") {
			case 0:
				ts, _ = readAll(rt, e, period)
			case 1:
				ts = newTokenSets(period)
			default:
				name := tokenName{'i', rapid.StringMatching(`[ab]`).Draw(rt, "text")}
				if err := storeTokens(e, period, name); err != nil {
					rt.Fatal(err)
				}
				ts.add(period, name)
				stored[place{period, name}] = true
			}
			for p := range stored {
				if !ts.has(p.period, p.name) {
					rt.Fatalf("the token %q of period %d is taken for one that is not stored", p.name.text, p.period)
				}
			}
		}
	})
}

// TestTokenSetsSpare holds that a new token is not looked for, from the first one on, after a pause too.
func TestTokenSetsSpare(t *testing.T) {
	e := inMemory(t)
	if err := storeTokens(e, 99, tokenName{'i', "before"}); err != nil {
		t.Fatal(err)
	}
	ts, _ := readAll(t, e, 99)
	for n, period := range []uint32{100, 100, 101, 500, 501} {
		name := tokenName{'i', fmt.Sprint(n)}
		for of := period - 1; of <= period+1; of++ {
			if ts.has(of, name) {
				t.Errorf("token %d, in period %d, is looked for in period %d", n, period, of)
			}
		}
		ts.add(period, name)
	}
	for period := uint32(502); period <= 501+setsKept; period++ {
		ts.add(period, tokenName{'i', "later"})
	}
	if ts.has(501+setsKept, tokenName{'i', "4"}) {
		t.Error("a token is looked for in a period that shares its place with the one it came in")
	}
}

// TestTokenSetsRead holds that what is stored is read in parts, and that every token is looked for until all of it was.
func TestTokenSetsRead(t *testing.T) {
	e := inMemory(t)
	for _, period := range []uint32{98, 99, 100} {
		names := make([]tokenName, tokensReadMax)
		for i := range names {
			names[i] = tokenName{'i', fmt.Sprintf("%d %d", period, i)}
		}
		if err := storeTokens(e, period, names...); err != nil {
			t.Fatal(err)
		}
	}
	ts := newTokenSets(99)
	if err := ts.read(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if !ts.has(100, tokenName{'i', "another"}) || !ts.has(101, tokenName{'i', "another"}) {
		t.Error("a token is taken for new before all were read")
	}
	ts, reads := readAll(t, e, 99)
	if reads != 3 { // each but the first begins with the token that the one before has ended with
		t.Errorf("%d tokens of two periods are read in %d parts", 2*tokensReadMax, reads)
	}
	for period, want := range map[uint32]bool{98: true, 99: false, 100: false, 101: false} {
		if got := ts.has(period, tokenName{'i', "another"}); got != want {
			t.Errorf("whether a token is looked for in period %d: %v", period, got)
		}
	}
	for _, period := range []uint32{99, 100} {
		for i := range tokensReadMax {
			if !ts.has(period, tokenName{'i', fmt.Sprintf("%d %d", period, i)}) {
				t.Fatalf("token %d of period %d was not read", i, period)
			}
		}
	}
}
