package pebble

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/engine"
)

// unsyncedKept is how much of what was not synced a crash in these tests leaves, in percent.
const unsyncedKept = 50

// recovered opens what a crash of the machine would leave of fs now.
func recovered(t *testing.T, fs *vfs.MemFS, rng *rand.Rand, kept int) *Engine {
	t.Helper()
	e, err := Open(Options{Dir: "data", FS: fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: kept, RNG: rng})})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func closeTest(t *testing.T, e *Engine) {
	t.Helper()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

// seeded returns a source of randomness whose seed is logged.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// TestCrash takes the machine down after each acknowledged write: every one acknowledged so far must
// be there.
func TestCrash(t *testing.T) {
	const writes = 60
	rng := seeded(t)
	fs := vfs.NewCrashableMem()
	e := openTest(t, Options{Dir: "data", FS: fs})
	value := string(make([]byte, 20_000)) // so that the log goes through several blocks and fills
	for i := range writes {
		if err := put(e, fmt.Sprintf("key%02d", i), strconv.Itoa(i)+value); err != nil {
			t.Fatal(err)
		}
		if i == writes/2 {
			if err := e.db.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		after := recovered(t, fs, rng, unsyncedKept)
		for j := range i + 1 {
			if got := mustGet(t, after, fmt.Sprintf("key%02d", j)); got != strconv.Itoa(j)+value {
				t.Fatalf("after %d acknowledged writes and a crash, number %d has %d bytes", i+1, j, len(got))
			}
		}
		closeTest(t, after)
	}
}

// TestCrashConcurrent crashes while many write. Each transaction adds one to a number that all share
// and notes the sum under a key of its own, so a lost, torn or reordered commit shows.
func TestCrashConcurrent(t *testing.T) {
	const writers, crashes, perCrash = 16, 20, 100
	rng := seeded(t)
	fs := vfs.NewCrashableMem()
	e := openTest(t, Options{Dir: "data", FS: fs})
	var acknowledged atomic.Int64
	var running sync.WaitGroup
	turns := make(chan struct{}, perCrash)
	for range writers {
		running.Go(func() {
			for range turns {
				n, err := increment(e)
				if err != nil {
					t.Error(err)
					continue
				}
				for old := acknowledged.Load(); old < n && !acknowledged.CompareAndSwap(old, n); old = acknowledged.Load() {
				}
			}
		})
	}
	for range crashes {
		for range perCrash {
			turns <- struct{}{}
		}
		least := acknowledged.Load()
		after := recovered(t, fs, rng, unsyncedKept)
		sum, _ := strconv.ParseInt(mustGet(t, after, "sum"), 10, 64)
		if sum < least {
			t.Errorf("%d increments were acknowledged, %d are left after a crash", least, sum)
		}
		for i := range sum + 5 {
			if exists := mustGet(t, after, note(i+1)) != ""; exists != (i < sum) {
				t.Fatalf("the sum is %d; increment %d exists: %t", sum, i+1, exists)
			}
		}
		closeTest(t, after)
	}
	close(turns)
	running.Wait()
}

func note(n int64) string { return fmt.Sprintf("note%08d", n) }

// increment adds one to the number under "sum" and returns it.
func increment(e *Engine) (n int64, err error) {
	ctx := context.Background()
	_, err = e.Update(ctx, locked("sum"), func(t engine.Txn) error {
		var v engine.Value
		if err := t.Get(ctx, []byte("sum"), &v); err != nil {
			return err
		}
		n = 0
		if v.Exists {
			if n, err = strconv.ParseInt(string(v.B), 10, 64); err != nil {
				return err
			}
		}
		n++
		t.Set([]byte("sum"), strconv.AppendInt(nil, n, 10))
		t.Set([]byte(note(n)), []byte("x"))
		return nil
	})
	return n, err
}

// TestSequencesAfterCrash checks that no sequence is given out twice, though the clock runs backwards.
func TestSequencesAfterCrash(t *testing.T) {
	fs := vfs.NewCrashableMem()
	last := uint64(0)
	for day := 5; day > 0; day-- {
		now := func() time.Time { return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC) }
		e, err := Open(Options{Dir: "data", FS: fs, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			o := locked("a")
			o.Seq = true
			seq, err := e.Update(t.Context(), o, func(txn engine.Txn) error {
				txn.Set([]byte("a"), strconv.AppendUint(nil, txn.Seq(), 10))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if seq <= last {
				t.Fatalf("sequence %d after %d", seq, last)
			}
			last = seq
		}
		next := fs.CrashClone(vfs.CrashCloneCfg{})
		closeTest(t, e)
		fs = next
	}
}
