package op_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// newShelves is a world with the table shelves, whose key is p, s, with a local index on p, l that has
// the keys only and another that has all.
func newShelves(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	_, err := w.request("CreateTable", `{"TableName": "shelves", "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "s", "AttributeType": "S"}, {"AttributeName": "l", "AttributeType": "S"}],
		"KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
		"LocalSecondaryIndexes": [
			{"IndexName": "keys", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "KEYS_ONLY"}},
			{"IndexName": "all", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "ALL"}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// fill puts n items of size bytes each into the partition p.
func (w *world) fill(t testing.TB, p string, n, size int) {
	t.Helper()
	for i := range n {
		s := fmt.Sprintf("%05d", i)
		rest := len("p") + len(p) + len("s") + len(s) + len("l") + len(s) + len("a")
		_, err := w.request("PutItem", fmt.Sprintf(`{"TableName": "shelves", "Item": {"p": {"S": %q}, "s": {"S": %q}, "l": {"S": %q}, "a": {"S": %q}}}`,
			p, s, s, strings.Repeat("x", size-rest)))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// pageFigures are the figures of a page.
type pageFigures struct {
	Count, ScannedCount int
	LastEvaluatedKey    map[string]struct{ S string }
	ConsumedCapacity    struct {
		CapacityUnits         float64
		Table                 struct{ CapacityUnits float64 }
		LocalSecondaryIndexes map[string]struct{ CapacityUnits float64 }
	}
}

func (w *world) page(t *testing.T, operation, body string) (f pageFigures) {
	t.Helper()
	out, err := w.request(operation, body)
	if err != nil {
		t.Fatalf("%s %s: %v", operation, body, err)
	}
	if err := json.Unmarshal(out, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

const queryShelf = `"TableName": "shelves", "KeyConditionExpression": "p = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}`

// TestPageSize holds that a page ends with the item that makes it 1 MB, whatever of the items is
// returned.
func TestPageSize(t *testing.T) {
	w := newShelves(t)
	w.fill(t, "a", 40, 1<<20/16) // 16 of them are 1 MB to the byte
	for _, c := range []struct {
		what, operation, body string
		evaluated, returned   int
		last                  string
	}{
		{"all", "Query", queryShelf, 16, 16, "00015"},
		{"backwards", "Query", queryShelf + `, "ScanIndexForward": false`, 16, 16, "00024"},
		{"a projection", "Query", queryShelf + `, "ProjectionExpression": "s"`, 16, 16, "00015"},
		{"a filter", "Query", queryShelf + `, "FilterExpression": "attribute_not_exists(a)"`, 16, 0, "00015"},
		{"the count", "Query", queryShelf + `, "Select": "COUNT"`, 16, 16, "00015"},
		{"a limit", "Query", queryShelf + `, "Limit": 15`, 15, 15, "00014"},
		{"the rest", "Query", queryShelf + `, "ExclusiveStartKey": {"p": {"S": "a"}, "s": {"S": "00031"}}`, 8, 8, ""},
		{"a scan", "Scan", `"TableName": "shelves"`, 16, 16, "00015"},
		{"an index with all", "Query", queryShelf + `, "IndexName": "all"`, 16, 16, "00015"},
		{"an index with keys", "Query", queryShelf + `, "IndexName": "keys"`, 40, 40, ""},
		{"an index with keys and its bases", "Query", queryShelf + `, "IndexName": "keys", "Select": "ALL_ATTRIBUTES"`, 16, 16, "00015"},
	} {
		f := w.page(t, c.operation, "{"+c.body+"}")
		if f.ScannedCount != c.evaluated || f.Count != c.returned || f.LastEvaluatedKey["s"].S != c.last {
			t.Errorf("%s: %d evaluated, %d returned, last %q; want %d, %d, %q",
				c.what, f.ScannedCount, f.Count, f.LastEvaluatedKey["s"].S, c.evaluated, c.returned, c.last)
		}
	}
}

// TestPageCapacity holds what a page costs: all that is evaluated as one, bases each on its own
// (captures-items §12).
func TestPageCapacity(t *testing.T) {
	w := newShelves(t)
	w.fill(t, "a", 3, 9<<10)
	for _, c := range []struct {
		body                string
		total, table, index float64
	}{
		{``, 3.5, 3.5, 0},
		{`, "ConsistentRead": true`, 7, 7, 0},
		{`, "ProjectionExpression": "s", "FilterExpression": "a = :p"`, 3.5, 3.5, 0},
		{`, "IndexName": "all"`, 3.5, 0, 3.5},
		{`, "IndexName": "keys"`, 0.5, 0, 0.5},
		{`, "IndexName": "keys", "ProjectionExpression": "p, s, l"`, 0.5, 0, 0.5},
		{`, "IndexName": "keys", "ProjectionExpression": "a"`, 5, 4.5, 0.5},
		{`, "IndexName": "keys", "Select": "ALL_ATTRIBUTES", "ConsistentRead": true`, 10, 9, 1},
	} {
		f := w.page(t, "Query", `{`+queryShelf+c.body+`, "ReturnConsumedCapacity": "INDEXES"}`).ConsumedCapacity
		index := 0.0
		for _, arm := range f.LocalSecondaryIndexes {
			index += arm.CapacityUnits
		}
		if f.CapacityUnits != c.total || f.Table.CapacityUnits != c.table || index != c.index {
			t.Errorf("%s: %v units, %v of the table, %v of the index; want %v, %v, %v",
				c.body, f.CapacityUnits, f.Table.CapacityUnits, index, c.total, c.table, c.index)
		}
	}
}

func BenchmarkQuery(b *testing.B) {
	w := newShelves(b)
	w.fill(b, "a", 1000, 1<<10)
	for _, c := range []struct{ name, more string }{
		{"1", `, "Limit": 1`},
		{"10", `, "Limit": 10`},
		{"100", `, "Limit": 100`},
		{"10 of 100", `, "Limit": 100, "FilterExpression": "l < :l"`},
		{"100 projected", `, "Limit": 100, "ProjectionExpression": "s, l"`},
		{"100 of an index", `, "Limit": 100, "IndexName": "all"`},
		{"100 bases of an index", `, "Limit": 100, "IndexName": "keys", "Select": "ALL_ATTRIBUTES"`},
	} {
		b.Run(c.name, func(b *testing.B) {
			body := `{` + queryShelf + c.more + `}`
			if strings.Contains(c.more, ":l") {
				body = strings.Replace(body, `{":p"`, `{":l": {"S": "00010"}, ":p"`, 1)
				body = strings.Replace(body, `"KeyConditionExpression": "p = :p"`, `"KeyConditionExpression": "p = :p AND s >= :s"`, 1)
				body = strings.Replace(body, `{":l"`, `{":s": {"S": "00000"}, ":l"`, 1)
			}
			benchmark(b, w, "Query", body)
		})
	}
}
