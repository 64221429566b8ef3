package stream_test

import (
	"context"
	"strings"
	"testing"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/stream"
)

// BenchmarkRead reads pages of a shard of four slots: a thousand records of 900 bytes, and none, at the end
// of a log of so many.
func BenchmarkRead(b *testing.B) {
	r := newRig(b, catalog.ViewNew)
	sh := *r.shardOf(0)
	const records = 20_000
	title := strings.Repeat("x", 870)
	mine := albumsIn(&sh, 500)
	for i := range records {
		n := mine[i%len(mine)]
		_, err := r.engine.Update(b.Context(), engine.TxnOpt{Seq: true}, func(txn engine.Txn) error {
			stream.Append(txn, r.table, year(n), txn.Seq(), 0, change(nil, album(n, title), r.now))
			return nil
		})
		r.must(err)
	}
	read := func(from stream.Position, want int) {
		n := 0
		_, err := r.log.Read(context.Background(), r.stream(), sh.ID, from, 0, func(*stream.Record) error {
			n++
			return nil
		})
		if err != nil || n != want {
			b.Fatalf("read %d records: %v", n, err)
		}
	}
	b.Run("records=1000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			read(stream.Position{}, stream.PageRecordsMax)
		}
	})
	b.Run("idle", func(b *testing.B) {
		latest, err := r.log.Latest(b.Context())
		r.must(err)
		r.insert(albumsIn(r.shardOf(anyOther(&sh)), 1)...)
		b.ReportAllocs()
		for b.Loop() {
			read(latest, 0)
		}
	})
}

// anyOther returns an album that is not in sh.
func anyOther(sh *catalog.Shard) int {
	in := albumsIn(sh, 100)
	for n := 0; ; n++ {
		if len(in) == 0 || in[0] != n {
			return n
		}
		in = in[1:]
	}
}
