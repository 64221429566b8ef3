package pebble

import (
	"io"
	"log/slog"
	"time"

	pebbledb "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Format is the format of Pebble's files that this program writes. Raising it is a decision, because
// an older program cannot open the store afterwards.
const Format = pebbledb.FormatValueSeparation

// Settings whose measured effects DESIGN.md lists.
const (
	// DefaultCacheBytes is the memory for blocks of tables, taken as they are read. Memtables count
	// towards it, so it has to be well above memTableBytes.
	DefaultCacheBytes = 256 << 20

	memTableBytes       = 64 << 20
	memTablesMax        = 4 // writes wait when so many are full and not yet written out
	blockBytes          = 16 << 10
	bloomBitsPerKey     = 10
	l0CompactionAt      = 2
	l0StopWritesAt      = 1000
	compactionsMax      = 2
	bytesPerSync        = 1 << 20
	targetFileBytes     = 4 << 20 // of L0; doubles with each level
	flushDeletedAfter   = time.Second
	diskSlowAfter       = 5 * time.Second
	openFilesMax        = 1000
	manifestBytesMax    = 16 << 20
	defaultFreeBytesMax = 1 << 30
)

// Options say what varies. Only Dir is needed, and not that in memory.
type Options struct {
	// Dir is the data directory; it is made if it does not exist.
	Dir string
	// FS is the file system; nil is the disk.
	FS vfs.FS
	// Memory keeps everything in memory: nothing is synced or guarded, and Dir does not matter.
	Memory bool
	// ReadOnly opens a store that exists and changes nothing in it; writes fail.
	ReadOnly bool
	// SyncInterval, if not 0, acknowledges writes before they are on disk, and syncs so often. A crash
	// then takes back what was written since. 0 syncs every commit.
	SyncInterval time.Duration
	// CacheBytes is the size of the block cache; 0 is DefaultCacheBytes.
	CacheBytes int64
	// FreeBytesMin is the free disk space below which writes are refused; 0 is the smaller of 1 GiB
	// and 5 % of the disk, and less than 0 turns the guard off.
	FreeBytesMin int64
	// Logger gets the engine's events; nil drops them.
	Logger *slog.Logger
	// Now is the clock; nil is the computer's.
	Now func() time.Time
	// OnFatal is called once when the engine has stopped because the file system failed it. The
	// process should end; until it does, everything is refused. If it returns, a failure in the
	// background panics.
	OnFatal func(error)
}

// complete fills in what o leaves open.
func (o *Options) complete() {
	if o.Memory {
		o.FS, o.SyncInterval, o.FreeBytesMin = vfs.NewMem(), 0, -1
		if o.Dir == "" {
			o.Dir = "memory"
		}
	}
	if o.ReadOnly {
		o.SyncInterval, o.FreeBytesMin = 0, -1
	}
	if o.FS == nil {
		o.FS = vfs.Default
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = DefaultCacheBytes
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// pebbleOptions are the settings of the store. The default comparer takes the whole key as its prefix,
// so that a seek of one key can use the Bloom filters; it is named in every store and stays.
func (o *Options) pebbleOptions(fs vfs.FS, lock *pebbledb.Lock, logger pebbledb.Logger, events *pebbledb.EventListener) *pebbledb.Options {
	p := &pebbledb.Options{
		FormatMajorVersion:          Format,
		FS:                          fs,
		Lock:                        lock,
		Logger:                      logger,
		EventListener:               events,
		DisableWAL:                  o.Memory,
		ReadOnly:                    o.ReadOnly,
		ErrorIfNotExists:            o.ReadOnly,
		CacheSize:                   o.CacheBytes,
		MaxOpenFiles:                openFilesMax,
		MemTableSize:                memTableBytes,
		MemTableStopWritesThreshold: memTablesMax,
		L0CompactionThreshold:       l0CompactionAt,
		L0StopWritesThreshold:       l0StopWritesAt,
		CompactionConcurrencyRange:  func() (int, int) { return 1, compactionsMax },
		BytesPerSync:                bytesPerSync,
		MaxManifestFileSize:         manifestBytesMax,
		FlushDelayDeleteRange:       flushDeletedAfter,
	}
	p.TargetFileSizes[0] = targetFileBytes
	for i := range p.Levels {
		p.Levels[i].BlockSize = blockBytes
		p.Levels[i].FilterPolicy = bloom.FilterPolicy(bloomBitsPerKey)
	}
	p.Experimental.EnableDeleteOnlyCompactionExcises = func() bool { return true }
	p.EnsureDefaults()
	return p
}

// watchDisk makes fs report operations that take too long.
func watchDisk(fs vfs.FS, slow func(vfs.DiskSlowInfo)) (vfs.FS, io.Closer) {
	return vfs.WithDiskHealthChecks(fs, diskSlowAfter, nil, slow)
}
