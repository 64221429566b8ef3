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

// inMemory is an engine for one test.
func inMemory(t *testing.T) *pebble.Engine {
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

// storeTokens stores tokens of a span, by their names.
func storeTokens(e *pebble.Engine, span uint32, names ...tokenName) error {
	_, err := e.Update(context.Background(), engine.TxnOpt{}, func(txn engine.Txn) error {
		for _, n := range names {
			txn.Set(keyspace.Token(span, n.operation, n.text), []byte{tokenVersion})
		}
		return nil
	})
	return err
}

// TestTokenSets holds that no token that is stored is taken for one that is not, however time goes forwards and
// backwards, with restarts in between.
func TestTokenSets(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		e, err := pebble.Open(pebble.Options{Memory: true})
		if err != nil {
			rt.Fatal(err)
		}
		defer e.Close()
		type place struct {
			span uint32
			name tokenName
		}
		stored := map[place]bool{}
		var ts tokenSets
		start := func(first uint32) {
			if err := ts.start(context.Background(), e, first); err != nil {
				rt.Fatal(err)
			}
		}
		start(100)
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			span := rapid.Uint32Range(95, 110).Draw(rt, "span")
			if rapid.IntRange(0, 9).Draw(rt, "action") == 0 {
				start(span)
			} else {
				name := tokenName{'i', rapid.StringMatching(`[ab]`).Draw(rt, "text")}
				if err := storeTokens(e, span, name); err != nil {
					rt.Fatal(err)
				}
				ts.add(span, name)
				stored[place{span, name}] = true
			}
			for p := range stored {
				if !ts.has(p.span, p.name) {
					rt.Fatalf("the token %q of span %d is taken for one that is not stored", p.name.text, p.span)
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
	var ts tokenSets
	if err := ts.start(t.Context(), e, 99); err != nil {
		t.Fatal(err)
	}
	for n, span := range []uint32{100, 100, 101, 500, 501} {
		name := tokenName{'i', fmt.Sprint(n)}
		for of := span - 1; of <= span+1; of++ {
			if ts.has(of, name) {
				t.Errorf("token %d, in span %d, is looked for in span %d", n, span, of)
			}
		}
		ts.add(span, name)
	}
	for span := uint32(502); span <= 501+spansKept; span++ {
		ts.add(span, tokenName{'i', "later"})
	}
	if ts.has(501+spansKept, tokenName{'i', "4"}) {
		t.Error("a token is looked for in a span that shares its place with the one it came in")
	}
}

// TestTokenSetsFull holds that a store with more tokens than are read at the start is one in which all tokens of
// these spans are looked for, and those of later ones are not.
func TestTokenSetsFull(t *testing.T) {
	e := inMemory(t)
	for _, span := range []uint32{99, 100} {
		names := make([]tokenName, tokensReadMax/2+1)
		for i := range names {
			names[i] = tokenName{'i', fmt.Sprint(i)}
		}
		if err := storeTokens(e, span, names...); err != nil {
			t.Fatal(err)
		}
	}
	var ts tokenSets
	if err := ts.start(t.Context(), e, 99); err != nil {
		t.Fatal(err)
	}
	for span, want := range map[uint32]bool{98: true, 99: true, 100: true, 101: false} {
		if got := ts.has(span, tokenName{'i', "another"}); got != want {
			t.Errorf("whether a token is looked for in span %d: %v", span, got)
		}
	}
}
