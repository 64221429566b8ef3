package op_test

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/keyspace"
)

// createPlaces makes a table with the key p, s, the local index byL on p, l and the global indexes byG
// on g, l and byGS, which has two attributes on either side: g, p and l, s.
const createPlaces = `{"TableName": "places", "BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "s", "AttributeType": "B"},
		{"AttributeName": "l", "AttributeType": "B"}, {"AttributeName": "g", "AttributeType": "S"}],
	"KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
	"LocalSecondaryIndexes": [{"IndexName": "byL", "Projection": {"ProjectionType": "KEYS_ONLY"},
		"KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}]}],
	"GlobalSecondaryIndexes": [{"IndexName": "byG", "Projection": {"ProjectionType": "ALL"},
		"KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}]},
		{"IndexName": "byGS", "Projection": {"ProjectionType": "KEYS_ONLY"},
		"KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "p", "KeyType": "HASH"},
			{"AttributeName": "l", "KeyType": "RANGE"}, {"AttributeName": "s", "KeyType": "RANGE"}]}]}`

// ways are the ways to read places: of the table and of each index the partition and the sort key.
var ways = []struct {
	index      string
	hash, sort []string
}{
	{"", []string{"p"}, []string{"s"}},
	{"byL", []string{"p"}, []string{"l"}},
	{"byG", []string{"g"}, []string{"l"}},
	{"byGS", []string{"g", "p"}, []string{"l", "s"}},
}

// place is the model of an item: its attributes, of which l and g may be "" for none.
type place struct{ p, s, l, g string }

// of returns the attribute called name.
func (a place) of(name string) string {
	switch name {
	case "p":
		return a.p
	case "s":
		return a.s
	case "l":
		return a.l
	}
	return a.g
}

// in reports whether a is read the way w.
func (a place) in(w int) bool {
	return !slices.ContainsFunc(slices.Concat(ways[w].hash, ways[w].sort), func(name string) bool { return a.of(name) == "" })
}

// at is where a is read the way w: its key of the index and that of the table.
func (a place) at(w int) string {
	return a.json(slices.Concat(ways[w].hash, ways[w].sort, []string{"p", "s"})...)
}

// json is the attributes of a called names, those that it has.
func (a place) json(names ...string) string {
	var parts []string
	for _, name := range names {
		if v := a.of(name); v != "" {
			parts = append(parts, fmt.Sprintf("%q: %s", name, valueJSON(name, v)))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func valueJSON(name, v string) string {
	if name == "s" || name == "l" {
		return fmt.Sprintf(`{"B": %q}`, base64.StdEncoding.EncodeToString([]byte(v)))
	}
	return fmt.Sprintf(`{"S": %q}`, v)
}

// The values that the tests draw from: few, so that keys meet; bytes that the encoding of keys escapes.
var (
	drawPartition = rapid.SampledFrom([]string{"a", "b"})
	drawSort      = rapid.SampledFrom([]string{"\x00", "\x00\x00", "\x00\x01", "\x00\xff", "\x01", "a", "a\x00", "a\x00\x01", "a\x01", "ab", "b", "\xff", "\xff\xff"})
	drawIndexSort = rapid.OneOf(rapid.Just(""), drawSort)
	drawIndexHash = rapid.SampledFrom([]string{"", "u", "v"})
)

func drawPlace(t *rapid.T) place {
	return place{drawPartition.Draw(t, "p"), drawSort.Draw(t, "s"), drawIndexSort.Draw(t, "l"), drawIndexHash.Draw(t, "g")}
}

// places is a world with the table places, and the model of it.
type places struct {
	*world
	t     *rapid.T
	items map[string]place // by p + s
}

func newPlaces(t *testing.T, rt *rapid.T) *places {
	m := &places{world: newWorld(t), t: rt, items: map[string]place{}}
	m.must("CreateTable", createPlaces)
	return m
}

func (m *places) must(operation, body string) []byte {
	m.t.Helper()
	out, err := m.request(operation, body)
	if err != nil {
		m.t.Fatalf("%s %s: %v", operation, body, err)
	}
	return out
}

func (m *places) put(a place) {
	m.must("PutItem", `{"TableName": "places", "Item": `+a.json("p", "s", "l", "g")+`}`)
	m.items[a.p+a.s] = a
}

func (m *places) remove(a place) {
	m.must("DeleteItem", `{"TableName": "places", "Key": `+a.json("p", "s")+`}`)
	delete(m.items, a.p+a.s)
}

// read is a page: the attributes of its items that are keys of something, and where it ended.
type read struct {
	items []place
	last  json.RawMessage
}

func (m *places) read(operation, body string) (out read) {
	var answer struct {
		Items            []map[string]struct{ S, B string }
		LastEvaluatedKey json.RawMessage
	}
	if err := json.Unmarshal(m.must(operation, body), &answer); err != nil {
		m.t.Fatal(err)
	}
	blob := func(text string) string {
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			m.t.Fatal(err)
		}
		return string(b)
	}
	for _, it := range answer.Items {
		out.items = append(out.items, place{it["p"].S, blob(it["s"].B), blob(it["l"].B), it["g"].S})
	}
	out.last = answer.LastEvaluatedKey
	return out
}

// compareBy orders as the way w does: by the sort key, then by the key of the table.
func compareBy(w int) func(a, b place) int {
	return func(a, b place) int {
		for _, name := range ways[w].sort {
			if c := cmp.Compare(a.of(name), b.of(name)); c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(a.p, b.p), cmp.Compare(a.s, b.s))
	}
}

// TestKeyConditions compares what key conditions mean with a model: of the table and of indexes, with
// every operator, both ways, at sort keys that are beginnings of one another.
func TestKeyConditions(t *testing.T) {
	checkProperty(t, func(rt *rapid.T) {
		m := newPlaces(t, rt)
		for range rapid.IntRange(0, 30).Draw(rt, "items") {
			m.put(drawPlace(rt))
		}
		for range 10 {
			w := rapid.IntRange(0, len(ways)-1).Draw(rt, "way")
			text, values, holds := drawCondition(rt, w)
			reverse := rapid.Bool().Draw(rt, "reverse")
			body := fmt.Sprintf(`{"TableName": "places", %s "KeyConditionExpression": %q, "ExpressionAttributeValues": {%s}, "ScanIndexForward": %v}`,
				indexMember(w), text, strings.Join(values, ", "), !reverse)
			var want []place
			for _, a := range m.items {
				if a.in(w) && holds(a) {
					want = append(want, a)
				}
			}
			slices.SortFunc(want, compareBy(w))
			if reverse {
				slices.Reverse(want)
			}
			got := m.read("Query", body).items
			if !slices.EqualFunc(got, want, func(a, b place) bool { return a.p == b.p && a.s == b.s }) {
				rt.Fatalf("%s\ngives %q\nwant  %q", body, got, want)
			}
		}
	})
}

func indexMember(w int) string {
	if ways[w].index == "" {
		return ""
	}
	return fmt.Sprintf(`"IndexName": %q,`, ways[w].index)
}

// drawCondition returns a key condition for the way w, its values, and what it means.
func drawCondition(t *rapid.T, w int) (text string, values []string, holds func(a place) bool) {
	var clauses []string
	holds = func(place) bool { return true }
	add := func(name, clause string, vs []string, clauseHolds func(v string) bool) {
		for i, v := range vs {
			placeholder := fmt.Sprintf(":%s%d", name, i)
			clause = strings.ReplaceAll(clause, fmt.Sprintf(":%d", i), placeholder)
			values = append(values, fmt.Sprintf("%q: %s", placeholder, valueJSON(name, v)))
		}
		clauses = append(clauses, strings.ReplaceAll(clause, "#", name))
		before := holds
		holds = func(a place) bool { return before(a) && clauseHolds(a.of(name)) }
	}
	for _, name := range ways[w].hash {
		draw := drawPartition
		if name == "g" {
			draw = drawIndexHash.Filter(func(v string) bool { return v != "" })
		}
		v := draw.Draw(t, name)
		add(name, "# = :0", []string{v}, func(x string) bool { return x == v })
	}
	sorts := ways[w].sort[:rapid.IntRange(0, len(ways[w].sort)).Draw(t, "sorts")]
	for i, name := range sorts {
		operators := sortOperators
		if i < len(sorts)-1 {
			operators = sortOperators[:1]
		}
		o := rapid.SampledFrom(operators).Draw(t, "operator")
		low, high := drawSort.Draw(t, "value"), drawSort.Draw(t, "value")
		if low > high {
			low, high = high, low
		}
		vs := []string{low, high}[:1+strings.Count(o.text, ":1")]
		add(name, o.text, vs, func(x string) bool { return o.holds(x, low, high) })
	}
	clauses = rapid.Permutation(clauses).Draw(t, "clauses")
	return strings.Join(clauses, " AND "), values, holds
}

// sortOperators are the conditions on a sort key # that there are, equality first.
var sortOperators = []struct {
	text  string
	holds func(x, low, high string) bool
}{
	{"# = :0", func(x, low, _ string) bool { return x == low }},
	{"# < :0", func(x, low, _ string) bool { return x < low }},
	{"# <= :0", func(x, low, _ string) bool { return x <= low }},
	{"# > :0", func(x, low, _ string) bool { return x > low }},
	{":0 <= #", func(x, low, _ string) bool { return x >= low }},
	{"# BETWEEN :0 AND :1", func(x, low, high string) bool { return low <= x && x <= high }},
	{"begins_with(#, :0)", func(x, low, _ string) bool { return strings.HasPrefix(x, low) }},
}

// TestPages holds that who follows LastEvaluatedKey gets nothing twice and loses nothing that was there
// all the time, whatever is written between the pages: on the table and on indexes, with many items
// under one index key, by Query and by Scan, both ways, with any Limit.
func TestPages(t *testing.T) {
	checkProperty(t, func(rt *rapid.T) {
		m := newPlaces(t, rt)
		for range rapid.IntRange(0, 40).Draw(rt, "items") {
			m.put(drawPlace(rt))
		}
		w := rapid.IntRange(0, len(ways)-1).Draw(rt, "way")
		operation, body, holds := "Scan", "", func(place) bool { return true }
		if rapid.Bool().Draw(rt, "query") {
			text, values, conditionHolds := drawCondition(rt, w)
			operation, holds = "Query", conditionHolds
			body = fmt.Sprintf(`"KeyConditionExpression": %q, "ExpressionAttributeValues": {%s}, "ScanIndexForward": %v,`,
				text, strings.Join(values, ", "), rapid.Bool().Draw(rt, "forward"))
		}
		there := map[string]bool{} // not touched since the first page
		for key, a := range m.items {
			there[key] = a.in(w) && holds(a)
		}
		seen := map[string]bool{}
		for start := ""; ; {
			page := m.read(operation, fmt.Sprintf(`{"TableName": "places", %s %s %s "Limit": %d}`,
				indexMember(w), body, start, rapid.IntRange(1, 6).Draw(rt, "limit")))
			for _, a := range page.items {
				if seen[a.at(w)] {
					rt.Fatalf("%s is on two pages", a.at(w))
				}
				seen[a.at(w)] = true
				delete(there, a.p+a.s)
			}
			if page.last == nil {
				break
			}
			start = `"ExclusiveStartKey": ` + string(page.last) + `,`
			for range rapid.IntRange(0, 3).Draw(rt, "writes") {
				a := drawPlace(rt)
				delete(there, a.p+a.s)
				if rapid.Bool().Draw(rt, "put") {
					m.put(a)
				} else {
					m.remove(a)
				}
			}
		}
		for key, lost := range there {
			if lost {
				rt.Fatalf("%q is on no page", m.items[key])
			}
		}
	})
}

// TestSegments holds that a parallel scan visits every item once, in exactly one segment.
func TestSegments(t *testing.T) {
	checkProperty(t, func(rt *rapid.T) {
		m := newPlaces(t, rt)
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,8}`), 1, 40, rapid.ID[string]).Draw(rt, "partitions")
		for _, name := range names {
			m.put(place{p: name, s: "s", l: "l", g: name})
		}
		total := rapid.SampledFrom([]int{1, 2, 3, 7, 100, 4096, 999_983, 1_000_000}).Draw(rt, "total")
		index := rapid.SampledFrom([]string{"", `"IndexName": "byG",`, `"IndexName": "byL",`}).Draw(rt, "index")
		seen := map[string]int{}
		for _, segment := range segmentsOf(names, total) {
			page := m.read("Scan", fmt.Sprintf(`{"TableName": "places", %s "Segment": %d, "TotalSegments": %d}`, index, segment, total))
			for _, a := range page.items {
				seen[a.p]++
			}
		}
		for _, name := range names {
			if seen[name] != 1 {
				rt.Fatalf("%q is in %d of %d segments", name, seen[name], total)
			}
		}
	})
}

// segmentsOf returns the segments in which names could be: all, if they are few, else those near the
// hashes of the names.
func segmentsOf(names []string, total int) []int {
	if total <= 100 {
		all := make([]int, total)
		for i := range all {
			all[i] = i
		}
		return all
	}
	var some []int
	for _, name := range names {
		at := int(uint64(keyspace.Hash([]byte(name))) * uint64(total) >> 32)
		some = append(some, max(at-1, 0), at, min(at+1, total-1))
	}
	slices.Sort(some)
	return slices.Compact(some)
}

// TestNumbersInOrder holds that numbers are queried in their order, not in that of their texts.
func TestNumbersInOrder(t *testing.T) {
	checkProperty(t, func(rt *rapid.T) {
		m := &places{world: newWorld(t), t: rt}
		m.must("CreateTable", strings.ReplaceAll(createPlaces, `"s", "AttributeType": "B"`, `"s", "AttributeType": "N"`))
		numbers := rapid.SliceOfN(rapid.Int64Range(-1000, 1000), 1, 8).Draw(rt, "numbers")
		for _, n := range numbers {
			m.must("PutItem", fmt.Sprintf(`{"TableName": "places", "Item": {"p": {"S": "a"}, "s": {"N": "%d"}}}`, n))
		}
		from := numbers[0]
		got := m.must("Query", fmt.Sprintf(`{"TableName": "places", "KeyConditionExpression": "p = :p AND s >= :s", "ProjectionExpression": "s",
			"ExpressionAttributeValues": {":p": {"S": "a"}, ":s": {"N": "%d.0"}}}`, from))
		slices.Sort(numbers)
		var want []string
		for _, n := range slices.Compact(numbers) {
			if n >= from {
				want = append(want, fmt.Sprintf(`{"s":{"N":"%d"}}`, n))
			}
		}
		if items := `{"Items":[` + strings.Join(want, ",") + `],`; !bytes.HasPrefix(got, []byte(items)) {
			rt.Fatalf("from %d: %s, want %s", from, got, items)
		}
	})
}
