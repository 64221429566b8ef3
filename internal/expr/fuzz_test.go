package expr

import (
	"errors"
	"strings"
	"testing"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// Fuzzing runs any text against one item with many placeholders. Whatever happens must be an answer.

const fuzzItem = `{"a":{"S":"banana"},"b":{"N":"5"},"c":{"L":[{"S":"x"},{"N":"1"},{"M":{"k":{"SS":["v","w"]}}}]},"m":{"M":{"a":{"N":"1"},"b":{"NULL":true}}},"ss":{"SS":["a","b"]},"t":{"BOOL":true}}`

func fuzzScope(t testing.TB) *Scope {
	scope := &Scope{}
	scope.Reset([]Name{{"#a", "a"}, {"#m", "m"}, {"#s", "size"}},
		mustItem(t, `{":s":{"S":"an"},":n":{"N":"1"},":l":{"L":[{"S":"x"}]},":ss":{"SS":["a"]},":m":{"M":{}},":z":{"NULL":true},":t":{"S":"N"}}`))
	return scope
}

// checkRefusal checks that err is a refusal of an expression of kind k, or of an item.
func checkRefusal(t *testing.T, k Kind, err *apierr.Error) {
	t.Helper()
	if err.Code != "ValidationException" || !strings.Contains(err.Message, k.String()) {
		t.Errorf("not a refusal of a %s: %v", k, err)
	}
}

func FuzzCondition(f *testing.F) {
	for _, text := range []string{
		"a = :s AND NOT (b < :n OR contains(c, :s))", "size(#a) BETWEEN :n AND b", "a IN (:s, #m.a, (c[2].k))",
		"attribute_type(#m.b, :t)", "((((", "a[0", "_", "begins_with(a, :s)", "(a) = (size((b)))", "\u00e9",
	} {
		f.Add(text)
	}
	it := mustItem(f, fuzzItem)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCondition(FilterKind, text)
		if err != nil {
			checkRefusal(t, FilterKind, err)
			return
		}
		b, err := c.Bind(fuzzScope(t))
		resolved, again := c.Resolve(fuzzScope(t))
		if again == nil {
			again = resolved.Check()
		}
		if (err == nil) != (again == nil) {
			t.Errorf("%q: bound at once: %v, in two steps: %v", text, err, again)
		}
		if err != nil {
			checkRefusal(t, FilterKind, err)
			return
		}
		// Brackets around it do not change what a condition means, unless there are some already.
		if again, err := ParseCondition(FilterKind, "( "+text+")"); err == nil {
			if g, err := again.Bind(fuzzScope(t)); err != nil || g.Match(it) != b.Match(it) {
				t.Errorf("%q means something else in parentheses: %v", text, err)
			}
		}
		b.Match(nil)
	})
}

func FuzzUpdate(f *testing.F) {
	for _, text := range []string{
		"SET a = :s, #m.x = b + :n REMOVE c[0], t ADD ss :ss", "DELETE ss :ss", "SET c[9] = if_not_exists(z, :l)",
		"SET z = list_append(c, (:l)) SET", "set z = (b - :n)", "REMOVE a.b, a[0]", "ADD c[2].k :ss, c[7] :n",
	} {
		f.Add(text)
	}
	old := mustItem(f, fuzzItem)
	f.Fuzz(func(t *testing.T, text string) {
		u, err := ParseUpdate(text)
		if err != nil {
			checkRefusal(t, UpdateKind, err)
			return
		}
		b, err := u.Bind(fuzzScope(t))
		if err != nil {
			checkRefusal(t, UpdateKind, err)
			return
		}
		if b.Charge() < len("SET") {
			t.Errorf("%q is charged %d", text, b.Charge())
		}
		for _, it := range []attr.Item{old, nil} {
			checkApplied(t, text, b, it)
		}
	})
}

func checkApplied(t *testing.T, text string, b *BoundUpdate, old attr.Item) {
	var buf []byte
	it, refused := b.Apply(old, &buf)
	if refused != nil {
		if err, ok := errors.AsType[*apierr.Error](refused); !ok || err.Code != "ValidationException" {
			t.Errorf("%q: %v", text, refused)
		}
		return
	}
	if it == nil {
		if old != nil || !b.OnlyRemoves() {
			t.Errorf("%q makes no item", text)
		}
		return
	}
	if err := it.Check(); err != nil {
		t.Errorf("%q makes a malformed item: %v", text, err)
	}
	before, after := b.Touched().Apply(nil, old), b.Touched().Apply(nil, it)
	if old != nil && string(before) == string(after) && !old.Equal(it) {
		t.Errorf("%q changes what it does not touch", text)
	}
}

func FuzzProjection(f *testing.F) {
	for _, text := range []string{"a, c[2].k, m.b", "#m.a,#s", "c[0], c[1]", "a,,", "m[0], m.a", "c[00]"} {
		f.Add(text)
	}
	it := mustItem(f, fuzzItem)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseProjection(text)
		if err != nil {
			checkRefusal(t, ProjectionKind, err)
			return
		}
		b, err := p.Bind(fuzzScope(t))
		if err != nil {
			checkRefusal(t, ProjectionKind, err)
			return
		}
		part := attr.Item(b.Mask().Apply(nil, it))
		if err := part.Check(); err != nil {
			t.Errorf("%q yields a malformed item: %v", text, err)
		}
		for _, path := range b.Paths() {
			if len(path) == 1 && !part.At(path).Equal(it.At(path)) {
				t.Errorf("%q leaves out %v", text, path)
			}
		}
	})
}
