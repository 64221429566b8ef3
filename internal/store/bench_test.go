package store_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/store"
)

// The benchmarks below write to the disk that holds the temporary directory, as clients at the same
// time do. What is measured is the time per request, not per item.

const benchmarkAlbums = 1 << 16

// onDisk calls do for b.N requests of so many clients; n is the number of the request.
func onDisk(b *testing.B, clients int, do func(s *store.Store, n int) error) {
	b.Helper()
	e, err := pebble.Open(pebble.Options{Dir: b.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer closeEngine(b, e)
	s := store.New(e)
	requests := make(chan int)
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for n := range requests {
				if err := do(s, n); err != nil {
					b.Error(err)
				}
			}
		})
	}
	b.ResetTimer()
	for n := range b.N {
		requests <- n
	}
	close(requests)
	all.Wait()
	b.ReportMetric(float64(clients)*float64(b.Elapsed().Microseconds())/float64(b.N), "µs/request")
}

// puts are writes of some albums, others for each n.
func puts(n, albums int) []store.Write {
	ws := make([]store.Write, albums)
	for i := range ws {
		at := (n*albums + i) * 7919 % benchmarkAlbums
		ws[i] = store.Write{Table: music, Key: key(at), Change: store.Put(album(at, strings.Repeat("x", 900)))}
	}
	return ws
}

// BenchmarkBatch compares ways to make 25 independent writes: one transaction for all, or one for each
// at the same time.
func BenchmarkBatch(b *testing.B) {
	const albums = 25
	for _, clients := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("together/clients=%d", clients), func(b *testing.B) {
			onDisk(b, clients, func(s *store.Store, n int) error {
				var buf []byte
				return s.Transact(context.Background(), puts(n, albums), make([]store.Result, albums), &buf, nil)
			})
		})
		b.Run(fmt.Sprintf("each/clients=%d", clients), func(b *testing.B) {
			onDisk(b, clients, func(s *store.Store, n int) error {
				ws, errs := puts(n, albums), make([]error, albums)
				var all sync.WaitGroup
				for i := range ws {
					all.Go(func() {
						var buf []byte
						errs[i] = s.Apply(context.Background(), ws[i:i+1], make([]store.Result, 1), &buf)
					})
				}
				all.Wait()
				for _, err := range errs {
					if err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
}

// BenchmarkTransact compares transactions with a write that is none.
func BenchmarkTransact(b *testing.B) {
	for _, clients := range []int{1, 8, 32} {
		for _, albums := range []int{0, 1, 4} {
			name := fmt.Sprintf("puts=%d", albums)
			if albums == 0 {
				name = "put"
			}
			b.Run(fmt.Sprintf("%s/clients=%d", name, clients), func(b *testing.B) {
				onDisk(b, clients, func(s *store.Store, n int) error {
					var buf []byte
					if albums == 0 {
						return s.Apply(context.Background(), puts(n, 1), make([]store.Result, 1), &buf)
					}
					token := &store.Token{Operation: store.TransactWriteItems, Text: fmt.Sprint(n), Now: noon}
					return s.Transact(context.Background(), puts(n, albums), make([]store.Result, albums), &buf, token)
				})
			})
		}
	}
}

// BenchmarkContention lets transactions of two writes, one of ten hot items and one of a thousand others,
// crowd. It reports how many are cancelled, of a hundred.
func BenchmarkContention(b *testing.B) {
	const hot, cold, percent = 10, 1000, 100
	for _, clients := range []int{8, 32, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			var cancelled atomic.Int64
			onDisk(b, clients, func(s *store.Store, n int) error {
				var buf []byte
				ws := []store.Write{putAlbum(n*7919%hot, "hot"), putAlbum(hot+n*7907%cold, "cold")}
				err := s.Transact(context.Background(), ws, make([]store.Result, len(ws)), &buf, nil)
				if errors.Is(err, store.ErrRefused) {
					cancelled.Add(1)
					return nil
				}
				return err
			})
			b.ReportMetric(percent*float64(cancelled.Load())/float64(b.N), "%cancelled")
		})
	}
}
