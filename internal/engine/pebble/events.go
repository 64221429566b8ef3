package pebble

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	pebbledb "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Stats are figures of the engine for its operators.
type Stats struct {
	WriteStalls      int64 // times writes had to wait for flushes or compactions
	WriteStalled     bool  // they wait now
	DiskSlow         int64 // file operations that took longer than 5 s
	BackgroundErrors int64 // flushes and compactions that failed and are tried again
	Corruptions      int64 // blocks read whose checksum does not match
	DiskFull         bool  // writes are refused
	DiskBytes        uint64
	CacheHits        int64
	CacheMisses      int64
	CacheBytes       int64
	MemTableBytes    uint64
	Compactions      int64
	ReadAmp          int // tables a read may have to look into
	UnsyncedCommits  int64
}

// statistics are the figures that events change.
type statistics struct {
	stalls, slow, background, corruptions atomic.Int64
	stalled                               atomic.Bool
}

// Stats returns the figures as they are now.
func (e *Engine) Stats() Stats {
	m := e.db.Metrics()
	return Stats{
		WriteStalls:      e.stats.stalls.Load(),
		WriteStalled:     e.stats.stalled.Load(),
		DiskSlow:         e.stats.slow.Load(),
		BackgroundErrors: e.stats.background.Load(),
		Corruptions:      e.stats.corruptions.Load(),
		DiskFull:         e.guard.closed(),
		DiskBytes:        m.DiskSpaceUsage(),
		CacheHits:        m.BlockCache.Hits,
		CacheMisses:      m.BlockCache.Misses,
		CacheBytes:       m.BlockCache.Size,
		MemTableBytes:    m.MemTable.Size,
		Compactions:      m.Compact.Count,
		ReadAmp:          m.ReadAmp(),
		UnsyncedCommits:  int64(e.commits.next.Load() - e.commits.low.Load()), //nolint:gosec // at most trackerWindow
	}
}

// listener turns Pebble's events into figures and log lines.
func (e *Engine) listener() *pebbledb.EventListener {
	l := &pebbledb.EventListener{
		BackgroundError: func(err error) {
			e.stats.background.Add(1)
			e.log.Warn("work of the store in the background failed", "error", err)
		},
		DataCorruption: func(info pebbledb.DataCorruptionInfo) {
			e.stats.corruptions.Add(1)
			e.log.Error("stored data is damaged", "file", info.Path, "error", info.Details)
		},
		WriteStallBegin: func(info pebbledb.WriteStallBeginInfo) {
			e.stats.stalls.Add(1)
			e.stats.stalled.Store(true)
			e.log.Warn("writes wait for the store to catch up", "reason", info.Reason)
		},
		WriteStallEnd: func() {
			e.stats.stalled.Store(false)
			e.log.Info("writes go on")
		},
	}
	l.WALCreated = func(info pebbledb.WALCreateInfo) {
		e.recent.turn() // a memtable has a log of its own
		e.log.Debug(info.String())
	}
	if e.log.Enabled(context.Background(), slog.LevelDebug) {
		l.FlushEnd = func(info pebbledb.FlushInfo) { e.log.Debug(info.String()) }
		l.CompactionEnd = func(info pebbledb.CompactionInfo) { e.log.Debug(info.String()) }
		l.TableDeleted = func(info pebbledb.TableDeleteInfo) { e.log.Debug(info.String()) }
	}
	return l
}

func (e *Engine) diskSlow(info vfs.DiskSlowInfo) {
	e.stats.slow.Add(1)
	e.log.Warn("the disk is slow", "file", info.Path, "operation", info.OpType.String(), "took", info.Duration)
}

// logger is Pebble's Logger. Pebble calls Fatalf when it cannot write what it must, and goes on if
// that returns.
type logger struct{ e *Engine }

func (l logger) Infof(format string, args ...any) { l.e.log.Debug(fmt.Sprintf(format, args...)) }

func (l logger) Errorf(format string, args ...any) { l.e.log.Warn(fmt.Sprintf(format, args...)) }

func (l logger) Fatalf(format string, args ...any) {
	reason := fmt.Sprintf(format, args...)
	l.e.fail(reason) //nolint:errcheck // the panic says it
	panic(&FatalError{Reason: reason})
}
