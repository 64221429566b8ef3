package lifecycle_test

import (
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

// dueItem is an item that expires at n.
func dueItem(pk string, n int) attr.Item {
	text, fault := attr.ParseNumber(nil, []byte(strconv.Itoa(n)))
	if fault != attr.NumberFine {
		panic(fault.String())
	}
	var b attr.Builder
	b.Open(nil)
	fields := b.Field(nil, []byte("at"), attr.AppendN(nil, text))
	return attr.Item(b.CloseItem(b.Field(fields, []byte("pk"), attr.AppendS(nil, pk))))
}

// putDue puts items that expire, more than one step of filling takes.
func (w *world) putDue(t *testing.T, table *catalog.Table) {
	t.Helper()
	for n := range rowsEach {
		pk := strconv.Itoa(n)
		if err := w.apply(t.Context(), table, pk, store.Put(dueItem(pk, n))); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) switchOn(t *testing.T, table *catalog.Table) {
	t.Helper()
	w.edit(t, table, func(t *catalog.Table) { t.SwitchExpiryOn("at", time.Now()) })
}

func (w *world) switchOff(t *testing.T, table *catalog.Table) {
	t.Helper()
	w.edit(t, table, func(t *catalog.Table) { t.SwitchExpiryOff(time.Now()) })
}

// expiries counts the entries of the index by time of table.
func (w *world) expiries(t *testing.T, table *catalog.Table) int {
	t.Helper()
	return w.keysIn(t, func() (lo, hi []byte) { return table.ID.Expiries(w.catalog.Table(table.Name).Expiry.ID) })
}

// sound checks that everything in the store agrees.
func (w *world) sound(t *testing.T) {
	t.Helper()
	if _, err := store.Verify(t.Context(), w.engine, func(problem string) { t.Error(problem) }); err != nil {
		t.Fatal(err)
	}
}

// Time to live that is switched on for a table with items is active once all of them are in the index by time, also
// while an index is made; switched off, nothing is left of it.
func TestExpirySwitches(t *testing.T) {
	w := open(t, vfs.NewMem(), 2)
	defer w.close(t)
	table := w.create(t, "music")
	w.putDue(t, table)
	w.switchOn(t, table)
	w.begin(t, table)
	log := new(messages)
	w.until(t, slog.New(log), w.settled)
	if x := w.catalog.Table("music").Expiry; !x.Active() || w.index(table).State != catalog.IndexActive {
		t.Errorf("time to live is %+v, the index %+v", x, w.index(table))
	}
	want := []string{"music: an index is filled", "music: an index is filled"}
	if got := log.about("an index is filled"); !slices.Equal(got, want) {
		t.Errorf("the log says %q, want %q", got, want)
	}
	if n := w.expiries(t, table); n != rowsEach-1 { // the first expires at 0, which is never
		t.Errorf("there are %d entries", n)
	}
	w.sound(t)

	w.switchOff(t, table)
	w.end(t, table)
	w.until(t, quiet, w.settled)
	if x := w.catalog.Table("music").Expiry; x.Kept() || x.Deleting() || x.Changed.IsZero() || w.index(table) != nil {
		t.Errorf("time to live is %+v, the index %+v", x, w.index(table))
	}
	if n := w.keysIn(t, func() (lo, hi []byte) {
		lo, _ = table.ID.Expiries(0)
		_, hi = table.ID.Expiries(1 << 31)
		return lo, hi
	}); n > 0 {
		t.Errorf("%d entries are left", n)
	}
	w.sound(t)
}

// Time to live that is switched off while its index is filled goes away as any other.
func TestExpiryGivenUp(t *testing.T) {
	w := open(t, vfs.NewMem(), 0)
	defer w.close(t)
	table := w.create(t, "music")
	w.putDue(t, table)
	w.switchOn(t, table)
	once := false
	w.until(t, quiet, func() bool {
		if x := w.catalog.Table("music").Expiry; !once && (x.Filling || x.Active()) {
			w.switchOff(t, table)
			once = true
		}
		return once && w.settled()
	})
	if n := w.expiries(t, table); n > 0 {
		t.Errorf("%d entries are left", n)
	}
	w.sound(t)
}

// Wherever the power fails while the index by time is made or removed, what is stored is sound, and the next process
// brings it to its end.
func TestExpiryAfterCrash(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test
	fs := vfs.NewCrashableMem()
	w := open(t, fs, 0)
	defer w.close(t)
	table := w.create(t, "music")
	w.putDue(t, table)
	var crashes []*vfs.MemFS
	crash := func() bool {
		crashes = append(crashes, fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: random}))
		return w.settled()
	}
	w.switchOn(t, table)
	crash()
	w.until(t, quiet, crash)
	w.switchOff(t, table)
	crash()
	w.until(t, quiet, crash)
	for _, fs := range crashes {
		w := open(t, fs, 0)
		w.sound(t)
		w.until(t, quiet, w.settled)
		w.sound(t)
		if x, n := w.catalog.Table("music").Expiry, w.expiries(t, table); x.Active() != (n > 0) {
			t.Errorf("time to live is %+v, with %d entries", x, n)
		}
		w.close(t)
	}
}
