package expr

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/attr"
)

// plain is an attribute value as ordinary Go values, for a model of conditions that is too simple to
// be wrong in the same way.
type plain struct {
	Type string
	Text string           // S, B (as bytes), N
	Bool bool             //
	Set  []string         // members of SS and NS
	List []plain          //
	Map  map[string]plain //
}

func (p plain) json() string {
	quote := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	var parts []string
	switch p.Type {
	case "S", "N":
		return fmt.Sprintf(`{"%s":%s}`, p.Type, quote(p.Text))
	case "B":
		b, _ := json.Marshal([]byte(p.Text))
		return fmt.Sprintf(`{"B":%s}`, b)
	case "BOOL":
		return fmt.Sprintf(`{"BOOL":%v}`, p.Bool)
	case "NULL":
		return `{"NULL":true}`
	case "SS", "NS":
		for _, m := range p.Set {
			parts = append(parts, quote(m))
		}
		return fmt.Sprintf(`{"%s":[%s]}`, p.Type, strings.Join(parts, ","))
	case "L":
		for _, e := range p.List {
			parts = append(parts, e.json())
		}
		return `{"L":[` + strings.Join(parts, ",") + `]}`
	}
	for k, v := range p.Map {
		parts = append(parts, quote(k)+":"+v.json())
	}
	return `{"M":{` + strings.Join(parts, ",") + `}}`
}

func number(text string) *big.Rat { r, _ := new(big.Rat).SetString(text); return r }

func (p plain) equal(q plain) bool {
	if p.Type != q.Type {
		return false
	}
	switch p.Type {
	case "N":
		return number(p.Text).Cmp(number(q.Text)) == 0
	case "SS", "NS":
		return len(p.Set) == len(q.Set) && !slices.ContainsFunc(p.Set, func(m string) bool { return !q.has(m) })
	case "L":
		return slices.EqualFunc(p.List, q.List, plain.equal)
	case "M":
		for k, v := range p.Map {
			if w, ok := q.Map[k]; !ok || !v.equal(w) {
				return false
			}
		}
		return len(p.Map) == len(q.Map)
	}
	return p.Text == q.Text && p.Bool == q.Bool
}

func (p plain) has(member string) bool {
	return slices.ContainsFunc(p.Set, func(m string) bool {
		return m == member || p.Type == "NS" && number(m).Cmp(number(member)) == 0
	})
}

// compare returns how p and q are ordered, if they are.
func (p plain) compare(q plain) (int, bool) {
	switch {
	case p.Type != q.Type:
	case p.Type == "N":
		return number(p.Text).Cmp(number(q.Text)), true
	case p.Type == "S" || p.Type == "B":
		return strings.Compare(p.Text, q.Text), true
	}
	return 0, false
}

func (p plain) size() (int, bool) {
	switch p.Type {
	case "S":
		return len(utf16.Encode([]rune(p.Text))), true
	case "B":
		return len(p.Text), true
	case "SS", "NS":
		return len(p.Set), true
	case "L":
		return len(p.List), true
	case "M":
		return len(p.Map), true
	}
	return 0, false
}

func (p plain) contains(q plain) bool {
	switch {
	case p.Type == "S" || p.Type == "B":
		return p.Type == q.Type && strings.Contains(p.Text, q.Text)
	case p.Type == "SS" && q.Type == "S", p.Type == "NS" && q.Type == "N":
		return p.has(q.Text)
	case p.Type == "L":
		return slices.ContainsFunc(p.List, q.equal)
	}
	return false
}

// random draws conditions as text together with a function that says what they mean.
type random struct {
	t      *rapid.T
	values map[string]plain
}

type meaning func(item map[string]plain) bool

// found is the value of an operand, if there is one.
type found func(item map[string]plain) (plain, bool)

var scalars = rapid.SampledFrom([]plain{
	{Type: "S", Text: "a"},
	{Type: "S", Text: "ab"},
	{Type: "S", Text: ""},
	{Type: "S", Text: "😀b"},
	{Type: "N", Text: "1"},
	{Type: "N", Text: "1.0"},
	{Type: "N", Text: "-2.5"},
	{Type: "N", Text: "2"},
	{Type: "B", Text: "a"},
	{Type: "B", Text: "\xff"},
	{Type: "BOOL", Bool: true},
	{Type: "BOOL"},
	{Type: "NULL"},
})

var anything = rapid.Custom(func(t *rapid.T) plain {
	switch rapid.IntRange(0, 5).Draw(t, "shape") {
	case 0:
		return plain{Type: "SS", Set: rapid.SampledFrom([][]string{{"a"}, {"b", "a"}, {"a", "b"}}).Draw(t, "set")}
	case 1:
		return plain{Type: "NS", Set: rapid.SampledFrom([][]string{{"1"}, {"2.0", "1"}, {"1.0", "2"}}).Draw(t, "set")}
	case 2:
		return plain{Type: "L", List: rapid.SliceOfN(scalars, 0, 3).Draw(t, "list")}
	case 3:
		return plain{Type: "M", Map: rapid.MapOfN(rapid.SampledFrom([]string{"x", "y"}), scalars, 0, 2).Draw(t, "map")}
	}
	return scalars.Draw(t, "scalar")
})

func (r *random) pick(n int) int { return rapid.IntRange(0, n-1).Draw(r.t, "pick") }

// operand draws a path, a value or a size.
func (r *random) operand() (string, found) {
	attribute := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(r.t, "attribute")
	path := func(item map[string]plain) (plain, bool) { v, ok := item[attribute]; return v, ok }
	switch r.pick(6) {
	case 0, 1:
		return attribute, path
	case 2:
		return attribute + ".x", func(item map[string]plain) (plain, bool) { v, ok := item[attribute].Map["x"]; return v, ok }
	case 3:
		i := r.pick(3)
		return fmt.Sprintf("%s[%d]", attribute, i), func(item map[string]plain) (plain, bool) {
			if list := item[attribute].List; i < len(list) {
				return list[i], true
			}
			return plain{}, false
		}
	case 4:
		return "(size ( " + attribute + "))", func(item map[string]plain) (plain, bool) {
			n, ok := item[attribute].size()
			return plain{Type: "N", Text: fmt.Sprint(n)}, ok
		}
	}
	return r.value(anything.Draw(r.t, "value"))
}

func (r *random) value(v plain) (string, found) {
	name := fmt.Sprintf(":v%d", len(r.values))
	r.values[name] = v
	return name, func(map[string]plain) (plain, bool) { return v, true }
}

func (r *random) condition(depth int) (string, meaning) {
	if depth > 0 {
		switch r.pick(4) {
		case 0:
			left, l := r.condition(depth - 1)
			right, m := r.condition(depth - 1)
			return "(" + left + " AND\t" + right + ")", func(it map[string]plain) bool { return l(it) && m(it) }
		case 1:
			left, l := r.condition(depth - 1)
			right, m := r.condition(depth - 1)
			return "(" + left + " oR " + right + ")", func(it map[string]plain) bool { return l(it) || m(it) }
		case 2:
			text, m := r.condition(depth - 1)
			return "(NOT " + text + ")", func(it map[string]plain) bool { return !m(it) }
		}
	}
	return r.clause()
}

func (r *random) clause() (string, meaning) {
	left, l := r.operand()
	right, m := r.operand()
	both := func(test func(v, w plain) bool, missing bool) meaning {
		return func(it map[string]plain) bool {
			v, ok := l(it)
			w, also := m(it)
			if !ok || !also {
				return missing
			}
			return test(v, w)
		}
	}
	order := func(test func(c int) bool) meaning {
		return both(func(v, w plain) bool { c, ok := v.compare(w); return ok && test(c) }, false)
	}
	switch r.pick(11) {
	case 0:
		return left + " = " + right, both(plain.equal, false)
	case 1:
		return left + "<>" + right, both(func(v, w plain) bool { return !v.equal(w) }, true)
	case 2:
		return left + " < " + right, order(func(c int) bool { return c < 0 })
	case 3:
		return left + " <= " + right, order(func(c int) bool { return c <= 0 })
	case 4:
		return left + ">" + right, order(func(c int) bool { return c > 0 })
	case 5:
		return left + " >= " + right, order(func(c int) bool { return c >= 0 })
	case 6:
		return "contains(" + left + "," + right + ")", both(plain.contains, false)
	case 7:
		return "begins_with(" + left + ", " + right + ")", both(func(v, w plain) bool {
			return v.Type == w.Type && (v.Type == "S" || v.Type == "B") && strings.HasPrefix(v.Text, w.Text)
		}, false)
	case 8:
		third, n := r.operand()
		return left + " IN (" + right + ", " + third + ")", func(it map[string]plain) bool {
			v, ok := l(it)
			w, one := m(it)
			x, two := n(it)
			return ok && (one && v.equal(w) || two && v.equal(x))
		}
	case 9:
		low, high := r.operand()
		return left + " between " + right + " and " + low, func(it map[string]plain) bool {
			v, ok := l(it)
			w, one := m(it)
			x, two := high(it)
			c, ordered := v.compare(w)
			d, also := v.compare(x)
			return ok && one && two && ordered && also && c >= 0 && d <= 0
		}
	}
	name, _ := r.value(plain{Type: "S", Text: rapid.SampledFrom([]string{"S", "N", "L", "M", "SS", "BOOL"}).Draw(r.t, "type")})
	return "attribute_type(" + left + "," + name + ")", func(it map[string]plain) bool {
		v, ok := l(it)
		return ok && v.Type == r.values[name].Text
	}
}

// TestConditionModel evaluates random conditions on random items in both ways.
func TestConditionModel(t *testing.T) {
	judged := 0
	rapid.Check(t, func(rt *rapid.T) {
		r := &random{t: rt, values: map[string]plain{}}
		text, want := r.condition(3)
		item := rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), anything, 0, 4).Draw(rt, "item")
		c, err := ParseCondition(ConditionKind, text)
		if err != nil {
			rt.Fatalf("%s: %v", text, err)
		}
		var scope Scope
		scope.Reset(nil, plainItem(t, r.values))
		b, err := c.Bind(&scope)
		if err != nil {
			for _, expected := range []string{"Incorrect operand type", "must be distinct", "The BETWEEN operator requires"} {
				if strings.Contains(err.Message, expected) {
					return
				}
			}
			rt.Fatalf("%s: %v", text, err)
		}
		judged++
		it := plainItem(t, item)
		if got := b.Match(it); got != want(item) {
			rt.Fatalf("%s with %s is %v for %s", text, show(plainItem(t, r.values)), got, show(it))
		}
	})
	if judged < 10 {
		t.Errorf("only %d conditions were judged", judged)
	}
}

func plainItem(t *testing.T, m map[string]plain) attr.Item {
	return mustValue(t, json.RawMessage(plain{Type: "M", Map: m}.json())).Map()
}
