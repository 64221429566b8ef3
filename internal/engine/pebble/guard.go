package pebble

import (
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// The guard's default settings. The reserve has to hold what Pebble still writes after the guard has
// closed: the log of running transactions, flushes and the compactions that give space back.
const (
	freeShareMin    = 20 // the default reserve is a 20th of the disk, at most defaultFreeBytesMax
	guardCheckEvery = time.Second
	ballastBytesMax = 64 << 20
	ballastShare    = 100 // the ballast is a 100th of the disk, at most ballastBytesMax
	ballastName     = "BALLAST"
)

// guard refuses writes before the disk is full, because Pebble cannot go on after a write to its log
// has failed.
//
// Should the disk fill up all the same, the ballast is deleted, the write that failed is tried again,
// and the guard stays closed until there is room for the ballast.
type guard struct {
	fs  vfs.FS
	dir string
	log *slog.Logger
	now func() time.Time
	min uint64 // 0: not known yet

	shut    atomic.Bool
	checked atomic.Int64 // when free space was last looked at, in nanoseconds
	mu      sync.Mutex   // held to look
	ballast bool         // the ballast exists; guarded by mu
	off     bool         // the file system does not tell its free space
}

func newGuard(fs vfs.FS, o *Options) *guard {
	if o.FreeBytesMin < 0 {
		return nil
	}
	g := &guard{fs: fs, dir: o.Dir, log: o.Logger, now: o.Now, min: uint64(o.FreeBytesMin)} //nolint:gosec // not negative
	_, err := fs.Stat(fs.PathJoin(o.Dir, ballastName))
	g.ballast = err == nil
	return g
}

// watch makes fs call the guard when the disk is full.
func (g *guard) watch(fs vfs.FS) vfs.FS {
	if g == nil {
		return fs
	}
	return vfs.OnDiskFull(fs, g.full)
}

// closed reports whether writes must be refused. It looks at the disk once a second at most.
func (g *guard) closed() bool {
	if g == nil {
		return false
	}
	now := g.now().UnixNano()
	if now-g.checked.Load() >= int64(guardCheckEvery) && g.mu.TryLock() {
		defer g.mu.Unlock()
		g.checked.Store(now)
		g.check()
	}
	return g.shut.Load()
}

// check looks at the disk. The caller holds mu.
func (g *guard) check() {
	if g.off {
		return
	}
	usage, err := g.fs.GetDiskUsage(g.dir)
	if err != nil {
		if g.off = errors.Is(err, vfs.ErrUnsupported); !g.off {
			g.log.Warn("cannot find out how much disk space is free", "error", err)
		}
		return
	}
	if g.min == 0 {
		g.min = min(usage.TotalBytes/freeShareMin, defaultFreeBytesMax)
	}
	size := min(usage.TotalBytes/ballastShare, ballastBytesMax)
	if !g.ballast && usage.AvailBytes >= g.min+size {
		g.load(size)
	}
	g.set(usage.AvailBytes < g.min || !g.ballast, usage.AvailBytes)
}

func (g *guard) set(shut bool, free uint64) {
	if g.shut.Swap(shut) == shut {
		return
	}
	if shut {
		g.log.Error("the disk is full: only reads and deletes are accepted", "free_bytes", free, "free_bytes_min", g.min)
	} else {
		g.log.Info("there is disk space again", "free_bytes", free)
	}
}

// load makes the ballast. A file system that cannot set blocks aside goes without.
func (g *guard) load(size uint64) {
	name := g.fs.PathJoin(g.dir, ballastName)
	f, err := g.fs.Create(name, vfs.WriteCategoryUnspecified)
	if err == nil {
		err = errors.Join(f.Preallocate(0, int64(size)), f.Close()) //nolint:gosec // at most ballastBytesMax
	}
	if err != nil {
		g.log.Warn("cannot set disk space aside", "error", err)
		err = errors.Join(err, g.fs.Remove(name))
	}
	g.ballast = !errors.Is(err, syscall.ENOSPC)
}

// full is called when the disk is full, once at a time and with all writes of the store held up.
// Holders of mu do not write through the store's file system, so this cannot wait for itself.
func (g *guard) full() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.set(true, 0)
	g.ballast = false
	if err := g.fs.Remove(g.fs.PathJoin(g.dir, ballastName)); err != nil {
		g.log.Error("cannot give up the disk space set aside", "error", err)
	}
}
