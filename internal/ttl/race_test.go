package ttl_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

const (
	never     = int64(1) << 40 // an item that expires so long after noon does not
	rowsEach  = 40             // of each writer
	writesMin = 600            // that each writer makes
)

// writer writes random items under keys of its own, so that what it leaves is known.
type writer struct {
	w      *world
	table  *catalog.Table
	id     int
	random *rand.Rand
	model  map[string]int64 // when the items expire, in seconds after noon
}

// write makes one write and then looks at another item, which must be there if it does not expire.
func (r *writer) write() error {
	pk := r.pk()
	switch r.random.IntN(5) {
	case 0:
		delete(r.model, pk)
		return r.w.apply(r.table, pk, store.Delete{})
	case 1:
		return r.transact(pk, r.pk())
	}
	it, after := r.item(pk)
	r.model[pk] = after
	if err := r.w.apply(r.table, pk, store.Put(it)); err != nil {
		return err
	}
	return r.look(r.pk())
}

// item is an item under pk that expires soon, or has, or never does, and when.
func (r *writer) item(pk string) (it attr.Item, after int64) {
	now := r.w.seconds.Load() - noon.Unix()
	after = []int64{now - 1000, now, now + 1, now + 2, now + 5, never, never}[r.random.IntN(7)]
	if after == never && r.random.IntN(2) == 0 {
		return itemWith(pk, nil, ""), after
	}
	return item(pk, after, ""), after
}

// transact writes two items in a transaction, both or, if the sweep holds one for long, none.
func (r *writer) transact(one, two string) error {
	if one == two {
		return nil
	}
	var ws []store.Write
	changed := map[string]int64{}
	for _, pk := range []string{one, two} {
		it, after := r.item(pk)
		ws = append(ws, store.Write{Table: r.table, Key: store.Key{Partition: []byte(pk), Sort: []byte("s")}, Change: store.Put(it)})
		changed[pk] = after
	}
	var buf []byte
	err := r.w.store.Transact(context.Background(), ws, make([]store.Result, 2), &buf, nil)
	switch {
	case errors.Is(err, store.ErrRefused):
		return nil
	case err == nil:
		maps.Copy(r.model, changed)
	}
	return err
}

func (r *writer) pk() string { return fmt.Sprintf("%d-%02d", r.id, r.random.IntN(rowsEach)) }

func (r *writer) look(pk string) error {
	var buf []byte
	it, _, err := r.w.store.Get(context.Background(), r.table, store.Key{Partition: []byte(pk), Sort: []byte("s")}, true, &buf)
	if err == nil && r.model[pk] == never && it == nil {
		err = fmt.Errorf("%s is gone, which does not expire", pk)
	}
	return err
}

// Writers and the sweep go on at the same time: what is left in the end is what was written last and has not
// expired.
func TestRace(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	w := open(t, vfs.NewMem())
	defer w.close(t)
	table := w.create(t, "music")
	ctx, stop := context.WithCancel(t.Context())
	var workers, writing sync.WaitGroup
	w.worker.Tick = time.Millisecond
	workers.Go(func() { w.worker.Run(ctx) })
	workers.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			<-tick.C
			w.seconds.Add(1)
		}
	})
	var writers []*writer
	for id := range 6 {
		r := &writer{w, table, id, rand.New(rand.NewPCG(seed, uint64(id))), map[string]int64{}} //nolint:gosec // a test
		writers = append(writers, r)
		writing.Go(func() {
			for range writesMin {
				if err := r.write(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writing.Wait()
	stop()
	workers.Wait()
	swept := w.worker.Deleted()
	w.worker.Sweep(t.Context())
	now := w.seconds.Load() - noon.Unix()
	want := map[string]int64{}
	for _, r := range writers {
		for pk, after := range r.model {
			if after > now {
				want[pk] = after
			}
		}
	}
	if got := w.left(t, "music"); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
		t.Errorf("%d items are left, want %d", len(got), len(want))
	}
	if swept < 100 {
		t.Errorf("only %d items were removed meanwhile", swept)
	}
	w.sound(t)
}

// While items are renewed all the time, none of them goes.
func TestRenewed(t *testing.T) {
	w := open(t, vfs.NewMem())
	defer w.close(t)
	table := w.create(t, "music")
	var renewing sync.WaitGroup
	const rows = 50
	for n := range rows {
		w.put(t, table, item(name(n), 1, ""))
	}
	for i := range 2 {
		renewing.Go(func() {
			for after := int64(2); after < 100; after++ {
				for n := i; n < rows; n += 2 {
					if err := w.apply(table, name(n), renew(after)); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { renewing.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			w.worker.Sweep(t.Context()) // the clock stands at noon: everything expires later
		}
	}
	if n := len(w.left(t, "music")); n != rows || w.worker.Deleted() > 0 {
		t.Errorf("%d items are left, %d were removed", n, w.worker.Deleted())
	}
	w.at(t, 98, "music", names(0, rows)...)
	w.at(t, 99, "music")
}

// renew is a change that lets an item expire at another time, if there is one.
type renew int64

func (c renew) Apply(old attr.Item, _ *[]byte) (attr.Item, error) {
	if old == nil {
		return nil, nil
	}
	return item(string(old.Get("pk").Bytes()), int64(c), ""), nil
}
