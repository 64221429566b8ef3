package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/store"
)

// TestVerifyExpiry holds that Verify finds what is wrong with the index by time.
func TestVerifyExpiry(t *testing.T) {
	b, never := dueBook("a", 1990), newBook("ann", "never")
	entry := func(t *catalog.Table, id keyspace.IndexID, b book, at uint64) []byte {
		return t.ID.Expiry(nil, id, at, b.key().Partition, b.key().Sort)
	}
	for _, c := range []struct {
		name   string
		state  catalog.IndexState
		damage func(t *catalog.Table, txn engine.Txn)
		want   string // of the only problem; empty: none
	}{
		{"nothing", catalog.IndexActive, func(*catalog.Table, engine.Txn) {}, ""},
		{"an entry that is gone", catalog.IndexActive, func(t *catalog.Table, txn engine.Txn) {
			txn.Delete(entry(t, t.Expiry.ID, b, 1990))
		}, "the item expires at 1990 and has no entry that says so"},
		{"an entry that is not filled yet", catalog.IndexCreating, func(t *catalog.Table, txn engine.Txn) {
			txn.Delete(entry(t, t.Expiry.ID, b, 1990))
		}, ""},
		{"an entry of another time", catalog.IndexActive, func(t *catalog.Table, txn engine.Txn) {
			txn.Set(entry(t, t.Expiry.ID, b, 1991), []byte{1})
		}, "it says that its item expires at 1991, which expires at 1990"},
		{"an entry of an item that does not expire", catalog.IndexCreating, func(t *catalog.Table, txn engine.Txn) {
			txn.Set(entry(t, t.Expiry.ID, never, 5), []byte{1})
		}, "it says that its item expires at 5, which expires at 0"},
		{"an entry of no item", catalog.IndexActive, func(t *catalog.Table, txn engine.Txn) {
			txn.Set(entry(t, t.Expiry.ID, newBook("ann", "z"), 5), []byte{1})
		}, "it says when an item expires that does not exist"},
		{"an entry of another version", catalog.IndexActive, func(t *catalog.Table, txn engine.Txn) {
			txn.Set(entry(t, t.Expiry.ID, b, 1990), []byte{2})
		}, "its value is 02"},
		{"an entry of another time to live", catalog.IndexActive, func(t *catalog.Table, txn engine.Txn) {
			txn.Set(entry(t, t.Expiry.ID+1, b, 1990), []byte{1})
		}, "it is of the time to live 2, which does not exist"},
		{"an entry cut short", catalog.IndexActive, func(t *catalog.Table, txn engine.Txn) {
			txn.Set(entry(t, t.Expiry.ID, b, 1990)[:30], []byte{1})
		}, "key is cut short"},
		{"what is given back", catalog.IndexDeleting, func(t *catalog.Table, txn engine.Txn) {
			txn.Set(entry(t, t.Expiry.ID, newBook("ann", "z"), 5), []byte{1})
		}, ""},
		{"how far it is filled", catalog.IndexCreating, func(t *catalog.Table, txn engine.Txn) {
			txn.Set(t.ID.Fill(t.Expiry.ID), []byte{1})
		}, ""},
		{"how far what is whole is filled", catalog.IndexActive, func(t *catalog.Table, txn engine.Txn) {
			txn.Set(t.ID.Fill(t.Expiry.ID), []byte{1})
		}, "it says how far index 1 is filled, which is not being filled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLibrary(t, vfs.NewMem())
			defer l.close(t)
			l.expireBy(t, "year")
			l.put(t, b)
			l.put(t, never)
			l.change(t, func(books *catalog.Table) { books.Expiry.State = c.state })
			checkDamage(t, l.engine, func(txn engine.Txn) { c.damage(l.books(), txn) }, c.want)
		})
	}
}

// TestVerifyNoExpiry holds that a table without time to live, or one that had it, has no index by time.
func TestVerifyNoExpiry(t *testing.T) {
	for _, had := range []bool{false, true} {
		l := newLibrary(t, vfs.NewMem())
		b := dueBook("a", 1990)
		if had {
			l.expireBy(t, "year")
			l.change(t, func(books *catalog.Table) { books.SwitchExpiryOff(time.Now()) })
			if err := l.catalog.RemoveIndex(t.Context(), l.books(), l.books().Expiry.ID); err != nil {
				t.Fatal(err)
			}
		}
		l.put(t, b)
		checkDamage(t, l.engine, func(txn engine.Txn) {
			txn.Set(l.books().ID.Expiry(nil, 1, 1990, b.key().Partition, b.key().Sort), []byte{1})
		}, "it is of the time to live 1, which does not exist")
		l.close(t)
	}
}

// TestVerifyExpiryDescription holds that Verify finds what is wrong with the description of time to live.
func TestVerifyExpiryDescription(t *testing.T) {
	for want, edit := range map[string]func(x *catalog.Expiry){
		"":                                    func(*catalog.Expiry) {},
		"has the ID of index \"genre\"":       func(x *catalog.Expiry) { x.ID = 1 },
		"has the ID 9; the last that was":     func(x *catalog.Expiry) { x.ID = 9 },
		"time to live of table \"books\" is ": func(x *catalog.Expiry) { x.Filling = true },
		"was never switched on":               func(x *catalog.Expiry) { x.Changed = time.Time{} },
	} {
		l := newLibrary(t, vfs.NewMem(), byGenre)
		l.expireBy(t, "year")
		l.change(t, func(books *catalog.Table) { edit(books.Expiry) })
		checkDamage(t, l.engine, func(engine.Txn) {}, want)
		l.close(t)
	}
}

// checkDamage changes what e holds and checks that Verify reports just the one problem that it should.
func checkDamage(t *testing.T, e engine.Engine, damage func(txn engine.Txn), want string) {
	t.Helper()
	_, err := e.Update(t.Context(), engine.TxnOpt{}, func(txn engine.Txn) error {
		damage(txn)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var problems []string
	if _, err = store.Verify(t.Context(), e, func(p string) { problems = append(problems, p) }); err != nil {
		t.Fatal(err)
	}
	switch {
	case want == "" && len(problems) == 0:
	case want == "" || len(problems) != 1 || !strings.Contains(problems[0], want):
		t.Errorf("the problems are %q, want %q", problems, want)
	}
}
