package store

import (
	"context"
	"hash/maphash"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

const (
	// tokenSetBytes is the memory of a tokenSet: with 5 bits a token, as many as 5,000 transactions a second
	// make in a span, one new token in six is looked for in the store.
	tokenSetBytes = 2 << 20

	// spansKept is of how many spans there is a set: those that a token is looked for in, and one that
	// transactions may still come from whose time was taken before.
	spansKept = 4

	// tokensReadMax is how many stored tokens are read when the first token comes after a start. It
	// takes some ten milliseconds.
	tokensReadMax = 1 << 16
)

// tokenSets know which tokens are not stored, in the one process that has the store: nearly every token is
// new, and is then not looked for in the store. They hold what is stored at the start and
// whatever comes later.
type tokenSets struct {
	seed   maphash.Seed
	newest uint32               // span of which there is a set; there are no tokens of later ones
	unread uint32               // spans up to this one have tokens that were not read
	sets   [spansKept]*tokenSet // of the spans up to newest, by their numbers modulo; nil: an empty one
}

// tokenSet is a Bloom filter of tokens whose bits of one token lie in one word.
type tokenSet [tokenSetBytes / 8]uint64

// start makes ts hold what is stored of spans from first on.
func (ts *tokenSets) start(ctx context.Context, e engine.Engine, first uint32) error {
	ts.seed, ts.newest, ts.unread, ts.sets = maphash.MakeSeed(), first-1, first-1, [spansKept]*tokenSet{}
	r, err := e.Read(ctx, engine.Eventual)
	if err != nil {
		return err
	}
	defer r.Close()
	_, lo := keyspace.TokensBefore(first)
	_, hi := keyspace.Tokens()
	stored := engine.Range{Lo: lo, Hi: hi}
	n := 0
	err = eachToken(ctx, r, stored, engine.ScanOpt{KeysOnly: true, Limit: tokensReadMax}, func(span uint32, name tokenName) {
		ts.add(span, name)
		n++
	})
	if err != nil || n < tokensReadMax {
		return err
	}
	last := engine.ScanOpt{KeysOnly: true, Limit: 1, Reverse: true}
	return eachToken(ctx, r, stored, last, func(span uint32, _ tokenName) { ts.unread = span })
}

// eachToken calls do for stored tokens.
func eachToken(ctx context.Context, r engine.Reader, of engine.Range, how engine.ScanOpt, do func(span uint32, name tokenName)) error {
	cursor := r.Scan(ctx, of, how)
	for cursor.Next() {
		span, operation, text, err := keyspace.ParseToken(cursor.Key())
		if err != nil {
			_ = cursor.Close() // the first error is the one to tell
			return err
		}
		do(span, tokenName{operation, text})
	}
	return cursor.Close()
}

// add takes in a token that is or may be stored in span.
func (ts *tokenSets) add(span uint32, name tokenName) {
	for n := max(ts.newest, span-min(span, spansKept)); n < span; n++ {
		ts.sets[(n+1)%spansKept] = nil
	}
	ts.newest = max(ts.newest, span)
	if ts.newest-span >= spansKept {
		return // has says so of every token of such a span
	}
	set := ts.sets[span%spansKept]
	if set == nil {
		set = new(tokenSet)
		ts.sets[span%spansKept] = set
	}
	word, bits := ts.place(name)
	set[word] |= bits
}

// has reports whether the token may be stored in span.
func (ts *tokenSets) has(span uint32, name tokenName) bool {
	switch {
	case span <= ts.unread:
		return true
	case span > ts.newest:
		return false
	case ts.newest-span >= spansKept:
		return true
	}
	set := ts.sets[span%spansKept]
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
