package pebble

import "sync/atomic"

// markCount is how many marks there are. With 64 commits on their way to disk, a read of some other
// key waits for one of them without need in 1.6 % of cases.
const markCount = 1 << 12

// marks hold, for the keys of each hash, the highest number of a commit that writes one of them.
// A commit sets its marks before it becomes visible; whoever has read a key and then looks at its
// mark therefore finds the number of the commit that wrote the version read, or a higher one.
type marks [markCount]atomic.Uint64

func (m *marks) of(id latchID) uint64 { return m[id>>latchBits%markCount].Load() }

// latchBits are the bits of a latchID that choose the shard; marks use others.
const latchBits = 8

// raise sets the mark of id to n unless it is higher.
func (m *marks) raise(id latchID, n uint64) {
	mark := &m[id>>latchBits%markCount]
	for {
		old := mark.Load()
		if old >= n || mark.CompareAndSwap(old, n) {
			return
		}
	}
}
