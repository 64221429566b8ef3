package lifecycle_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/store"
)

// held is a change that waits until it may go on, and then puts an item.
type held struct {
	it           attr.Item
	begun, letGo chan struct{}
}

func (h held) Apply(old attr.Item, buf *[]byte) (attr.Item, error) {
	close(h.begun)
	<-h.letGo
	return store.Put(h.it).Apply(old, buf)
}

// A stream that UpdateTable has not let begin, because its client went away, does when the last writer has left that
// does not know of it: what was recorded before is not of the stream, and what comes after is.
func TestStreamBegins(t *testing.T) {
	w := openOn(t, vfs.NewMem(), time.Time{}, plain)
	defer w.close(t)
	table := w.create(t, "music")
	h := held{item("held", ""), make(chan struct{}), make(chan struct{})}
	ended := make(chan error, 1)
	go func() { ended <- w.apply(t.Context(), table, "held", h) }()
	<-h.begun
	table = w.streamOn(t, table)
	w.put(t, table, "early", "")
	begun := func() bool { return w.catalog.StreamOf(table.Stream.ID).Begun() }
	looks := 0
	w.until(t, quiet, func() bool {
		if looks++; looks == 50 {
			if begun() {
				t.Error("the stream has begun before a writer that does not know of it has left")
			}
			close(h.letGo)
		}
		return looks > 50 && begun()
	})
	if err := <-ended; err != nil {
		t.Error(err)
	}
	w.put(t, table, "late", "")
	w.put(t, table, "held", "again")
	w.checkShards(t, table, "0 [0,16)*")
	if got := w.contents(t, table); !slices.Equal(got, []int{2}) {
		t.Errorf("the stream has %v records, want 2", got)
	}
}

// A stream that was switched on before the power failed, and has not begun, begins in the next process.
func TestStreamBeginsAfterCrash(t *testing.T) {
	fs := vfs.NewCrashableMem()
	w := openOn(t, fs, time.Time{}, plain)
	defer w.close(t)
	table := w.streamOn(t, w.create(t, "music"))
	w.put(t, table, "early", "")
	w = openOn(t, fs.CrashClone(vfs.CrashCloneCfg{}), time.Time{}, plain)
	defer w.close(t)
	w.checkShards(t, table)
	w.until(t, quiet, func() bool { return w.catalog.StreamOf(table.Stream.ID).Begun() })
	table = w.catalog.Table("music")
	w.put(t, table, "late", "")
	w.checkShards(t, table, "0 [0,16)*")
	if got := w.contents(t, table); !slices.Equal(got, []int{1}) {
		t.Errorf("the stream has %v records, want 1", got)
	}
}

// Letting a stream begin is attempted again when it fails, and a failure holds up no other stream.
func TestStreamBeginsAfterFailure(t *testing.T) {
	var fails atomic.Int32
	w := openOn(t, vfs.NewMem(), time.Time{}, func(e engine.Engine) engine.Engine {
		return &stepping{e, func() error {
			if fails.Add(-1) >= 0 {
				return errors.New("injected failure")
			}
			return nil
		}}
	})
	defer w.close(t)
	tables := []*catalog.Table{w.streamOn(t, w.create(t, "one")), w.streamOn(t, w.create(t, "two"))}
	fails.Store(3)
	w.until(t, quiet, func() bool { return len(w.catalog.Unbegun()) == 0 })
	for _, table := range tables {
		w.checkShards(t, table, "0 [0,16)*")
	}
	if n := fails.Load(); n > 0 {
		t.Errorf("%d failures were not met", n)
	}
}
