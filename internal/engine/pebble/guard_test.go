package pebble

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/statordb/stator/internal/engine"
)

const gigabyte = 1 << 30

// clock is a clock that tests set.
type clock struct{ nanos atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(1_800_000_000, c.nanos.Load()) }
func (c *clock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

// remove deletes one key, as a transaction that frees space.
func remove(e *Engine, key string) error {
	o := locked(key)
	o.Frees = true
	_, err := e.Update(context.Background(), o, func(t engine.Txn) error {
		t.Delete([]byte(key))
		return nil
	})
	return err
}

func TestGuard(t *testing.T) {
	fs, clock := vfs.NewMem(), new(clock)
	free := func(bytes uint64) {
		fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: bytes, TotalBytes: 10 * gigabyte})
		clock.advance(guardCheckEvery)
	}
	free(5 * gigabyte)
	e := openTest(t, Options{Dir: "data", FS: fs, Now: clock.now})
	want := func(when string, write error) {
		t.Helper()
		if err := put(e, "a", "1"); !errors.Is(err, write) {
			t.Errorf("%s a write returned %v, want %v", when, err, write)
		}
		if got := e.Stats().DiskFull; got != (write != nil) {
			t.Errorf("%s Stats().DiskFull is %t", when, got)
		}
	}
	want("with half of the disk free", nil)
	free(gigabyte / 2) // a 20th of 10 GiB
	want("with just enough free", nil)
	free(gigabyte/2 - 1)
	want("with too little free", engine.ErrDiskFull)
	if got := mustGet(t, e, "a"); got != "1" {
		t.Errorf("a read returned %q", got)
	}
	if err := remove(e, "a"); err != nil {
		t.Errorf("a delete returned %v", err)
	}
	if err := e.DeleteRange(t.Context(), engine.Range{}); err != nil {
		t.Errorf("DeleteRange returned %v", err)
	}
	if err := e.Load(t.Context(), engine.Range{}, one("k", "v")); !errors.Is(err, engine.ErrDiskFull) {
		t.Errorf("Load returned %v", err)
	}
	fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: gigabyte, TotalBytes: 10 * gigabyte})
	want("before the guard looks again", engine.ErrDiskFull)
	clock.advance(guardCheckEvery)
	want("with enough free again", nil)
}

func one(key, value string) func(yield func(k, v []byte) bool) {
	return func(yield func(k, v []byte) bool) { yield([]byte(key), []byte(value)) }
}

// TestGuardOptions checks the option, and that a file system that does not tell is not guarded.
func TestGuardOptions(t *testing.T) {
	for _, c := range []struct {
		name string
		min  int64
		free uint64
		want error
	}{
		{"a minimum of one's own", 100 << 20, 150 << 20, nil},
		{"less than that", 100 << 20, 99 << 20, engine.ErrDiskFull},
		{"off", -1, 1, nil},
		{"not told", 0, 0, nil},
	} {
		fs := vfs.NewMem()
		if c.free > 0 {
			fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: c.free, TotalBytes: gigabyte})
		}
		e := openTest(t, Options{Dir: "data", FS: fs, FreeBytesMin: c.min})
		if err := put(e, "a", "1"); !errors.Is(err, c.want) {
			t.Errorf("%s: a write returned %v, want %v", c.name, err, c.want)
		}
	}
}

// TestDiskFull lets the disk fill up in the middle of a write. The space set aside saves the write and the
// process; then the guard is closed until there is room to set it aside again.
func TestDiskFull(t *testing.T) {
	mem, clock := vfs.NewMem(), new(clock)
	mem.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: 5 * gigabyte, TotalBytes: 10 * gigabyte})
	var full atomic.Bool
	fs := errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
		_, err := mem.Stat("data/" + ballastName)
		creating := op.Kind == errorfs.OpCreate && strings.HasSuffix(op.Path, ballastName)
		if full.Load() && (err == nil && op.Kind == errorfs.OpFileWrite || creating) {
			return syscall.ENOSPC
		}
		return nil
	}))
	e := openTest(t, Options{Dir: "data", FS: fs, Now: clock.now})
	if err := put(e, "a", "1"); err != nil {
		t.Fatal(err)
	}
	if _, err := mem.Stat("data/" + ballastName); err != nil {
		t.Fatalf("no space is set aside: %v", err)
	}
	full.Store(true)
	if err := put(e, "b", "2"); err != nil {
		t.Errorf("the write that filled the disk returned %v", err)
	}
	if err := put(e, "c", "3"); !errors.Is(err, engine.ErrDiskFull) {
		t.Errorf("the next write returned %v, want ErrDiskFull", err)
	}
	clock.advance(guardCheckEvery)
	if err := put(e, "c", "3"); !errors.Is(err, engine.ErrDiskFull) {
		t.Errorf("a write while no space can be set aside returned %v, want ErrDiskFull", err)
	}
	if err := remove(e, "a"); err != nil {
		t.Errorf("a delete returned %v", err)
	}
	full.Store(false)
	clock.advance(guardCheckEvery)
	if err := put(e, "d", "4"); err != nil {
		t.Errorf("a write with space again returned %v", err)
	}
	for key, want := range map[string]string{"a": "", "b": "2", "c": "", "d": "4"} {
		if got := mustGet(t, e, key); got != want {
			t.Errorf("%q is %q, want %q", key, got, want)
		}
	}
}
