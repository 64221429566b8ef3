package expr

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// message returns the text of a refusal, "" for none.
func message(err *apierr.Error) string {
	if err == nil {
		return ""
	}
	_, what, _ := strings.Cut(err.Message, ": ")
	return what
}

func conditionMessage(text string) string {
	c, err := ParseCondition(ConditionKind, text)
	if err == nil {
		var scope Scope
		scope.Reset(nil, attr.Item("\x01\x02:v\x05\x01x"))
		_, err = c.Bind(&scope)
	}
	return message(err)
}

func updateMessage(text string) string {
	_, err := ParseUpdate(text)
	return message(err)
}

func TestLimits(t *testing.T) {
	f := func(name, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	tooMany := func(n int) string {
		return fmt.Sprintf("The expression contains too many operators; operator count: %d", n)
	}
	const tooLong = "Expression size has exceeded the maximum allowed size;"

	pad := func(text string, n int) string { return text + strings.Repeat(" ", n-len(text)) }
	f("4096 bytes", conditionMessage(pad("a=:v", 4096)), "")
	f("4097 bytes", conditionMessage(pad("a=:v", 4097)), tooLong)
	f("4097 bytes of characters", conditionMessage("a=:v"+strings.Repeat("é", 2047)), tooLong)
	f("4097 bytes of an update", updateMessage(pad("REMOVE a", 4097)), tooLong)

	chain := func(n int) string { return strings.TrimSuffix(strings.Repeat("a=:v OR ", n), " OR ") }
	f("299 operators", conditionMessage(chain(150)), "")
	f("301 operators", conditionMessage(chain(151)), tooMany(301))
	f("300 operators with NOT", conditionMessage("NOT "+chain(150)), "")
	f("302 operators with NOT", conditionMessage("NOT "+chain(151)), tooMany(302))
	deep := func(n int) string { return strings.Repeat("(NOT ", n) + "a=:v" + strings.Repeat(")", n) }
	f("299 levels", conditionMessage(deep(299)), "")
	f("300 levels", conditionMessage(deep(300)), tooMany(301))
	sizes := func(n int) string { return strings.Repeat("size(", n) + "a" + strings.Repeat(")", n) + "=:v" }
	f("300 sizes", conditionMessage(sizes(300)), tooMany(301))
	sums := func(n int) string { return "SET " + strings.TrimSuffix(strings.Repeat("a=b+c,", n), ",") }
	f("300 sums", updateMessage(sums(300)), "")
	f("301 sums", updateMessage(sums(301)), tooMany(301))

	in := func(n int) string { return "a IN (" + strings.TrimSuffix(strings.Repeat(":v,", n), ",") + ")" }
	f("IN with 100", conditionMessage(in(100)), "")
	f("IN with 101", conditionMessage(in(101)), "The IN operator is provided with too many operands; number of operands: 101")

	f("IN with 101 and the path itself", conditionMessage(in(101)[:len(in(101))-1]+",a)"),
		"The first operand must be distinct from the remaining operands for this operator or function; operator: IN, first operand: [a]")

	const redundant = "The expression has redundant parentheses;"
	f("parentheses without end", conditionMessage(strings.Repeat("(", 4096)), redundant)
	f("parentheses without end in an update", updateMessage("SET a="+strings.Repeat("(", 4000)), redundant)
	f("parentheses around a name", conditionMessage(strings.Repeat("(", 2000)+"a"+strings.Repeat(")", 2000)), redundant)
	f("600 parentheses without end", conditionMessage(strings.Repeat("(", 600)), `Syntax error; token: "<EOF>", near: "("`)
	f("a path of 2000 steps", conditionMessage(strings.Repeat("a.", 2000)+"a=:v"),
		"The document path has too many nesting levels; nesting levels: 2001")
}

func TestPlaceholderLength(t *testing.T) {
	for n, want := range map[int]string{
		255: "",
		256: "The expression attribute map contains a key that is too long; size of key: 256",
	} {
		var scope Scope
		scope.Reset([]Name{{"#" + strings.Repeat("n", n-1), "a"}}, nil)
		if got := message(scope.CheckKeys()); got != want {
			t.Errorf("%d bytes: got %q, want %q", n, got, want)
		}
	}
}

func TestNoCondition(t *testing.T) {
	b, err := LegacyCondition(QueryFilter, nil, "")
	if err != nil || !b.Match(nil) || !b.Match(attr.EmptyItem) || b.Paths() != nil {
		t.Errorf("no condition does not hold: %v", err)
	}
}

// TestLinear counts allocations: work on twice the text must not be more than about twice as much.
func TestLinear(t *testing.T) {
	var names []string
	for i := range 1200 {
		names = append(names, fmt.Sprintf("a%d", i))
	}
	for name, build := range map[string]func(n int) func(){
		"parse": func(n int) func() {
			text := strings.TrimSuffix(strings.Repeat("a=:v OR ", n/8), " OR ")
			return func() { _, _ = ParseCondition(ConditionKind, text) }
		},
		"paths": func(n int) func() {
			text := strings.Join(names[:n/8], ",")
			return func() { _, _ = ParseProjection(text) }
		},
		"overlap": func(n int) func() {
			p := strings.Repeat("a.", 20) + "b"
			text := strings.Join(slices.Repeat([]string{p}, n/len(p)), ",")
			return func() { _, _ = ParseProjection(text) }
		},
		"parentheses": func(n int) func() {
			text := strings.Repeat("(", n)
			return func() { _, _ = ParseCondition(ConditionKind, text) }
		},
	} {
		half, whole := testing.AllocsPerRun(10, build(2000)), testing.AllocsPerRun(10, build(4000))
		if whole > 2.5*half+10 {
			t.Errorf("%s: %v allocations for 2000 bytes, %v for 4000", name, half, whole)
		}
	}
}

func TestReserved(t *testing.T) {
	words := strings.Fields(reservedWords)
	if len(words) != 573 || !slices.IsSorted(words) || len(slices.Compact(words)) != 573 {
		t.Errorf("%d words", len(words))
	}
	for _, word := range words {
		if !reserved(word) || !reserved(strings.ToLower(word)) || reserved(word+"_") {
			t.Errorf("%s is not told apart", word)
		}
	}
	if reserved("") || reserved("LOCALTIMESTAMPS") || reserved("pk") {
		t.Error("what is not in the list is reserved")
	}
}
