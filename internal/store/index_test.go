package store_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/store"
)

// The indexes of the table library.
var (
	byGenre = catalog.Index{
		Name: "genre", Hash: []string{"genre"}, Sort: []string{"year"},
		Projection: catalog.Projection{Type: catalog.ProjectInclude, Others: []string{"price"}},
	}
	byPlace = catalog.Index{
		Name: "place", Hash: []string{"genre", "shelf"}, Sort: []string{"year", "title"},
		Projection: catalog.Projection{Type: catalog.ProjectKeys},
	}
	byShelf = catalog.Index{
		Name: "shelf", Hash: []string{"shelf"}, Projection: catalog.Projection{Type: catalog.ProjectKeys},
	}
	byYear = catalog.Index{
		Name: "year", Local: true, Hash: []string{"author"}, Sort: []string{"year"},
		Projection: catalog.Projection{Type: catalog.ProjectAll},
	}
)

// library is a store with a table of books.
type library struct {
	fs      vfs.FS
	engine  *pebble.Engine
	catalog *catalog.Catalog
	store   *store.Store
}

// newLibrary returns a library in fs whose table has the indexes.
func newLibrary(t tb, fs vfs.FS, indexes ...catalog.Index) *library {
	t.Helper()
	l := openLibrary(t, fs)
	books := catalog.Table{
		Name: "books", Key: []string{"author", "title"},
		Attributes: []catalog.Attribute{
			{Name: "author", Type: attr.S},
			{Name: "genre", Type: attr.S},
			{Name: "shelf", Type: attr.B},
			{Name: "title", Type: attr.S},
			{Name: "year", Type: attr.N},
		},
	}
	for _, ix := range indexes {
		books.AddIndex(ix)
	}
	if _, err := l.catalog.Create(context.Background(), books); err != nil {
		t.Fatal(err)
	}
	return l
}

// openLibrary opens the library in fs.
func openLibrary(t tb, fs vfs.FS, options ...store.Option) *library {
	t.Helper()
	l := &library{fs: fs}
	l.open(t, options...)
	return l
}

func (l *library) open(t tb, options ...store.Option) {
	t.Helper()
	l.store, l.engine = open(t, l.fs)
	if options != nil {
		l.store = store.New(l.engine, options...)
	}
	var err error
	l.catalog, err = catalog.Open(context.Background(), l.engine, catalog.Options{
		Now: time.Now, NewID: func() keyspace.TableID { return keyspace.TableID{3} },
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (l *library) close(t tb) {
	t.Helper()
	closeEngine(t, l.engine)
}

func (l *library) books() *catalog.Table { return l.catalog.Table("books") }

// change changes the description of the table.
func (l *library) change(t tb, edit func(t *catalog.Table)) {
	t.Helper()
	_, err := l.catalog.Update(context.Background(), "books", func(books *catalog.Table) error {
		edit(books)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// book is the model of an item.
type book map[string]attr.Value

func newBook(author, title string) book {
	return book{"author": attr.AppendS(nil, author), "title": attr.AppendS(nil, title)}
}

// with returns b with another attribute, or without it if v is nil.
func (b book) with(name string, v attr.Value) book {
	if b = maps.Clone(b); v == nil {
		delete(b, name)
	} else {
		b[name] = v
	}
	return b
}

func (b book) item() attr.Item {
	if b == nil {
		return nil
	}
	var builder attr.Builder
	builder.Open(nil)
	var out []byte
	for _, name := range slices.Sorted(maps.Keys(b)) {
		out = builder.Field(out, []byte(name), b[name])
	}
	return builder.CloseItem(out)
}

func (b book) key() store.Key {
	return store.Key{Partition: b["author"].Bytes(), Sort: b["title"].Bytes()}
}

// id is the key of b as a string.
func (b book) id() string { return string(b["author"].Bytes()) + "/" + string(b["title"].Bytes()) }

// entry is what ix should have of b, or nil.
func (b book) entry(t *catalog.Table, ix *catalog.Index) book {
	if b == nil {
		return nil
	}
	sortBytes := 0
	for _, name := range ix.KeyNames() {
		v, ok := b[name]
		if !ok || v.Type() != t.Attribute(name).Type || len(v.Bytes()) == 0 {
			return nil
		}
		if slices.Contains(ix.Sort, name) {
			sortBytes += len(v.Bytes())
		}
	}
	if sortBytes > attr.SortKeyBytesMax {
		return nil
	}
	e := book{}
	for name, v := range b {
		if ix.Projects(t, name) {
			e[name] = v
		}
	}
	return e
}

// set is a store.Change that gives an item an attribute, or takes it away.
type set struct {
	author, title string
	name          string
	value         attr.Value
}

func (c set) apply(b book) book {
	if b == nil {
		b = newBook(c.author, c.title)
	}
	return b.with(c.name, c.value)
}

// Apply builds the new item at the end of *buf.
func (c set) Apply(old attr.Item, buf *[]byte) (attr.Item, error) {
	from := len(*buf)
	*buf = append(*buf, c.apply(modelOf(old)).item()...)
	return attr.Item((*buf)[from:]), nil
}

// modelOf is the model of it.
func modelOf(it attr.Item) book {
	if it == nil {
		return nil
	}
	b := book{}
	for f := it.Fields(); f.Next(); {
		b[string(f.Name)] = bytes.Clone(f.Value)
	}
	return b
}

// shelves are the books that should be there, by their keys.
type shelves map[string]book

// partitionBytes is the size of the item collection of an author.
func (s shelves) partitionBytes(t *catalog.Table, author string) (size int64) {
	for id, b := range s {
		if !strings.HasPrefix(id, author+"/") {
			continue
		}
		size += int64(b.item().Size())
		for i := range t.Indexes {
			if ix := &t.Indexes[i]; ix.Local {
				size += int64(b.entry(t, ix).item().Size())
			}
		}
	}
	return size
}

// verify lets Verify look for problems.
func (l *library) verify(t tb) {
	t.Helper()
	var problems []string
	_, err := store.Verify(context.Background(), l.engine, func(p string) { problems = append(problems, p) })
	if err != nil || problems != nil {
		t.Fatalf("%q, %v", problems, err)
	}
}

// check compares rows, entries and figures with s.
func (l *library) check(t tb, s shelves) {
	t.Helper()
	table := l.books()
	l.checkWalk(t, table, nil, s, func(b book) book { return b })
	for i := range table.Indexes {
		ix := &table.Indexes[i]
		if ix.State == catalog.IndexActive {
			l.checkWalk(t, table, ix, s, func(b book) book { return b.entry(table, ix) })
		}
	}
}

// checkWalk compares what a walk visits, and the figures, with what shown makes of s.
func (l *library) checkWalk(t tb, table *catalog.Table, ix *catalog.Index, s shelves, shown func(book) book) {
	t.Helper()
	name, stats := "the table", l.store.Stats
	if ix != nil {
		name = "index " + ix.Name
		stats = func(ctx context.Context, t *catalog.Table) (store.Stats, error) {
			return l.store.IndexStats(ctx, t, ix)
		}
	}
	want := shelves{}
	var figures store.Stats
	for id, b := range s {
		if e := shown(b); e != nil {
			want[id] = e
			figures.Items++
			figures.Bytes += int64(e.item().Size())
		}
	}
	if got, err := stats(context.Background(), table); err != nil || got != figures {
		t.Fatalf("the figures of %s are %+v, %v; should be %+v", name, got, err, figures)
	}
	for _, e := range l.walk(t, store.Walk{Table: table, Index: ix, Bases: ix != nil}, s) {
		if b := want[e.id()]; !e.item().Equal(b.item()) {
			t.Fatalf("%s has %s, should have %s", name, e.item().AppendJSON(nil), b.item().AppendJSON(nil))
		}
		delete(want, e.id())
	}
	for _, b := range want {
		t.Fatalf("%s lacks %s", name, b.item().AppendJSON(nil))
	}
}

// walk returns what w visits, which is everything. The base of each entry must be the book in s.
func (l *library) walk(t tb, w store.Walk, s shelves) (found []book) {
	t.Helper()
	w.VisitSegment(0, 1)
	c, err := l.store.Walk(context.Background(), w)
	if err != nil {
		t.Fatal(err)
	}
	problem := ""
	for problem == "" && c.Next() {
		it, size := c.Item()
		if size != it.Size() {
			problem = fmt.Sprintf("an item of %d bytes says it has %d", it.Size(), size)
		}
		b := modelOf(it)
		found = append(found, b)
		if !w.Bases {
			continue
		}
		base, size, err := c.Base(context.Background())
		if err != nil || !base.Equal(s[b.id()].item()) || size != base.Size() {
			problem = fmt.Sprintf("the base of %s is %s of %d bytes, %v", it.AppendJSON(nil), base.AppendJSON(nil), size, err)
		}
	}
	if err := c.Close(); err != nil || problem != "" {
		t.Fatalf("%s, %v", problem, err)
	}
	return found
}

// rows returns all books that the table has.
func (l *library) rows(t tb) shelves {
	t.Helper()
	s := shelves{}
	for _, b := range l.walk(t, store.Walk{Table: l.books(), Strong: true}, nil) {
		s[b.id()] = b
	}
	return s
}

// put writes b.
func (l *library) put(t tb, b book) store.Result {
	t.Helper()
	return mustApply(t, l.store, store.Write{Table: l.books(), Key: b.key(), Change: store.Put(b.item())})
}
