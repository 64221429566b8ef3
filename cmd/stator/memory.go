package main

import (
	"log/slog"
	"math"

	"github.com/KimMachineGun/automemlimit/memlimit"

	"github.com/statordb/stator/internal/engine/pebble"
)

// How the memory that the process may use is shared out.
const (
	heapShare  = 0.9 // of the machine's memory, or the container's: above it the collector works harder
	cacheShare = 8   // of that, the cache is an eighth: the heap may grow to twice of what is in use
)

// limitMemory tells the collector how much memory the process may use, unless GOMEMLIMIT does, and returns how
// much that is, or 0 if it is not known.
func limitMemory(logger *slog.Logger) int64 {
	limit, err := memlimit.Set(
		memlimit.WithRatio(heapShare),
		memlimit.WithProvider(memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)),
	)
	if err != nil || limit == math.MaxInt64 {
		logger.Debug("cannot find out how much memory there is", "error", err)
		return 0
	}
	return limit
}

// cacheBytes is the size of the cache: what was given, or a share of the memory, which is 0 if it is not known.
func cacheBytes(given byteSize, memory int64) int64 {
	if given > 0 {
		return int64(given)
	}
	return max(memory/cacheShare, pebble.DefaultCacheBytes)
}
