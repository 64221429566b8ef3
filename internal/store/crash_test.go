package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/store"
)

const (
	crashWrites = 30
	crashAlbums = 6
)

// TestCrash holds that nothing acknowledged is lost: after each of some writes the power fails, half
// of what was not synced is gone, and the store that opens then has every acknowledged row and the
// right figures.
func TestCrash(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	fs := vfs.NewCrashableMem()
	s, e := open(t, fs)
	defer closeEngine(t, e)
	want := map[int]attr.Item{}
	type crash struct {
		fs   *vfs.MemFS
		want map[int]attr.Item
	}
	var crashes []crash
	for i := range crashWrites {
		n := random.IntN(crashAlbums)
		w := store.Write{Table: music, Key: key(n)}
		if random.IntN(4) == 0 {
			w.Change = store.Delete{}
			delete(want, n)
		} else {
			want[n] = album(n, fmt.Sprintf("title %d", i))
			w.Change = store.Put(want[n])
		}
		mustApply(t, s, w)
		clone := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: random})
		crashes = append(crashes, crash{clone, maps.Clone(want)})
	}
	for i, c := range crashes {
		t.Run(fmt.Sprintf("after write %d", i), func(t *testing.T) {
			s, e := open(t, c.fs)
			defer closeEngine(t, e)
			checkAgainst(t, s, crashAlbums, c.want)
			// What opens after a crash goes on counting where it was.
			extra := album(0, "after the crash")
			mustApply(t, s, store.Write{Table: music, Key: key(0), Change: store.Put(extra)})
			c.want[0] = extra
			checkAgainst(t, s, crashAlbums, c.want)
		})
	}
}
