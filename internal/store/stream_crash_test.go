package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/catalog"
)

// TestStreamCrash holds that a record and its change are one: when the power fails while clients write and
// shards are replaced, every acknowledged change has its record, and the records lead to just what the table has.
func TestStreamCrash(t *testing.T) {
	const clients, crashes, albums = 3, 8, 12 // each client has albums of its own
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	fs := vfs.NewCrashableMem()
	a := openArchive(t, fs, catalog.ViewNewOld)
	defer a.close()
	var mu sync.Mutex
	acknowledged := map[int]int{} // changes of each album
	stop := make(chan struct{})
	var all sync.WaitGroup
	defer all.Wait()
	defer close(stop)
	running := func() bool {
		select {
		case <-stop:
			return false
		default:
			return true
		}
	}
	for c := range clients {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(c)))
			for i := 0; running(); i++ {
				n := c + clients*random.IntN(albums/clients)
				w := a.put(0, n, fmt.Sprint(i))
				if random.IntN(4) == 0 {
					w = a.remove(0, n)
				}
				r, err := apply(a.store, w)
				if err != nil {
					t.Error(err)
					return
				}
				if r.Existed || r.New != nil {
					mu.Lock()
					acknowledged[n]++
					mu.Unlock()
				}
			}
		})
	}
	random := rand.New(rand.NewPCG(seed, clients))
	for range crashes {
		a.must(a.replace(0, random.IntN(2) == 0, random.IntN))
		mu.Lock()
		want := maps.Clone(acknowledged)
		mu.Unlock()
		clone := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: random})
		after := openArchive(t, clone, catalog.ViewNewOld)
		f := after.follow(0)
		after.must(f.drain(func() int { return 1 + random.IntN(100) }))
		after.must(f.judge())
		after.must(f.chain(albums))
		got := map[int]int{}
		for _, r := range f.got {
			got[r.album]++
		}
		for n, of := range want {
			if got[n] < of {
				t.Errorf("after a crash album %d has %d records, %d changes were acknowledged", n, got[n], of)
			}
		}
		// What opens after a crash goes on behind what there was.
		mustApply(t, after.store, after.put(0, 0, "after the crash"))
		after.must(f.drain(func() int { return 1 }))
		after.must(f.judge())
		after.must(f.chain(albums))
		if problems := verify(t, after.engine); len(problems) > 0 {
			t.Errorf("after a crash the store has problems: %q", problems)
		}
		after.close()
	}
}
