package store_test

import (
	"context"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

// BenchmarkApply replaces items of 1 KB in a store in memory, one after the other.
func BenchmarkApply(b *testing.B) {
	s, e := open(b, vfs.NewMem())
	defer closeEngine(b, e)
	replaceAlbums(b, s, music)
}

// BenchmarkApplyRecorded is BenchmarkApply in tables with streams.
func BenchmarkApplyRecorded(b *testing.B) {
	for _, view := range []string{"", catalog.ViewKeys, catalog.ViewNewOld} {
		b.Run("view="+view, func(b *testing.B) {
			a := openArchive(b, vfs.NewMem(), view)
			defer a.close()
			replaceAlbums(b, a.store, a.tables[0])
		})
	}
}

func replaceAlbums(b *testing.B, s *store.Store, table *catalog.Table) {
	b.Helper()
	const albums = 1000
	ws := make([]store.Write, 2*albums) // every album twice, with different titles
	for n := range ws {
		title := strings.Repeat(string(rune('x'+n/albums)), 900)
		ws[n] = store.Write{Table: table, Key: key(n % albums), Change: store.Put(album(n%albums, title))}
	}
	rs := make([]store.Result, 1)
	var buf []byte
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		buf = buf[:0]
		at := n % len(ws)
		if err := s.Apply(context.Background(), ws[at:at+1], rs, &buf); err != nil {
			b.Fatal(err)
		}
	}
}
