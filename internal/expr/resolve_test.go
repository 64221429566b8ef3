package expr

import (
	"testing"

	"github.com/statordb/stator/internal/attr"
)

// TestResolve holds that Resolve refuses placeholders only, and marks all as used, and that Check
// refuses the rest.
func TestResolve(t *testing.T) {
	values := mustItem(t, `{":n": {"N": "1"}, ":s": {"S": "a"}}`)
	names := []Name{{"#a", "a"}, {"#b", "b"}}
	for _, c := range []struct{ text, resolve, check string }{
		{"#a = :n AND begins_with(#b, :s)", "", ""},
		{"contains(#a, #a) AND #b = :n OR #b = :s", "", "The first operand must be distinct from the remaining operands for this operator or function; operator: contains, first operand: [a]"},
		{"begins_with(#a, :n) AND #b = :s", "", "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"},
		{"begins_with(#a, :n) AND #b = :zz", "An expression attribute value used in expression is not defined; attribute value: :zz", ""},
	} {
		var scope Scope
		scope.Reset(names, values)
		parsed, err := ParseCondition(ConditionKind, c.text)
		if err != nil {
			t.Fatal(err)
		}
		b, err := parsed.Resolve(&scope)
		if got := message(err); got != c.resolve {
			t.Errorf("%s: resolving gives %q", c.text, got)
		}
		if err != nil {
			continue
		}
		if got := message(scope.Unused()); got != "" {
			t.Errorf("%s: %s", c.text, got)
		}
		if got := message(b.Check()); got != c.check {
			t.Errorf("%s: checking gives %q", c.text, got)
		}
	}
}

// TestScopeMemory holds that what one request bound stays what it is until the scope is reset, however
// much more is bound.
func TestScopeMemory(t *testing.T) {
	var scope Scope
	for range 2 { // the second time there is memory already
		scope.Reset([]Name{{"#a", "a"}, {"#b", "b"}}, mustItem(t, `{":v": {"S": "x"}}`))
		first, err := mustParse(t, "#a.#b = :v").Bind(&scope)
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			if _, err := mustParse(t, "#b.#a <> :v AND #b.#b.#b = #a").Bind(&scope); err != nil {
				t.Fatal(err)
			}
		}
		it := mustItem(t, `{"a": {"M": {"b": {"S": "x"}}}}`)
		if !first.Match(it) || first.Match(attr.EmptyItem) {
			t.Error("what was bound first has changed")
		}
	}
}

func mustParse(t *testing.T, text string) *Condition {
	t.Helper()
	c, err := ParseCondition(ConditionKind, text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
