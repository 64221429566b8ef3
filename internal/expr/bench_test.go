package expr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/statordb/stator/internal/attr"
)

// kilobyte is an item of about 1 KB with twenty attributes.
func kilobyte(t testing.TB) attr.Item {
	var fields []string
	for i := range 18 {
		fields = append(fields, fmt.Sprintf(`"attribute%02d":{"S":"%s"}`, i, strings.Repeat("x", 40)))
	}
	fields = append(fields, `"n":{"N":"42"}`, `"m":{"M":{"l":{"L":[{"S":"x"},{"SS":["a","b","c"]}]}}}`)
	return mustItem(t, "{"+strings.Join(fields, ",")+"}")
}

func bindCondition(t testing.TB, text string) *BoundCondition {
	c, err := ParseCondition(ConditionKind, text)
	if err != nil {
		t.Fatal(err)
	}
	var scope Scope
	scope.Reset(nil, mustItem(t, `{":n":{"N":"42"},":m":{"N":"50"},":x":{"S":"xx"},":b":{"S":"b"},":t":{"S":"M"}}`))
	b, err := c.Bind(&scope)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var benchConditions = map[string]string{
	"compare":   "n = :n AND attribute03 > :b",
	"exists":    "attribute_exists(n) AND attribute_not_exists(nope)",
	"functions": "contains(attribute05, :x) AND begins_with(attribute17, :x) AND size(attribute04) < :m AND attribute_type(m, :t)",
	"ranges":    "n BETWEEN :n AND :m AND n IN (:b, :n) AND size(m.l) BETWEEN size(n) AND :n OR NOT contains(m.l[1], :x)",
}

func TestMatchDoesNotAllocate(t *testing.T) {
	it := kilobyte(t)
	for name, text := range benchConditions {
		b := bindCondition(t, text)
		if !b.Match(it) {
			t.Errorf("%s: %s does not hold", name, text)
		}
		if n := testing.AllocsPerRun(100, func() { b.Match(it) }); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	it := kilobyte(b)
	for name, text := range benchConditions {
		c := bindCondition(b, text)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Match(it)
			}
		})
	}
}

func BenchmarkParseAndBind(b *testing.B) {
	var scope Scope
	var cache Cache
	values := mustItem(b, `{":n":{"N":"42"},":x":{"S":"xx"}}`)
	for name, parse := range map[string]func() (*Condition, error){
		"parse": func() (*Condition, error) {
			c, _ := ParseCondition(ConditionKind, "#n = :n AND begins_with(attribute03, :x)")
			return c, nil
		},
		"cached": func() (*Condition, error) {
			c, _ := cache.Condition(ConditionKind, "#n = :n AND begins_with(attribute03, :x)")
			return c, nil
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c, _ := parse()
				scope.Reset([]Name{{"#n", "n"}}, values)
				if _, err := c.Bind(&scope); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkUpdate(b *testing.B) {
	it := kilobyte(b)
	u, _ := ParseUpdate("SET attribute03 = :x, n = n + :n REMOVE attribute04")
	var scope Scope
	scope.Reset(nil, mustItem(b, `{":n":{"N":"42"},":x":{"S":"xx"}}`))
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		bound, err := u.Bind(&scope)
		if err != nil {
			b.Fatal(err)
		}
		buf = buf[:0]
		if _, err := bound.Apply(it, &buf); err != nil {
			b.Fatal(err)
		}
	}
}
