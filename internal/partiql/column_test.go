package partiql

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/attr"
)

var columnPaths = []string{"a", "b", "c", "a.b", "a.c", "a[0]", "b.a", "b.a.c", "c[1]", "c[0].a", "none", `"a.b"`}

// TestColumns holds that a SELECT list chooses what its paths lead to, one after the other, where a later
// one of the same name that is there wins.
func TestColumns(t *testing.T) {
	it := itemOf(t, `{'a': {'b': 1, 'c': [2]}, 'a.b': 3, 'b': {'a': {'c': 4}}, 'c': [{'a': 5}, 6], 'd': 7}`)
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.SampledFrom(columnPaths), 1, 8).Draw(t, "list")
		s, refusal := Parse("SELECT " + strings.Join(list, ", ") + " FROM t")
		if refusal != nil {
			t.Fatal(refusal)
		}
		want := map[string]attr.Value{}
		for _, c := range s.columns {
			if v := it.At(c.path); v != nil {
				want[c.name] = v
			}
		}
		got := s.chosen.choose(nil, it)
		if got.Len() != len(want) {
			t.Fatalf("%d attributes, want %d", got.Len(), len(want))
		}
		for f := got.Fields(); f.Next(); {
			if !f.Value.Equal(want[string(f.Name)]) {
				t.Errorf("%s is %s, want %s", f.Name, f.Value.AppendJSON(nil), want[string(f.Name)].AppendJSON(nil))
			}
		}
	})
}

func itemOf(t *testing.T, literal string) attr.Item {
	t.Helper()
	s, err := Parse("INSERT INTO t VALUE " + literal)
	if err != nil {
		t.Fatal(err)
	}
	return s.inserts.value.Map()
}

// BenchmarkColumns is of an item of which a long SELECT list finds nothing.
func BenchmarkColumns(b *testing.B) {
	s, err := Parse("SELECT a" + strings.Repeat(", x, y.z", 500) + " FROM t")
	if err != nil {
		b.Fatal(err)
	}
	insert, err := Parse("INSERT INTO t VALUE {'pk': 'a', 'sk': 1, 'v': 'text'}")
	if err != nil {
		b.Fatal(err)
	}
	it, buf := insert.inserts.value.Map(), []byte(nil)
	b.ReportAllocs()
	for b.Loop() {
		buf = s.chosen.choose(buf[:0], it)
	}
}
