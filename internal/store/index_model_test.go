package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/store"
)

// number is the value of a number.
func number(text string) attr.Value {
	n, fault := attr.ParseNumber(nil, []byte(text))
	if fault != attr.NumberFine {
		panic(fault.String())
	}
	return attr.AppendN(nil, n)
}

// Values of a book. The last of each is none that an index takes.
var (
	authors = []string{"ann", "bob"}
	titles  = []string{"a", "b", "ab"}
	values  = map[string][]attr.Value{
		"genre": {attr.AppendS(nil, "crime"), attr.AppendS(nil, "crime\x00"), attr.AppendS(nil, "verse"), attr.AppendS(nil, "")},
		"year":  {number("1990"), number("-5"), number("19.5"), attr.AppendS(nil, "1990")},
		"shelf": {attr.AppendB(nil, []byte{0}), attr.AppendB(nil, []byte{0, 255}), attr.AppendB(nil, nil)},
		"price": {number("1"), attr.AppendNull(nil)},
		"note":  {attr.AppendS(nil, "n"), attr.AppendS(nil, strings.Repeat("long ", 50))},
	}
	attributes = []string{"genre", "note", "price", "shelf", "year"}
)

// indexModel is a library beside the books that should be in it.
type indexModel struct {
	*library
	shelves shelves
}

func (m *indexModel) drawSet(rt *rapid.T) set {
	c := set{
		author: rapid.SampledFrom(authors).Draw(rt, "author"),
		title:  rapid.SampledFrom(titles).Draw(rt, "title"),
		name:   rapid.SampledFrom(attributes).Draw(rt, "attribute"),
	}
	if rapid.IntRange(0, 3).Draw(rt, "keep") > 0 {
		c.value = rapid.SampledFrom(values[c.name]).Draw(rt, "value")
	}
	return c
}

func (m *indexModel) drawBook(rt *rapid.T) book {
	b := newBook(rapid.SampledFrom(authors).Draw(rt, "author"), rapid.SampledFrom(titles).Draw(rt, "title"))
	for _, name := range attributes {
		if rapid.IntRange(0, 3).Draw(rt, "has "+name) > 0 {
			b[name] = rapid.SampledFrom(values[name]).Draw(rt, name)
		}
	}
	return b
}

// write makes b become what change makes of it, and compares what the result says of the indexes.
func (m *indexModel) write(rt *rapid.T, b book, change store.Change, becomes book) {
	table, was := m.books(), m.shelves[b.id()]
	r := mustApply(rt, m.store, store.Write{Table: table, Key: b.key(), Change: change})
	if m.shelves[b.id()] = becomes; becomes == nil {
		delete(m.shelves, b.id())
	}
	changes := r.Indexes
	for i := range table.Indexes {
		ix := &table.Indexes[i]
		old, now := was.entry(table, ix), becomes.entry(table, ix)
		if old.item().Equal(now.item()) {
			continue
		}
		moved := false
		for _, name := range ix.KeyNames() {
			moved = moved || old != nil && now != nil && !old[name].Equal(now[name])
		}
		want := store.IndexChange{Index: ix, OldSize: old.item().Size(), NewSize: now.item().Size(), Moved: moved}
		if len(changes) == 0 || changes[0] != want {
			rt.Fatalf("the changes of indexes are %+v, should begin with %+v", changes, want)
		}
		changes = changes[1:]
	}
	if len(changes) > 0 {
		rt.Fatalf("%+v is no change", changes[0])
	}
	if want := m.shelves.partitionBytes(table, string(b["author"].Bytes())); r.Collection != want {
		rt.Fatalf("the item collection has %d bytes, should have %d", r.Collection, want)
	}
}

// TestIndexModel compares a table with indexes with a map of books, under random writes and restarts.
func TestIndexModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &indexModel{newLibrary(rt, vfs.NewMem(), byGenre, byPlace, byShelf, byYear), shelves{}}
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
				b := newBook(c.author, c.title)
				m.write(rt, b, c, c.apply(m.shelves[b.id()]))
			},
			"delete": func(rt *rapid.T) {
				m.write(rt, newBook(rapid.SampledFrom(authors).Draw(rt, "author"), rapid.SampledFrom(titles).Draw(rt, "title")), store.Delete{}, nil)
			},
			"refused": func(rt *rapid.T) {
				b := m.drawBook(rt)
				w := store.Write{Table: m.books(), Key: b.key(), If: never{}, Change: store.Put(b.item())}
				if _, err := apply(m.store, w); err != store.ErrRefused { //nolint:errorlint // this very value
					rt.Fatalf("a condition that does not hold gives %v", err)
				}
			},
			"two": func(rt *rapid.T) { m.two(rt) },
			"restart": func(rt *rapid.T) {
				m.verify(rt)
				m.close(rt)
				m.open(rt)
			},
			"": func(rt *rapid.T) { m.check(rt, m.shelves) },
		})
	})
}

// never is a condition that does not hold.
type never struct{}

func (never) Match(attr.Item) bool { return false }

// two makes two writes at once, of two books of one author.
func (m *indexModel) two(rt *rapid.T) {
	b, c := m.drawBook(rt), m.drawBook(rt)
	if b.id() == c.id() {
		return
	}
	var buf []byte
	ws := []store.Write{
		{Table: m.books(), Key: b.key(), Change: store.Put(b.item())},
		{Table: m.books(), Key: c.key(), Change: store.Delete{}},
	}
	if err := m.store.Apply(rt.Context(), ws, make([]store.Result, 2), &buf); err != nil {
		rt.Fatal(err)
	}
	m.shelves[b.id()] = b
	delete(m.shelves, c.id())
}

// TestIndexCrash holds that nothing acknowledged is lost of indexes either, and nothing stays in them
// that should not: after each of some writes the power fails.
func TestIndexCrash(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	fs := vfs.NewCrashableMem()
	l := newLibrary(t, fs, byGenre, byPlace, byShelf, byYear)
	defer l.close(t)
	s := shelves{}
	for i := range crashWrites {
		b := randomBook(random)
		if was := s[b.id()]; was != nil && random.IntN(4) == 0 {
			mustApply(t, l.store, store.Write{Table: l.books(), Key: b.key(), Change: store.Delete{}})
			delete(s, b.id())
		} else {
			l.put(t, b)
			s[b.id()] = b
		}
		clone := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: random})
		t.Run(fmt.Sprintf("after write %d", i), func(t *testing.T) {
			l := openLibrary(t, clone)
			defer l.close(t)
			l.check(t, s)
			l.verify(t)
		})
	}
}

func randomBook(random *rand.Rand) book {
	b := newBook(authors[random.IntN(len(authors))], titles[random.IntN(len(titles))])
	for _, name := range attributes {
		if random.IntN(4) > 0 {
			b[name] = values[name][random.IntN(len(values[name]))]
		}
	}
	return b
}
