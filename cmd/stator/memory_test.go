package main

import (
	"testing"

	"github.com/statordb/stator/internal/engine/pebble"
)

// TestCacheBytes holds that the cache is what was asked for, and else a share of the memory, never less
// than what the engine needs.
func TestCacheBytes(t *testing.T) {
	const gib = 1 << 30
	for _, c := range []struct {
		given  byteSize
		memory int64
		want   int64
	}{
		{given: 64 << 20, memory: 64 * gib, want: 64 << 20},
		{memory: 0, want: pebble.DefaultCacheBytes},
		{memory: gib, want: pebble.DefaultCacheBytes},
		{memory: 24 * gib, want: 3 * gib},
	} {
		if got := cacheBytes(c.given, c.memory); got != c.want {
			t.Errorf("given %d, of %d bytes: %d, want %d", c.given, c.memory, got, c.want)
		}
	}
}
