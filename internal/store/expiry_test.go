package store_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/faulty"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/store"
)

// switchOn begins to make books expire by an attribute, as UpdateTimeToLive does.
func (l *library) switchOn(t tb, attribute string) {
	t.Helper()
	l.change(t, func(books *catalog.Table) { books.SwitchExpiryOn(attribute, time.Now()) })
}

// fillExpiry fills the index by time to its end, and returns in how many steps.
func (l *library) fillExpiry(t tb, pause func(step int)) (steps int) {
	t.Helper()
	ctx, id := context.Background(), l.books().Expiry.ID
	if err := l.store.Quiesce(ctx, l.books()); err != nil {
		t.Fatal(err)
	}
	err := l.store.Fill(ctx, l.books(), l.build(t, id), func(time.Duration) {
		steps++
		pause(steps)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.catalog.FinishIndex(ctx, l.books(), id); err != nil {
		t.Fatal(err)
	}
	return steps
}

// expireBy makes books expire by an attribute.
func (l *library) expireBy(t tb, attribute string) {
	t.Helper()
	l.switchOn(t, attribute)
	l.fillExpiry(t, func(int) {})
}

// due is when b expires by an attribute, or 0.
func (b book) due(attribute string) uint64 {
	v := b[attribute]
	if v.Type() != attr.N {
		return 0
	}
	f, err := strconv.ParseFloat(v.Number().String(), 64)
	if err != nil {
		panic(err)
	}
	return uint64(max(0, math.Floor(f)))
}

// expiries returns when books expire as the index by time says, by the keys of the books.
func (l *library) expiries(t tb) map[string]uint64 {
	t.Helper()
	r, err := l.engine.Read(context.Background(), engine.Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	found := map[string]uint64{}
	lo, hi := l.books().ID.Expiries(l.books().Expiry.ID)
	cursor := r.Scan(context.Background(), engine.Range{Lo: lo, Hi: hi}, engine.ScanOpt{})
	for cursor.Next() {
		p, err := keyspace.Parse(cursor.Key())
		if err != nil {
			t.Fatal(err)
		}
		id := string(p.PK) + "/" + string(p.SK)
		if _, twice := found[id]; twice {
			t.Fatalf("%s has two entries", id)
		}
		found[id] = p.Expiry
	}
	if err := cursor.Close(); err != nil {
		t.Fatal(err)
	}
	return found
}

// checkExpiries compares the index by time with s.
func (l *library) checkExpiries(t tb, s shelves) {
	t.Helper()
	want := map[string]uint64{}
	for id, b := range s {
		if at := b.due(l.books().Expiry.Attribute); at > 0 {
			want[id] = at
		}
	}
	if got := l.expiries(t); !maps.Equal(got, want) {
		t.Fatalf("the books expire at %v, should expire at %v", got, want)
	}
}

// expired removes the books that expire in [from, until), so many at a time, and returns their keys.
func (l *library) expired(t tb, x *store.Expiring, from, until uint64, limit int) (ids []string) {
	t.Helper()
	change := &store.Expire{Expiry: l.books().Expiry.ID, From: from, Until: until}
	var found []store.Expired
	for last := uint64(0); ; last = found[len(found)-1].At {
		var err error
		if found, err = x.Next(context.Background(), from, until, limit, found[:0]); err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 {
			return ids
		}
		ws := make([]store.Write, len(found))
		for i, f := range found {
			if f.At < from || f.At >= until || f.At < last {
				t.Fatalf("found what expires at %d, looked in [%d, %d) behind %d", f.At, from, until, last)
			}
			ids = append(ids, string(f.Key.Partition)+"/"+string(f.Key.Sort))
			ws[i] = store.Write{Table: l.books(), Key: f.Key, Change: change}
		}
		var buf []byte
		if err := l.store.Apply(context.Background(), ws, make([]store.Result, len(ws)), &buf); err != nil {
			t.Fatal(err)
		}
	}
}

// TestExpiryModel holds that the index by time is always exact, and that just those items expire that
// should, under random writes and restarts, on an engine that runs every transaction twice. The attribute is also a key
// attribute of a local index.
func TestExpiryModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &indexModel{newLibrary(rt, vfs.NewMem(), byGenre, byYear), shelves{}}
		twice := func() { m.store = store.New(faulty.Wrap(m.engine, faulty.Plan{Twice: true})) }
		twice()
		m.expireBy(rt, "year")
		x := m.expiring(rt)
		defer func() {
			m.verify(rt)
			m.close(rt)
		}()
		rt.Repeat(map[string]func(*rapid.T){
			"put": func(rt *rapid.T) {
				b := m.drawBook(rt)
				m.write(rt, b, store.Put(b.item()), b)
			},
			"set": func(rt *rapid.T) {
				c := m.drawSet(rt)
				m.write(rt, newBook(c.author, c.title), c, c.apply(m.shelves[newBook(c.author, c.title).id()]))
			},
			"delete": func(rt *rapid.T) {
				b := newBook(rapid.SampledFrom(authors).Draw(rt, "author"), rapid.SampledFrom(titles).Draw(rt, "title"))
				m.write(rt, b, store.Delete{}, nil)
			},
			"two": func(rt *rapid.T) { m.two(rt) },
			"expire": func(rt *rapid.T) {
				from := rapid.Uint64Range(1, 25).Draw(rt, "from")
				until := from + rapid.Uint64Range(1, 2500).Draw(rt, "seconds")
				m.expired(rt, x, from, until, rapid.IntRange(1, 3).Draw(rt, "limit"))
				for id, b := range m.shelves {
					if at := b.due("year"); at >= from && at < until {
						delete(m.shelves, id)
					}
				}
			},
			"restart": func(rt *rapid.T) {
				m.verify(rt)
				m.close(rt)
				m.open(rt)
				twice()
				x = m.expiring(rt)
			},
			"": func(rt *rapid.T) {
				m.check(rt, m.shelves)
				m.checkExpiries(rt, m.shelves)
			},
		})
	})
}

func (l *library) expiring(t tb) *store.Expiring {
	t.Helper()
	x, err := l.store.Expiring(context.Background(), l.books())
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestExpiryCrash holds that nothing acknowledged is lost of the index by time: after each of some writes the
// power fails.
func TestExpiryCrash(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	fs := vfs.NewCrashableMem()
	l := newLibrary(t, fs, byGenre, byYear)
	defer l.close(t)
	l.expireBy(t, "year")
	x := l.expiring(t)
	for i := range crashWrites {
		switch random.IntN(5) {
		case 0:
			mustApply(t, l.store, store.Write{Table: l.books(), Key: randomBook(random).key(), Change: store.Delete{}})
		case 1:
			l.expired(t, x, 1, uint64(random.IntN(2500)), 2)
		default:
			l.put(t, randomBook(random))
		}
		s := l.rows(t)
		clone := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: random})
		t.Run(fmt.Sprintf("after write %d", i), func(t *testing.T) {
			l := openLibrary(t, clone)
			defer l.close(t)
			l.check(t, s)
			l.checkExpiries(t, s)
			l.verify(t)
		})
	}
}

// TestExpiryFill holds that an index by time that is made of what a table has is exact, although writers go on
// in the meantime, and that filling goes on where it was after the power has failed.
func TestExpiryFill(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	fs := vfs.NewCrashableMem()
	l := newLibrary(t, fs, byYear)
	defer l.close(t)
	l.manyBooks(t, random)
	l.switchOn(t, "year")
	quieten := sync.OnceFunc(l.disturbAll(t, seed, 3))
	defer quieten()
	var crashes []*vfs.MemFS
	all := l.fillExpiry(t, func(int) {
		l.disturb(t, random)
		crashes = append(crashes, fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: random}))
	})
	quieten()
	l.checkExpiries(t, l.rows(t))
	l.verify(t)
	for i, clone := range crashes {
		t.Run(fmt.Sprintf("after step %d", i+1), func(t *testing.T) {
			l := openLibrary(t, clone)
			defer l.close(t)
			l.verify(t)
			if steps := l.fillExpiry(t, func(int) { l.disturb(t, random) }); steps > all-i {
				t.Errorf("%d steps again, of %d", steps, all)
			}
			l.checkExpiries(t, l.rows(t))
			l.verify(t)
		})
	}
}

// TestExpirySwitchedOff holds that nothing is left of an index by time, that writes leave one alone that is going
// away, and that the next one has nothing of it.
func TestExpirySwitchedOff(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	l := newLibrary(t, vfs.NewMem(), byGenre)
	defer l.close(t)
	l.expireBy(t, "year")
	l.manyBooks(t, random)
	first := l.books().Expiry.ID
	l.change(t, func(books *catalog.Table) { books.SwitchExpiryOff(time.Now()) })
	before := l.expiries(t)
	for range 50 {
		l.disturb(t, random)
	}
	if after := l.expiries(t); len(before) == 0 || !maps.Equal(before, after) {
		t.Errorf("writes changed %d entries of an index that is going away to %d", len(before), len(after))
	}
	l.verify(t)
	build := l.build(t, first)
	for range 2 { // a crash may come before the note of it
		if err := l.store.Quiesce(t.Context(), l.books()); err != nil {
			t.Fatal(err)
		}
		if err := l.store.EraseIndex(t.Context(), l.books(), build); err != nil {
			t.Fatal(err)
		}
	}
	if left := l.expiries(t); len(left) > 0 {
		t.Errorf("%d entries are left", len(left))
	}
	if err := l.catalog.RemoveIndex(t.Context(), l.books(), first); err != nil {
		t.Fatal(err)
	}
	l.verify(t)
	l.expireBy(t, "price")
	if id := l.books().Expiry.ID; id <= first {
		t.Errorf("the next time to live has the ID %d, the first had %d", id, first)
	}
	l.checkExpiries(t, l.rows(t))
	l.verify(t)
}
