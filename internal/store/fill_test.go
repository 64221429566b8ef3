package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/store"
)

// fillBooks are more books than three steps of filling an index take.
const fillBooks = 400

// manyBooks puts books, not all of which are in an index.
func (l *library) manyBooks(t tb, random *rand.Rand) {
	t.Helper()
	for n := range fillBooks {
		l.put(t, manyBook(random, n))
	}
}

// manyBook is the nth of many books.
func manyBook(random *rand.Rand, n int) book {
	b := randomBook(random)
	b["title"] = attr.AppendS(nil, fmt.Sprintf("title %d", n))
	return b
}

// begin adds an index that is to be filled, as UpdateTable does.
func (l *library) begin(t tb, ix catalog.Index) {
	t.Helper()
	ix.State = catalog.IndexCreating
	l.change(t, func(books *catalog.Table) { books.AddIndex(ix) })
}

// state puts the index called name into a state.
func (l *library) state(t tb, name string, state catalog.IndexState) {
	t.Helper()
	l.change(t, func(books *catalog.Table) {
		books.Index(name).State, books.Index(name).Filling = state, false
	})
}

// build is how far the index id is that is to be made or removed.
func (l *library) build(t tb, id keyspace.IndexID) catalog.Build {
	t.Helper()
	b, unfinished := l.books().Build(id)
	if !unfinished {
		t.Fatalf("there is nothing to do about index %d", id)
	}
	return b
}

// fill fills the index called name to its end, and returns in how many steps.
func (l *library) fill(t tb, name string, pause func(step int)) (steps int) {
	t.Helper()
	if err := l.store.Quiesce(context.Background(), l.books()); err != nil {
		t.Fatal(err)
	}
	err := l.store.Fill(context.Background(), l.books(), l.build(t, l.books().Index(name).ID), func(time.Duration) {
		steps++
		pause(steps)
	})
	if err != nil {
		t.Fatal(err)
	}
	l.state(t, name, catalog.IndexActive)
	return steps
}

// disturbAll begins n writers that go on until quieten is called.
func (l *library) disturbAll(t tb, seed uint64, n int) (quieten func()) {
	done := make(chan struct{})
	var writers sync.WaitGroup
	for i := range n {
		random := rand.New(rand.NewPCG(seed, uint64(i)+1)) //nolint:gosec // a test
		writers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					l.disturb(t, random)
				}
			}
		})
	}
	return func() {
		close(done)
		writers.Wait()
	}
}

// TestFill holds that an index that is made of what a table has is exact, although writers go on in
// the meantime.
func TestFill(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	l := newLibrary(t, vfs.NewMem(), byYear)
	defer l.close(t)
	l.manyBooks(t, random)
	l.begin(t, byGenre)
	quieten := l.disturbAll(t, seed, 4)
	steps := l.fill(t, "genre", func(int) { l.disturb(t, random) })
	quieten()
	if steps < fillBooks/128 {
		t.Errorf("%d steps", steps)
	}
	l.check(t, l.rows(t))
	l.verify(t)
}

// disturb writes to a random book, an old or a new one.
func (l *library) disturb(t tb, random *rand.Rand) {
	b := manyBook(random, random.IntN(fillBooks+50))
	w := store.Write{Table: l.books(), Key: b.key(), Change: store.Put(b.item())}
	switch random.IntN(4) {
	case 0:
		w.Change = store.Delete{}
	case 1:
		name := attributes[random.IntN(len(attributes))]
		w.Change = set{string(b["author"].Bytes()), string(b["title"].Bytes()), name, b[name]}
	}
	if _, err := apply(l.store, w); err != nil {
		t.Fatal(err)
	}
}

// TestFillLocks holds that no writer comes between what filling reads of a row and what it writes. One
// tries, once the row has been read.
func TestFillLocks(t *testing.T) {
	l := newLibrary(t, vfs.NewMem())
	defer l.close(t)
	e := &spied{Engine: l.engine}
	l.store = store.New(e)
	b := newBook("ann", "a").with("genre", values["genre"][0]).with("year", values["year"][0])
	l.put(t, b)
	l.begin(t, byGenre)
	wrote := make(chan error, 1)
	e.got = func() {
		go func() {
			_, err := apply(l.store, store.Write{Table: l.books(), Key: b.key(), Change: set{"ann", "a", "genre", values["genre"][2]}})
			wrote <- err
		}()
		select {
		case err := <-wrote: // it should not have been let in
			wrote <- err
		case <-time.After(20 * time.Millisecond):
		}
	}
	l.fill(t, "genre", func(int) {})
	if err := <-wrote; err != nil {
		t.Fatal(err)
	}
	l.check(t, shelves{b.id(): b.with("genre", values["genre"][2])})
	l.verify(t)
}

// spied is an engine that calls got after the first Get of a transaction that begins afterwards.
type spied struct {
	engine.Engine
	got  func()
	done atomic.Bool
}

func (e *spied) Update(ctx context.Context, o engine.TxnOpt, body func(engine.Txn) error) (uint64, error) {
	if e.got == nil {
		return e.Engine.Update(ctx, o, body)
	}
	return e.Engine.Update(ctx, o, func(txn engine.Txn) error { return body(&spiedTxn{txn, e}) })
}

type spiedTxn struct {
	engine.Txn
	engine *spied
}

func (t *spiedTxn) Get(ctx context.Context, key []byte, v *engine.Value) error {
	err := t.Txn.Get(ctx, key, v)
	if t.engine.done.CompareAndSwap(false, true) {
		t.engine.got()
	}
	return err
}

// TestFillCrash holds that filling goes on where it was after the power has failed, and counts nothing
// twice, whatever has been written since.
func TestFillCrash(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	fs := vfs.NewCrashableMem()
	l := newLibrary(t, fs, byYear)
	defer l.close(t)
	l.manyBooks(t, random)
	l.begin(t, byPlace)
	var crashes []*vfs.MemFS
	all := l.fill(t, "place", func(int) {
		l.disturb(t, random)
		crashes = append(crashes, fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: random}))
	})
	for i, clone := range crashes {
		t.Run(fmt.Sprintf("after step %d", i+1), func(t *testing.T) {
			l := openLibrary(t, clone)
			defer l.close(t)
			l.verify(t)
			for range 20 {
				l.disturb(t, random)
			}
			if steps := l.fill(t, "place", func(int) { l.disturb(t, random) }); steps > all-i {
				t.Errorf("%d steps again, of %d", steps, all)
			}
			l.check(t, l.rows(t))
			l.verify(t)
		})
	}
	l.check(t, l.rows(t))
}

// TestFillAgain holds that to fill an index once more changes nothing: a crash may come between its
// end and the note of it.
func TestFillAgain(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	l := newLibrary(t, vfs.NewMem())
	defer l.close(t)
	l.manyBooks(t, random)
	l.begin(t, byShelf)
	for range 2 {
		l.fill(t, "shelf", func(int) {})
		l.state(t, "shelf", catalog.IndexCreating)
	}
	l.state(t, "shelf", catalog.IndexActive)
	l.check(t, l.rows(t))
	l.verify(t)
}

// TestQuiesce holds that it waits for a writer that goes by an older description, who leaves an index
// alone that is to be filled.
func TestQuiesce(t *testing.T) {
	l := newLibrary(t, vfs.NewMem())
	defer l.close(t)
	b := newBook("ann", "a").with("shelf", attr.AppendB(nil, []byte{1}))
	inside, goOn, left := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		_, err := apply(l.store, store.Write{Table: l.books(), Key: b.key(), Change: slow{store.Put(b.item()), inside, goOn}})
		left <- err
	}()
	<-inside
	before := l.books()
	l.begin(t, byShelf)
	givesUp, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 {
		if err := l.store.Quiesce(givesUp, l.books()); err == nil {
			t.Error("it does not wait")
		}
	}
	other := newBook("ann", "b").with("shelf", attr.AppendB(nil, []byte{1}))
	// While the first is inside. That its caller has an older description does not matter.
	mustApply(t, l.store, store.Write{Table: before, Key: other.key(), Change: store.Put(other.item())})
	close(goOn)
	if err := <-left; err != nil {
		t.Fatal(err)
	}
	if got, err := l.store.IndexStats(t.Context(), l.books(), l.books().Index("shelf")); err != nil || got.Items != 1 {
		t.Errorf("before the filling there are %+v, %v", got, err)
	}
	l.fill(t, "shelf", func(int) {})
	l.check(t, shelves{b.id(): b, other.id(): other})
	l.verify(t)
}

// slow is a change that says when it is asked and waits before it answers.
type slow struct {
	store.Change
	asked  chan<- struct{}
	answer <-chan struct{}
}

func (c slow) Apply(old attr.Item, buf *[]byte) (attr.Item, error) {
	c.asked <- struct{}{}
	<-c.answer
	return c.Change.Apply(old, buf)
}

// TestEraseIndex holds that nothing is left of an index, and that another may have its name.
func TestEraseIndex(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	l := newLibrary(t, vfs.NewMem(), byGenre, byYear)
	defer l.close(t)
	l.manyBooks(t, random)
	l.state(t, "genre", catalog.IndexDeleting)
	l.disturb(t, random)
	l.verify(t)
	gone := l.books().Index("genre")
	build := l.build(t, gone.ID)
	for range 2 { // a crash may come before the note of it
		if err := l.store.Quiesce(t.Context(), l.books()); err != nil {
			t.Fatal(err)
		}
		if err := l.store.EraseIndex(t.Context(), l.books(), build); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.catalog.RemoveIndex(t.Context(), l.books(), gone.ID); err != nil {
		t.Fatal(err)
	}
	if got, err := l.store.IndexStats(t.Context(), l.books(), gone); err != nil || got != (store.Stats{}) {
		t.Errorf("the figures of an index that is gone are %+v, %v", got, err)
	}
	l.check(t, l.rows(t))
	l.verify(t)
	l.change(t, func(books *catalog.Table) {
		books.Attributes = append(books.Attributes, catalog.Attribute{Name: "genre", Type: attr.S})
	})
	l.begin(t, byGenre)
	l.fill(t, "genre", func(int) {})
	l.check(t, l.rows(t))
	l.verify(t)
}

// TestFillDropped holds that filling ends when the table is dropped.
func TestFillDropped(t *testing.T) {
	l := newLibrary(t, vfs.NewMem())
	defer l.close(t)
	l.manyBooks(t, rand.New(rand.NewPCG(5, 6)))
	l.begin(t, byGenre)
	table := l.books()
	err := l.store.Fill(t.Context(), table, l.build(t, table.Index("genre").ID), func(time.Duration) {
		if _, err := l.catalog.Drop(t.Context(), "books", func(*catalog.Table) error { return nil }); err != nil {
			t.Error(err)
		}
	})
	if err != store.ErrTableDropped { //nolint:errorlint // this very value
		t.Errorf("got %v", err)
	}
	if err := l.store.Erase(t.Context(), keyspace.TableID{3}); err != nil {
		t.Error(err)
	}
}
