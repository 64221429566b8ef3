package ttl_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/store"
)

// The benchmarks below write to the disk that holds the temporary directory.

// onDisk is a world on the disk.
func onDisk(b *testing.B) *world {
	b.Helper()
	e, err := pebble.Open(pebble.Options{Dir: b.TempDir(), FS: vfs.Default, Logger: quiet})
	if err != nil {
		b.Fatal(err)
	}
	w := &world{engine: e}
	w.seconds.Store(noon.Unix())
	w.use(b, e, quiet)
	return w
}

// plain makes a table without indexes whose items expire by the attribute at.
func (w *world) plain(b *testing.B) *catalog.Table {
	b.Helper()
	_, err := w.catalog.Create(context.Background(), catalog.Table{
		Name: "plain", Key: []string{"pk", "sk"}, Attributes: []catalog.Attribute{{Name: "pk", Type: attr.S}, {Name: "sk", Type: attr.S}},
	})
	if err != nil {
		b.Fatal(err)
	}
	w.switchOn(b, "plain", "at")
	return w.catalog.Table("plain")
}

// expireAll puts n items of a KB that expire at once.
func (w *world) expireAll(b *testing.B, table *catalog.Table, n int) {
	b.Helper()
	const together = 100
	more := strings.Repeat("x", 900)
	for from := 0; from < n; from += together {
		var ws []store.Write
		for i := from; i < min(n, from+together); i++ {
			pk := name(i)
			key := store.Key{Partition: []byte(pk), Sort: []byte("s")}
			ws = append(ws, store.Write{Table: table, Key: key, Change: store.Put(item(pk, int64(i%1000)-1000, more))})
		}
		var buf []byte
		if err := w.store.Apply(context.Background(), ws, make([]store.Result, len(ws)), &buf); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSweep removes items that have expired, as fast as it goes while nobody else does anything.
func BenchmarkSweep(b *testing.B) {
	for name, create := range map[string]func(w *world) *catalog.Table{
		"plain":   func(w *world) *catalog.Table { return w.plain(b) },
		"indexes": func(w *world) *catalog.Table { return w.create(b, "music") },
	} {
		b.Run(name, func(b *testing.B) {
			w := onDisk(b)
			defer w.close(b)
			w.expireAll(b, create(w), b.N)
			b.ResetTimer()
			w.worker.Sweep(b.Context())
			b.ReportMetric(float64(w.worker.Deleted())/b.Elapsed().Seconds(), "deleted/s")
		})
	}
}

// BenchmarkSweepUnderLoad does the same while clients put items of a KB into another table, and reports how many
// they put. With sweep=false nothing expires: what they put then is what the machine has to give.
func BenchmarkSweepUnderLoad(b *testing.B) {
	for _, sweeps := range []bool{true, false} {
		for _, clients := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("sweep=%v/clients=%d", sweeps, clients), func(b *testing.B) { underLoad(b, sweeps, clients) })
		}
	}
}

func underLoad(b *testing.B, sweeps bool, clients int) {
	b.Helper()
	w := onDisk(b)
	defer w.close(b)
	w.expireAll(b, w.plain(b), b.N)
	table := w.create(b, "music")
	more := strings.Repeat("y", 900)
	ctx, stop := context.WithCancel(b.Context())
	var puts atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for id := range clients {
		all.Go(func() {
			for n := 0; ctx.Err() == nil && (sweeps || puts.Load() < int64(b.N)); n++ {
				pk := fmt.Sprintf("%d-%d", id, n%1000)
				if err := w.apply(table, pk, store.Put(item(pk, 1000, more))); err != nil {
					b.Error(err)
				}
				puts.Add(1)
			}
		})
	}
	if sweeps {
		w.worker.Sweep(b.Context())
		stop()
	}
	all.Wait()
	stop()
	b.ReportMetric(float64(puts.Load())/b.Elapsed().Seconds(), "puts/s")
	b.ReportMetric(float64(w.worker.Deleted())/b.Elapsed().Seconds(), "deleted/s")
}
