package pebble

import "sync/atomic"

// recentBits is how many bits a generation of recent has: a full memtable of 1 KB rows sets one in ten.
const recentBits = 1 << 19

// recent knows which keys were written since the last memtables were made: their newest version is in
// memory. It is a set of hashes in two generations, and may say so of others too.
//
// Whoever reads a key chooses by it how to look: DB.Get stops at the first version it meets, from the
// memtable down, and an iterator asks the Bloom filters of every level first. So one is cheap for keys
// that are in memory and the other for keys that are nowhere. Either finds what there is.
type recent struct {
	newest      atomic.Uint32 // the generation that is added to
	generations [2][recentBits / 64]atomic.Uint64
}

// add takes in a key that is written.
func (r *recent) add(id latchID) {
	word, bit := recentPlace(id)
	w := &r.generations[r.newest.Load()&1][word]
	if w.Load()&bit == 0 {
		w.Or(bit)
	}
}

// has reports whether the key may be in memory.
func (r *recent) has(id latchID) bool {
	word, bit := recentPlace(id)
	return (r.generations[0][word].Load()|r.generations[1][word].Load())&bit != 0
}

// turn begins a generation, in the place of the older of the two. It is called when a memtable is
// full; calls do not overlap.
func (r *recent) turn() {
	older := r.newest.Load() + 1
	for i := range r.generations[older&1] {
		r.generations[older&1][i].Store(0)
	}
	r.newest.Store(older)
}

func recentPlace(id latchID) (word int, bit uint64) {
	n := uint64(id) >> latchBits % recentBits
	return int(n / 64), 1 << (n % 64) //nolint:gosec // below recentBits
}
