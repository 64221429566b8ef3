package store

import (
	"context"
	"hash/maphash"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

const (
	// tokenSetBytes is the memory of a tokenSet: with 5 bits a token, as many as 5,000 transactions a second
	// make in a period, one new token in six is looked for in the store.
	tokenSetBytes = 2 << 20

	// setsKept is of how many periods there is a set: those that a token is looked for in, and one that
	// transactions may still come from whose time was taken before.
	setsKept = 4

	// tokensReadMax is how many stored tokens are read at a time, while somebody waits: it takes a millisecond.
	tokensReadMax = 4096
)

// tokenSets know which tokens are not stored, in the one process that has the store: nearly every token is
// new, and is then not looked for in the store. They hold what was stored at the start, which those who
// come first read, and whatever comes later. The holder of the tokens' mutex uses them.
type tokenSets struct {
	seed   maphash.Seed
	unread []byte              // where stored tokens begin that were not read; nil: all were
	first  uint32              // period before which tokens are not read
	newest uint32              // period of which there is a set; there are no tokens of later ones
	sets   [setsKept]*tokenSet // of the periods up to newest, by their numbers modulo; nil: an empty one
}

// tokenSet is a Bloom filter of tokens whose bits of one token lie in one word.
type tokenSet [tokenSetBytes / 8]uint64

// newTokenSets returns sets that are to hold what is stored of a period and later ones.
func newTokenSets(period uint32) *tokenSets {
	_, from := keyspace.TokensBefore(period * spansInPeriod)
	return &tokenSets{seed: maphash.MakeSeed(), unread: from, first: period, newest: period - 1}
}

// read goes on reading what was stored at the start.
func (ts *tokenSets) read(ctx context.Context, e engine.Engine) error {
	r, err := e.Read(ctx, engine.Eventual)
	if err != nil {
		return err
	}
	defer r.Close()
	_, end := keyspace.Tokens()
	cursor := r.Scan(ctx, engine.Range{Lo: ts.unread, Hi: end}, engine.ScanOpt{KeysOnly: true, Limit: tokensReadMax})
	n := 0
	for ; cursor.Next(); n++ {
		span, operation, text, err := keyspace.ParseToken(cursor.Key())
		if err != nil {
			_ = cursor.Close() // the first error is the one to tell
			return err
		}
		ts.add(periodOf(span), tokenName{operation, text})
		ts.unread = append(ts.unread[:0], cursor.Key()...)
	}
	if err := cursor.Close(); err != nil {
		return err
	}
	if n < tokensReadMax {
		ts.unread = nil
	}
	return nil
}

// add takes in a token that is or may be stored in a period.
func (ts *tokenSets) add(period uint32, name tokenName) {
	for n := max(ts.newest, period-min(period, setsKept)); n < period; n++ {
		ts.sets[(n+1)%setsKept] = nil
	}
	ts.newest = max(ts.newest, period)
	if ts.newest-period >= setsKept {
		return // has says so of every token of such a period
	}
	set := ts.sets[period%setsKept]
	if set == nil {
		set = new(tokenSet)
		ts.sets[period%setsKept] = set
	}
	word, bits := ts.place(name)
	set[word] |= bits
}

// has reports whether the token may be stored in a period.
func (ts *tokenSets) has(period uint32, name tokenName) bool {
	switch {
	case ts.unread != nil || period < ts.first:
		return true
	case period > ts.newest:
		return false
	case ts.newest-period >= setsKept:
		return true
	}
	set := ts.sets[period%setsKept]
	if set == nil {
		return false
	}
	word, bits := ts.place(name)
	return set[word]&bits == bits
}

// place is where the bits of a token lie.
func (ts *tokenSets) place(name tokenName) (word int, bits uint64) {
	h := maphash.Comparable(ts.seed, name)
	for range 4 {
		bits |= 1 << (h % 64)
		h /= 64
	}
	return int(h % uint64(len(tokenSet{}))), bits //nolint:gosec // below the length
}
