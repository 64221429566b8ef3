package pebble

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/statordb/stator/internal/engine"
)

// itemBytes is the size of the values that benchmarks write.
const itemBytes = 1 << 10

func openBench(b *testing.B, o Options) *Engine {
	b.Helper()
	if o.Dir == "" {
		o.Dir = b.TempDir()
	}
	e, err := Open(o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := e.Close(); err != nil {
			b.Error(err)
		}
	})
	return e
}

// write replaces the value under key, as a PutItem does: read, decide, write.
func write(e *Engine, key, value []byte) error {
	ctx := context.Background()
	_, err := e.Update(ctx, engine.TxnOpt{Locks: [][]byte{key}, Wait: time.Minute}, func(t engine.Txn) error {
		var v engine.Value
		if err := t.Get(ctx, key, &v); err != nil {
			return err
		}
		copy(t.SetDeferred(key, len(value)), value)
		return nil
	})
	return err
}

func parallelWriters(b *testing.B, writers int, f func(n uint64) error) {
	b.Helper()
	b.ReportAllocs()
	var next atomic.Uint64
	done := make(chan error)
	b.ResetTimer()
	for range writers {
		go func() {
			for {
				n := next.Add(1)
				if n > uint64(b.N) {
					done <- nil
					return
				}
				if err := f(n); err != nil {
					done <- err
					return
				}
			}
		}()
	}
	for range writers {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
}

func BenchmarkSyncedWrite(b *testing.B) {
	value := make([]byte, itemBytes)
	for i := range value {
		value[i] = byte(i * 7)
	}
	for _, writers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			e := openBench(b, Options{})
			parallelWriters(b, writers, func(n uint64) error {
				return write(e, binary.BigEndian.AppendUint64([]byte("item"), n*0x9E3779B97F4A7C15), value)
			})
		})
	}
}

// BenchmarkHotItem has 64 writers of one item. Holding its latch until the commit is durable is what
// the engine does not do.
func BenchmarkHotItem(b *testing.B) {
	value := make([]byte, itemBytes)
	for _, hold := range []bool{false, true} {
		b.Run(fmt.Sprintf("hold=%t", hold), func(b *testing.B) {
			e := openBench(b, Options{})
			e.holdLatches = hold
			parallelWriters(b, 64, func(uint64) error { return write(e, []byte("hot"), value) })
		})
	}
}

// benchItems is how many items the read benchmarks have.
const benchItems = 200_000

// openFilled returns a store of benchItems items under even numbers, all in tables.
func openFilled(b *testing.B, cacheBytes int64) *Engine {
	b.Helper()
	e := openBench(b, Options{CacheBytes: cacheBytes})
	value := make([]byte, itemBytes)
	batch := e.db.NewBatch()
	for i := range uint64(benchItems) {
		binary.BigEndian.PutUint64(value, i*0x9E3779B97F4A7C15)
		if err := batch.Set(numbered(2*i), value, nil); err != nil {
			b.Fatal(err)
		}
		if batch.Len() > 4<<20 {
			if err := e.db.Apply(batch, e.write); err != nil {
				b.Fatal(err)
			}
			batch = e.db.NewBatch()
		}
	}
	if err := e.db.Apply(batch, e.write); err != nil {
		b.Fatal(err)
	}
	if err := e.db.Compact(context.Background(), []byte("item"), []byte("item\xff"), true); err != nil {
		b.Fatal(err)
	}
	return e
}

func numbered(n uint64) []byte { return binary.BigEndian.AppendUint64([]byte("item"), n) }

func BenchmarkGet(b *testing.B) {
	ctx := context.Background()
	for _, cache := range []int64{memTableBytes + 16<<20, 512 << 20} {
		e := openFilled(b, cache)
		for _, c := range []struct {
			name string
			odd  uint64
		}{{"hit", 0}, {"absent", 1}} {
			b.Run(fmt.Sprintf("%s/cache=%dMB", c.name, cache>>20), func(b *testing.B) {
				b.ReportAllocs()
				r, err := e.Read(ctx, engine.Strong)
				if err != nil {
					b.Fatal(err)
				}
				var v engine.Value
				for i := range b.N {
					n := uint64(i) * 0x9E3779B97F4A7C15 % benchItems
					if err := r.Get(ctx, numbered(2*n+c.odd), &v); err != nil || v.Exists != (c.odd == 0) {
						b.Fatal(err, v.Exists)
					}
					v.Release()
				}
			})
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	reopen := func(b *testing.B, dir string) {
		b.Helper()
		e, err := Open(Options{Dir: dir})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.Run("new", func(b *testing.B) {
		for range b.N {
			reopen(b, b.TempDir())
		}
	})
	b.Run("again", func(b *testing.B) {
		dir := b.TempDir()
		for range b.N {
			reopen(b, dir)
		}
	})
}
