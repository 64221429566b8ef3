package store_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/store"
)

// TestCollectionLimit holds that no write makes an item collection larger than it may be, with its
// entries in local indexes, and that others go on: of other collections, and those that make it smaller.
func TestCollectionLimit(t *testing.T) {
	fs := vfs.NewMem()
	l := newLibrary(t, fs, byGenre, byYear)
	s := shelves{}
	note := func(bytes int) attr.Value { return attr.AppendS(nil, strings.Repeat("n", bytes)) }
	write := func(b book, change store.Change) (store.Result, error) {
		return apply(l.store, store.Write{Table: l.books(), Key: b.key(), Change: change, WantOld: true})
	}
	put := func(b book) error {
		_, err := write(b, store.Put(b.item()))
		if err == nil {
			s[b.id()] = b
		}
		return err
	}
	refused := func(b book) {
		t.Helper()
		r, err := write(b, store.Put(b.item()))
		if err != store.ErrRefused || r.Err != store.ErrCollectionFull { //nolint:errorlint // these very values
			t.Fatalf("%s gives %v, %v", b.id(), err, r.Err)
		}
	}
	fine := func(b book) {
		t.Helper()
		if err := put(b); err != nil {
			t.Fatalf("%s gives %v", b.id(), err)
		}
	}
	first := newBook("ann", "a").with("year", number("1990")).with("note", note(100))
	fine(first)
	limit := s.partitionBytes(l.books(), "ann") + 500
	l.close(t)
	l = openLibrary(t, fs, store.WithCollectionBytesMax(limit))
	defer func() { l.close(t) }()

	second := newBook("ann", "b")
	room := 500 - second.item().Size() - len("note")
	refused(second.with("note", note(room+1)))
	fine(second.with("note", note(room))) // to the last byte
	refused(newBook("ann", "c"))
	refused(first.with("note", note(101)))
	fine(newBook("bob", "c").with("note", note(300)))
	// To be in the local index counts, in a global index not.
	refused(second.with("year", number("1")).with("note", note(room-len("year")-2)))
	fine(second.with("genre", attr.AppendS(nil, "verse")).with("note", note(room-len("genre")-len("verse"))))
	// Less is always fine, and so is to stay as large, also of what is too large already.
	fine(first.with("note", note(99)))
	fine(first.with("note", attr.AppendS(nil, strings.Repeat("m", 99))))
	fine(first.with("note", note(100)))
	l.close(t)
	l = openLibrary(t, fs, store.WithCollectionBytesMax(limit-200))
	refused(first.with("note", note(101)))
	fine(first.with("note", attr.AppendS(nil, strings.Repeat("m", 100))))
	fine(first.with("note", note(50)))
	if _, err := write(second, store.Delete{}); err != nil {
		t.Fatal(err)
	}
	delete(s, second.id())
	fine(first.with("note", note(51)))
	l.check(t, s)
	l.verify(t)
}

// TestCollectionShares holds that the size of an item collection is right although many write to it at
// once, each of whom counts for itself.
func TestCollectionShares(t *testing.T) {
	const clients, writes = 8, 30
	fs := vfs.NewMem()
	l := newLibrary(t, fs, byYear)
	var writers sync.WaitGroup
	for n := range clients {
		writers.Go(func() {
			for i := range writes {
				b := newBook("ann", fmt.Sprintf("%d", (n*7+i)%20)).with("year", number(fmt.Sprintf("%d", i)))
				w := store.Write{Table: l.books(), Key: b.key(), Change: store.Put(b.item())}
				if i%5 == 4 {
					w.Change = store.Delete{}
				}
				if _, err := apply(l.store, w); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	for range 2 {
		s := l.rows(t)
		l.check(t, s)
		l.verify(t)
		b := newBook("ann", "last")
		r := l.put(t, b)
		s[b.id()] = b
		if want := s.partitionBytes(l.books(), "ann"); r.Collection != want {
			t.Errorf("the item collection has %d bytes, should have %d", r.Collection, want)
		}
		l.close(t)
		l.open(t)
	}
	l.close(t)
}
