package partiql

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
)

// The model has items of few attributes with few values, conditions on them, and what these mean in so
// many words: a condition is a function of an item.

type modelItem map[string]string // from a name to a literal

type modelCondition struct {
	text  string
	holds func(it modelItem) bool
}

var modelNames = []string{"pk", "sk", "a", "b"}

// modelLiterals are literals no two of which are equal. Numbers and strings ascend.
var modelLiterals = []string{"1", "2", "3", "'u'", "'v'", "'w'", "TRUE", "<<1, 2>>", "[1]", "{'k': 1}"}

const (
	modelNumbers = 3 // how many literals are numbers
	modelOrdered = 6 // how many have an order
)

func modelOrder(literal string) int {
	for i, l := range modelLiterals {
		if l == literal {
			return i
		}
	}
	return -1
}

// ordered reports whether two literals have an order.
func ordered(a, b string) bool {
	i, j := modelOrder(a), modelOrder(b)
	return i >= 0 && j >= 0 && i < modelOrdered && j < modelOrdered && (i < modelNumbers) == (j < modelNumbers)
}

func drawCondition(t *rapid.T, depth int) modelCondition {
	if depth > 0 && rapid.Bool().Draw(t, "nested") {
		c := drawCondition(t, depth-1)
		switch rapid.IntRange(0, 2).Draw(t, "operator") {
		case 0:
			return modelCondition{"NOT (" + c.text + ")", func(it modelItem) bool { return !c.holds(it) }}
		case 1:
			d := drawCondition(t, depth-1)
			return modelCondition{"(" + c.text + " AND " + d.text + ")", func(it modelItem) bool { return c.holds(it) && d.holds(it) }}
		default:
			d := drawCondition(t, depth-1)
			return modelCondition{"(" + c.text + " OR " + d.text + ")", func(it modelItem) bool { return c.holds(it) || d.holds(it) }}
		}
	}
	name := rapid.SampledFrom(modelNames).Draw(t, "name")
	switch rapid.IntRange(0, 5).Draw(t, "clause") {
	case 0:
		return drawOrder(t, name)
	case 1:
		one, two := drawLiteral(t), drawLiteral(t)
		return modelCondition{fmt.Sprintf("%s IN [%s, %s]", name, one, two), func(it modelItem) bool {
			return it[name] == one || it[name] == two
		}}
	case 2:
		return modelCondition{name + " IS MISSING", func(it modelItem) bool { return it[name] == "" }}
	case 3:
		return modelCondition{"attribute_exists(" + name + ") = TRUE", func(it modelItem) bool { return it[name] != "" }}
	case 4:
		v := drawLiteral(t)
		return modelCondition{v + " <> " + name, func(it modelItem) bool { return it[name] != v }}
	default:
		v := drawLiteral(t)
		return modelCondition{name + " = " + v, func(it modelItem) bool { return it[name] == v }}
	}
}

func drawLiteral(t *rapid.T) string { return rapid.SampledFrom(modelLiterals).Draw(t, "literal") }

// drawOrder draws an order: <= or BETWEEN.
func drawOrder(t *rapid.T, name string) modelCondition {
	i := rapid.IntRange(0, modelOrdered-1).Draw(t, "low")
	low := modelLiterals[i]
	if rapid.Bool().Draw(t, "between") && i+1 != modelNumbers && i+1 != modelOrdered {
		high := modelLiterals[i+1]
		return modelCondition{name + " NOT BETWEEN " + low + " AND " + high, func(it modelItem) bool {
			return it[name] != low && it[name] != high
		}}
	}
	return modelCondition{name + " <= " + low, func(it modelItem) bool {
		return ordered(it[name], low) && modelOrder(it[name]) <= i
	}}
}

// drawKeyed draws a clause that says of each of its alternatives what partition it is about.
func drawKeyed(t *rapid.T) modelCondition {
	c := drawBranch(t)
	for range rapid.IntRange(0, 2).Draw(t, "more branches") {
		one, two := c, drawBranch(t)
		c = modelCondition{one.text + " OR " + two.text, func(it modelItem) bool { return one.holds(it) || two.holds(it) }}
	}
	return c
}

func drawBranch(t *rapid.T) modelCondition {
	pk := rapid.SampledFrom(modelLiterals[modelNumbers:modelOrdered]).Draw(t, "pk")
	c := modelCondition{"pk = " + pk, func(it modelItem) bool { return it["pk"] == pk }}
	for range rapid.IntRange(0, 2).Draw(t, "more conditions") {
		n := rapid.IntRange(0, modelNumbers-1).Draw(t, "bound")
		operator := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "=", "<>"}).Draw(t, "operator")
		before, literal := c, modelLiterals[n]
		text, negated := " AND sk "+operator+" "+literal, rapid.Bool().Draw(t, "negated")
		if negated {
			text = " AND NOT sk " + operator + " " + literal
		}
		c = modelCondition{before.text + text, func(it modelItem) bool {
			c := modelOrder(it["sk"]) - n
			holds := map[string]bool{"<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0, "=": c == 0, "<>": c != 0}[operator]
			return before.holds(it) && holds != negated
		}}
	}
	return c
}

// TestWhere holds that a WHERE clause matches the items that its meaning in so many words matches, and
// that what a SELECT reads for it has all of them, whatever the key says.
func TestWhere(t *testing.T) {
	table := &catalog.Table{
		Name: "t", Key: []string{"pk", "sk"},
		Attributes: []catalog.Attribute{{Name: "pk", Type: attr.S}, {Name: "sk", Type: attr.N}},
	}
	find := func(string) (*catalog.Table, *apierr.Error) { return table, nil }
	rapid.Check(t, func(t *rapid.T) {
		draw := drawKeyed
		if rapid.Bool().Draw(t, "any condition") {
			draw = func(t *rapid.T) modelCondition { return drawCondition(t, 4) }
		}
		c := draw(t)
		s, err := Parse("SELECT * FROM t WHERE " + c.text)
		if err != nil {
			t.Fatalf("%s: %v", c.text, err)
		}
		b, err := s.Bind(Alone, nil, find)
		if err != nil {
			t.Fatalf("%s: %v", c.text, err)
		}
		r, refused := b.Read(false)
		for range 8 {
			it := drawItem(t)
			want := c.holds(it)
			if got := b.condition.Match(it.encoded()); got != want {
				t.Fatalf("%s on %v: got %v", c.text, it, got)
			}
			if refused == nil && want && !r.visits(it.encoded()) {
				t.Fatalf("%s is read with %s, which does not visit %v", c.text, r, it)
			}
		}
	})
}

func drawItem(t *rapid.T) modelItem {
	it := modelItem{
		"pk": rapid.SampledFrom(modelLiterals[modelNumbers:modelOrdered]).Draw(t, "pk"),
		"sk": rapid.SampledFrom(modelLiterals[:modelNumbers]).Draw(t, "sk"),
	}
	for _, name := range []string{"a", "b"} {
		if rapid.Bool().Draw(t, "has "+name) {
			it[name] = drawLiteral(t)
		}
	}
	return it
}

func (it modelItem) encoded() attr.Item {
	var entries []string
	for name, literal := range it {
		entries = append(entries, "'"+name+"': "+literal)
	}
	s, err := Parse("INSERT INTO t VALUE {" + strings.Join(entries, ", ") + "}")
	if err != nil {
		panic(err)
	}
	return s.inserts.value.Map()
}

// visits reports whether r reads the item, and that just once.
func (r *Read) visits(it attr.Item) bool {
	if r.ranges == nil {
		return true
	}
	n := 0
	for i := range r.ranges {
		x := &r.ranges[i]
		if bytes.Equal(x.partition, it.Get("pk")) && x.bounds.Contain(it.Get("sk").Bytes()) {
			n++
		}
	}
	return n == 1
}
