package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/store"
)

// read is an engine that counts the reads of others than transactions, and calls scanned when a scan has begun.
type read struct {
	engine.Engine
	n       atomic.Int64
	behind  atomic.Int64 // of those, how many may be answered by a replica that lags
	scanned func()
}

func (e *read) Read(ctx context.Context, l engine.Level) (engine.Reader, error) {
	e.n.Add(1)
	if l == engine.Eventual {
		e.behind.Add(1)
	}
	r, err := e.Engine.Read(ctx, l)
	return &readReader{r, e}, err
}

type readReader struct {
	engine.Reader
	e *read
}

func (r *readReader) Scan(ctx context.Context, rg engine.Range, o engine.ScanOpt) engine.Cursor {
	c := r.Reader.Scan(ctx, rg, o)
	if r.e.scanned != nil {
		r.e.scanned()
	}
	return c
}

// dueBook is a book of ann's that expires at a time.
func dueBook(title string, at uint64) book {
	return newBook("ann", title).with("year", number(fmt.Sprint(at)))
}

// TestExpiringLooksOnce holds that time that has passed is not looked at again, unless something was put there.
func TestExpiringLooksOnce(t *testing.T) {
	l := newLibrary(t, vfs.NewMem())
	defer l.close(t)
	l.expireBy(t, "year")
	e := &read{Engine: l.engine}
	l.store = store.New(e)
	x := l.expiring(t)
	from := uint64(1)
	expired := func(now uint64, reads int64, want ...string) {
		t.Helper()
		before := e.n.Load()
		if got := l.expired(t, x, from, now+1, 100); !slices.Equal(got, want) {
			t.Errorf("at %d there expire %q, want %q", now, got, want)
		}
		if n := e.n.Load() - before; n != reads {
			t.Errorf("at %d there are %d reads, want %d", now, n, reads)
		}
	}
	l.put(t, dueBook("a", 1000))
	l.put(t, dueBook("b", 1005))
	expired(990, 1)
	for now := uint64(991); now < 1000; now++ {
		expired(now, 0)
	}
	expired(1000, 1, "ann/a") // the one look sees that nothing else expires before 1005
	expired(1001, 0)
	l.put(t, dueBook("c", 1002)) // before 1005: to be told
	l.put(t, dueBook("d", 1009)) // after it: to be found
	expired(1001, 0)
	expired(1002, 1, "ann/c")
	expired(1005, 1, "ann/b")
	expired(1008, 0)
	l.put(t, dueBook("e", 3)) // long ago
	expired(1008, 1, "ann/e")
	expired(1008, 0)
	expired(1009, 1, "ann/d")
	expired(1018, 0)
	expired(1019, 0)
	expired(1020, 1) // ten seconds ahead nothing was seen
	l.put(t, dueBook("f", 1500).with("year", number("0.5")))
	expired(1020, 0)
	l.putBoth(t, dueBook("g", 1026), dueBook("h", 1023)) // in one transaction: the earlier is told
	expired(1022, 0)
	expired(1023, 1, "ann/h")
	expired(1026, 1, "ann/g")
	l.putBoth(t, dueBook("i", 1030), dueBook("j", 1035))
	expired(1030, 1, "ann/i")
	expired(1035, 1, "ann/j")
	from = 1030
	expired(1036, 0)
	l.put(t, dueBook("k", 1029)) // too old to expire
	expired(1036, 0)
	if n := e.behind.Load(); n > 0 {
		t.Errorf("%d reads may have missed something for good", n)
	}
}

// putBoth writes two books in one transaction.
func (l *library) putBoth(t *testing.T, a, b book) {
	t.Helper()
	var buf []byte
	ws := []store.Write{
		{Table: l.books(), Key: a.key(), Change: store.Put(a.item())}, {Table: l.books(), Key: b.key(), Change: store.Put(b.item())},
	}
	if err := l.store.Apply(t.Context(), ws, make([]store.Result, 2), &buf); err != nil {
		t.Fatal(err)
	}
}

// TestExpiringMeanwhile holds that what is put while somebody looks is found the next time.
func TestExpiringMeanwhile(t *testing.T) {
	l := newLibrary(t, vfs.NewMem())
	defer l.close(t)
	l.expireBy(t, "year")
	e := &read{Engine: l.engine}
	l.store = store.New(e)
	x := l.expiring(t)
	if got := l.rows(t); len(got) > 0 { // the store has read its figures now
		t.Fatal(got)
	}
	for i, at := range []uint64{5, 100, 101, 105, 104} { // now is 100, beyond it is looked for ten seconds
		id := fmt.Sprintf("ann/%d", i)
		e.scanned = func() {
			e.scanned = nil
			l.put(t, dueBook(fmt.Sprint(i), at))
		}
		before := e.n.Load()
		x.Again(1)
		if got := l.expired(t, x, 1, 101, 100); len(got) > 0 || e.n.Load() == before {
			t.Errorf("what is put too late is found: %q", got)
		}
		if got := l.expired(t, x, 1, at+1, 100); !slices.Equal(got, []string{id}) {
			t.Errorf("what was put for %d meanwhile: there expires %q", at, got)
		}
	}
}

// TestExpiringAgain holds that what could not be removed is found again, and that the clock may be set back.
func TestExpiringAgain(t *testing.T) {
	l := newLibrary(t, vfs.NewMem())
	defer l.close(t)
	l.expireBy(t, "year")
	for i := range 10 {
		l.put(t, dueBook(fmt.Sprint(i), uint64(100+i/2)))
	}
	x := l.expiring(t)
	next := func(from, until uint64, limit int, want ...uint64) {
		t.Helper()
		found, err := x.Next(t.Context(), from, until, limit, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []uint64
		for _, f := range found {
			got = append(got, f.At)
		}
		if !slices.Equal(got, want) {
			t.Errorf("between %d and %d there expire %d, want %d", from, until, got, want)
		}
	}
	next(1, 104, 3, 100, 100, 101)
	x.Again(101) // where it is, in the middle of a second
	next(1, 104, 3, 101, 101, 102)
	next(1, 104, 3, 102, 103, 103)
	x.Again(101)
	next(1, 104, 3, 101, 101, 102)
	next(1, 104, 3, 102, 103, 103)
	next(1, 104, 3)
	x.Again(200) // is ahead
	next(1, 105, 3, 104, 104)
	next(1, 105, 3)
	next(500, 600, 3)
	next(102, 600, 9, 102, 102, 103, 103, 104, 104)
}

// TestExpireSpares holds that only the item goes that expires by the time to live that is on now.
func TestExpireSpares(t *testing.T) {
	l := newLibrary(t, vfs.NewMem(), byGenre)
	defer l.close(t)
	l.expireBy(t, "year")
	b := dueBook("a", 1990).with("genre", values["genre"][0])
	id := l.books().Expiry.ID
	l.put(t, b)
	other := dueBook("other", 1990)
	l.put(t, other)
	expire := func(c store.Expire, b book) store.Result {
		t.Helper()
		r := mustApply(t, l.store, store.Write{Table: l.books(), Key: b.key(), Change: &c})
		if gone := l.rows(t)[b.id()] == nil; gone != (r.NewSize == 0) {
			t.Errorf("%+v of %v: the item is gone: %v, the result is %+v", c, b, gone, r)
		}
		return r
	}
	for _, c := range []store.Expire{
		{Expiry: id, From: 1991, Until: 2000}, {Expiry: id, From: 1, Until: 1990}, {Expiry: id + 1, From: 1, Until: 2000}, {},
	} {
		if r := expire(c, b); !r.Existed || r.NewSize != b.item().Size() || len(r.Indexes) > 0 {
			t.Errorf("%+v gives %+v", c, r)
		}
	}
	for _, year := range []string{"0", "0.9", "-1990"} {
		l.put(t, other.with("year", number(year)))
		expire(store.Expire{Expiry: id, From: 1, Until: 2000}, other)
	}
	l.put(t, other.with("year", values["genre"][0])) // a string
	expire(store.Expire{Expiry: id, From: 1, Until: 2000}, other)
	if n := len(l.rows(t)); n != 2 {
		t.Errorf("%d books are left", n)
	}
	if r := expire(store.Expire{Expiry: id, From: 1, Until: 2000}, newBook("ann", "none")); r.Existed || r.NewSize != 0 {
		t.Errorf("no item gives %+v", r)
	}
	if r := expire(store.Expire{Expiry: id, From: 1990, Until: 1991}, b); !r.Existed || r.NewSize != 0 || len(r.Indexes) != 1 {
		t.Errorf("an item that expires gives %+v", r)
	}
	l.put(t, b)
	l.change(t, func(books *catalog.Table) { books.SwitchExpiryOff(time.Now()) })
	expire(store.Expire{Expiry: id, From: 1, Until: 2000}, b)
	if l.rows(t)[b.id()] == nil {
		t.Error("an item expires although time to live is off")
	}
	l.verify(t)
}
