package catalog_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/keyspace"
)

// TestCrash holds that a change is durable before anybody sees it: after each of some changes the power
// fails, half of what was not synced is gone, and the catalog that opens then has all of them.
func TestCrash(t *testing.T) {
	const changes, tables = 90, 3
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test
	fs := vfs.NewCrashableMem()
	c := open(t, openEngine(t, fs))
	want := map[string]*catalog.Table{}
	var gone []keyspace.TableID
	type crash struct {
		fs   *vfs.MemFS
		want map[string]*catalog.Table
		gone []keyspace.TableID

		streams string
	}
	var crashes []crash
	for i := range changes {
		name := fmt.Sprintf("table-%d", random.IntN(tables))
		old := want[name]
		switch {
		case old == nil:
			want[name] = mustCreate(t, c, name)
		case random.IntN(3) == 0:
			if _, err := c.Drop(ctx, name, func(*catalog.Table) error { return nil }); err != nil {
				t.Fatal(err)
			}
			delete(want, name)
			gone = append(gone, old.ID)
		case random.IntN(2) == 0:
			stepIndex(t, c, old)
			want[name] = c.Table(name)
		case random.IntN(2) == 0:
			stepExpiry(t, c, old)
			want[name] = c.Table(name)
		case random.IntN(2) == 0:
			stepStream(t, c, old, random)
			want[name] = c.Table(name)
		default:
			updated, err := c.Update(ctx, name, func(t *catalog.Table) error { t.Warm.Write = int64(i); return nil })
			if err != nil {
				t.Fatal(err)
			}
			want[name] = updated
		}
		clone := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: random})
		crashes = append(crashes, crash{clone, maps.Clone(want), slices.Clone(gone), storedStreams(t, c)})
	}
	for i, crash := range crashes {
		t.Run(fmt.Sprintf("after change %d", i), func(t *testing.T) {
			c := open(t, openEngine(t, crash.fs))
			if c.Len() != len(crash.want) {
				t.Errorf("there are %d tables, want %d", c.Len(), len(crash.want))
			}
			for name, table := range crash.want {
				if got, want := stored(t, c.Table(name)), stored(t, table); got != want {
					t.Errorf("table %q is %s, want %s", name, got, want)
				}
			}
			slices.SortFunc(crash.gone, func(a, b keyspace.TableID) int { return slices.Compare(a[:], b[:]) })
			checkDropped(t, c, crash.gone...)
			if got := storedStreams(t, c); got != crash.streams {
				t.Errorf("streams are %s, want %s", got, crash.streams)
			}
		})
	}
}
