package index_test

import (
	"bytes"
	"cmp"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/index"
	"github.com/statordb/stator/internal/keyspace"
)

// orders is a table with an index of every projection, one with several attributes in both parts of its
// key, one that is being made and one that is going away.
func orders(t *testing.T) *catalog.Table {
	t.Helper()
	e, err := pebble.Open(pebble.Options{Dir: "data", FS: vfs.NewMem(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	c, err := catalog.Open(t.Context(), e, catalog.Options{Now: time.Now, NewID: func() keyspace.TableID { return keyspace.TableID{7} }})
	if err != nil {
		t.Fatal(err)
	}
	table, err := c.Create(t.Context(), catalog.Table{
		Name: "orders", Key: []string{"pk", "sk"},
		Attributes: []catalog.Attribute{{Name: "a", Type: attr.S}, {Name: "b", Type: attr.B}, {Name: "n", Type: attr.N}, {Name: "pk", Type: attr.S}, {Name: "sk", Type: attr.N}},
		Indexes: []catalog.Index{
			{ID: 1, Name: "keys", Hash: []string{"a"}, Projection: catalog.Projection{Type: catalog.ProjectKeys}},
			{ID: 2, Name: "some", Hash: []string{"n"}, Sort: []string{"pk"}, Projection: catalog.Projection{Type: catalog.ProjectInclude, Others: []string{"a", "x"}}},
			{ID: 3, Name: "parts", Hash: []string{"a", "b"}, Sort: []string{"n", "pk", "sk"}, Projection: catalog.Projection{Type: catalog.ProjectKeys}},
			{ID: 4, Name: "local", Local: true, Hash: []string{"pk"}, Sort: []string{"a"}, Projection: catalog.Projection{Type: catalog.ProjectAll}},
			{ID: 5, Name: "new", State: catalog.IndexCreating, Hash: []string{"b"}, Sort: []string{"a"}, Projection: catalog.Projection{Type: catalog.ProjectAll}},
			{ID: 6, Name: "going", State: catalog.IndexDeleting, Hash: []string{"a"}, Projection: catalog.Projection{Type: catalog.ProjectAll}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// item is the model of an item.
type item map[string]attr.Value

func (m item) encoded() attr.Item {
	if m == nil {
		return nil
	}
	var b attr.Builder
	b.Open(nil)
	var out []byte
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = b.Field(out, []byte(name), m[name])
	}
	return b.CloseItem(out)
}

func number(text string) attr.Value {
	n, fault := attr.ParseNumber(nil, []byte(text))
	if fault != attr.NumberFine {
		panic(fault.String())
	}
	return attr.AppendN(nil, n)
}

// Values that attributes may have. Not all of them can be in a key.
var (
	texts = []attr.Value{
		attr.AppendS(nil, "a"), attr.AppendS(nil, "a\x00"), attr.AppendS(nil, "a\x00\x01"), attr.AppendS(nil, "ab"), attr.AppendS(nil, "\xff"),
		attr.AppendS(nil, strings.Repeat("x", 1000)), attr.AppendS(nil, strings.Repeat("x", 1024)), attr.AppendS(nil, strings.Repeat("x", 1025)), attr.AppendS(nil, strings.Repeat("x", 2048)),
	}
	wrong = []attr.Value{
		attr.AppendS(nil, ""), attr.AppendB(nil, nil), attr.AppendNull(nil), attr.AppendBool(nil, true),
		attr.AppendS(nil, strings.Repeat("x", 2049)), attr.AppendB(nil, bytes.Repeat([]byte{1}, 2049)),
	}
	numbers = []attr.Value{number("0"), number("-1"), number("-1.5"), number("10"), number("1e100")}
	blobs   = []attr.Value{attr.AppendB(nil, []byte{0}), attr.AppendB(nil, []byte{0, 1}), attr.AppendB(nil, []byte{0xff})}
	mixture = slices.Concat(texts, wrong, numbers, blobs)
)

// drawItem draws an item that the table may have, or none.
func drawItem(rt *rapid.T, label string) item {
	if rapid.IntRange(0, 5).Draw(rt, label+" exists") == 0 {
		return nil
	}
	m := item{"pk": rapid.SampledFrom(texts).Draw(rt, label+" pk"), "sk": rapid.SampledFrom(numbers).Draw(rt, label+" sk")}
	for _, a := range []struct {
		name   string
		values []attr.Value
	}{{"a", texts}, {"b", blobs}, {"n", numbers}, {"x", mixture}, {"y", mixture}} {
		switch rapid.IntRange(0, 7).Draw(rt, label+" has "+a.name) {
		case 0:
		case 1:
			m[a.name] = rapid.SampledFrom(mixture).Draw(rt, label+" any "+a.name)
		default:
			m[a.name] = rapid.SampledFrom(a.values).Draw(rt, label+" "+a.name)
		}
	}
	return m
}

// entry is what ix should have of m, or nil.
func (m item) entry(t *catalog.Table, ix *catalog.Index) item {
	if m == nil {
		return nil
	}
	sortBytes := 0
	for _, name := range ix.KeyNames() {
		v, ok := m[name]
		if !ok || v.Type() != t.Attribute(name).Type || len(v.Bytes()) == 0 {
			return nil
		}
		if slices.Contains(ix.Sort, name) {
			sortBytes += len(v.Bytes())
		} else if len(v.Bytes()) > 2048 {
			return nil
		}
	}
	if sortBytes > 1024 {
		return nil
	}
	e := item{}
	for name, v := range m {
		if ix.Projects(t, name) {
			e[name] = v
		}
	}
	return e
}

func (m item) with(names []string) item {
	out := item{}
	for _, name := range names {
		out[name] = m[name]
	}
	return out
}

// of is index.Of with a check that it leaves alone what the buffer held.
func of(rt *rapid.T, t *catalog.Table, ix *catalog.Index, m item) index.Entry {
	buf := []byte("front")
	it := m.encoded()
	e := index.Of(t, ix, it, it.Size(), &buf)
	if !bytes.HasPrefix(buf, []byte("front")) {
		rt.Fatalf("the buffer begins with %q", buf[:5])
	}
	return e
}

// TestOf compares entries with those of a model, and their keys with an order of Go values.
func TestOf(t *testing.T) {
	table := orders(t)
	rapid.Check(t, func(rt *rapid.T) {
		m, other := drawItem(rt, "item"), drawItem(rt, "other")
		for i := range table.Indexes {
			ix := &table.Indexes[i]
			e, want := of(rt, table, ix, m), m.entry(table, ix)
			if !e.View.Equal(want.encoded()) || e.Size != want.encoded().Size() || (e.Key == nil) != (want == nil) {
				rt.Fatalf("index %s has %s of %d bytes, should have %s", ix.Name, e.View.AppendJSON(nil), e.Size, want.encoded().AppendJSON(nil))
			}
			if want == nil {
				continue
			}
			if lo, hi := table.ID.Index(ix.ID); bytes.Compare(e.Key, lo) < 0 || bytes.Compare(e.Key, hi) >= 0 {
				rt.Fatalf("index %s: a key is outside its range", ix.Name)
			}
			if o := of(rt, table, ix, other); o.Key != nil {
				compareKeys(rt, ix, e.Key, o.Key, m, other)
			}
		}
	})
}

// compareKeys checks that entries of one partition come in the order of their sort keys, and that keys
// are equal only for one item at one place.
func compareKeys(rt *rapid.T, ix *catalog.Index, key, otherKey []byte, m, other item) {
	equal := func(names ...string) bool { return bytes.Equal(m.with(names).encoded(), other.with(names).encoded()) }
	same := equal(slices.Concat(ix.KeyNames(), []string{"pk", "sk"})...)
	if bytes.Equal(key, otherKey) != same {
		rt.Fatalf("index %s: %s and %s: the keys are % x and % x", ix.Name, m.encoded().AppendJSON(nil), other.encoded().AppendJSON(nil), key, otherKey)
	}
	if !equal(ix.Hash...) {
		return
	}
	for _, name := range ix.Sort {
		if c := attr.Compare(m[name], other[name]); c != 0 {
			if got := bytes.Compare(key, otherKey); cmp.Compare(got, 0) != cmp.Compare(c, 0) {
				rt.Fatalf("index %s: by %s the order should be %d, is %d", ix.Name, name, c, got)
			}
			return
		}
	}
}

// TestChanges compares changes with the difference of what two models are in an index.
func TestChanges(t *testing.T) {
	table := orders(t)
	rapid.Check(t, func(rt *rapid.T) {
		before, after := drawItem(rt, "before"), drawItem(rt, "after")
		if before != nil && after != nil {
			after["pk"], after["sk"] = before["pk"], before["sk"]
			if rapid.Bool().Draw(rt, "much stays") {
				kept := rapid.SampledFrom([]string{"a", "b", "n", "x", "y"}).Draw(rt, "but")
				v, ok := after[kept]
				if after = maps.Clone(before); ok {
					after[kept] = v
				} else {
					delete(after, kept)
				}
			}
		}
		buf := []byte("front")
		was, is := before.encoded(), after.encoded()
		changes := index.Changes(nil, table, was, is, was.Size(), is.Size(), &buf)
		for i := range table.Indexes {
			ix := &table.Indexes[i]
			old, now := before.entry(table, ix), after.entry(table, ix)
			if ix.State == catalog.IndexDeleting || old.encoded().Equal(now.encoded()) {
				continue
			}
			if len(changes) == 0 || changes[0].Index != ix {
				rt.Fatalf("index %s changes and is left out", ix.Name)
			}
			c := &changes[0]
			if !c.Old.View.Equal(old.encoded()) || !c.New.View.Equal(now.encoded()) {
				rt.Fatalf("index %s goes from %s to %s", ix.Name, c.Old.View.AppendJSON(nil), c.New.View.AppendJSON(nil))
			}
			moves := old != nil && (now == nil || !bytes.Equal(old.with(ix.KeyNames()).encoded(), now.with(ix.KeyNames()).encoded()))
			if c.Moves() != moves || c.Same() {
				rt.Fatalf("index %s: from %s to %s: moves: %v, is the same: %v", ix.Name, was.AppendJSON(nil), is.AppendJSON(nil), c.Moves(), c.Same())
			}
			changes = changes[1:]
		}
		if len(changes) > 0 {
			rt.Fatalf("index %s changes and should not", changes[0].Index.Name)
		}
	})
}
