package op_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/op"
)

// A measured request goes the way of every request below HTTP: read the body, carry the operation
// out, append the response. The store is in memory, so a write waits for no disk.
func benchmark(b *testing.B, w *world, operation, body string) {
	b.Helper()
	shape, ok := api.Lookup("DynamoDB_20120810." + operation)
	serve := w.route(operation)
	if !ok || serve == nil {
		b.Fatalf("there is no operation %s", operation)
	}
	in := api.Shapes[shape].NewInput()
	var d api.Decoder
	text, response := []byte(body), []byte(nil)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		response = serveOnce(b, serve, &d, in, text, response)
	}
}

func serveOnce(b *testing.B, serve op.Serve, d *api.Decoder, in api.Request, body, response []byte) []byte {
	d.Reset(body)
	if err := api.DecodeRequest(d, in); err != nil {
		b.Fatal(err)
	}
	response, err := serve(context.Background(), in, response[:0])
	if err != nil {
		b.Fatal(err)
	}
	return response
}

// itemSizes are the sizes of the items that are measured, in attributes of about 100 bytes.
var itemSizes = []struct {
	name       string
	attributes int
}{{"1KB", 10}, {"100KB", 1000}}

// benchmarkItem is an item of so many attributes of several types.
func benchmarkItem(attributes int) string {
	var b strings.Builder
	b.WriteString(`{"i": {"S": "customer#123"}`)
	for n := range attributes {
		switch n % 4 {
		case 0, 1:
			fmt.Fprintf(&b, `, "text%04d": {"S": %q}`, n, strings.Repeat("x", 90))
		case 2:
			fmt.Fprintf(&b, `, "list%04d": {"L": [{"N": "%d.25"}, {"BOOL": true}, {"S": %q}]}`, n, n, strings.Repeat("y", 70))
		case 3:
			fmt.Fprintf(&b, `, "map%04d": {"M": {"number": {"N": "%d"}, "text": {"S": %q}}}`, n, n, strings.Repeat("z", 70))
		}
	}
	b.WriteByte('}')
	return b.String()
}

func BenchmarkGetItem(b *testing.B) {
	for _, size := range itemSizes {
		b.Run(size.name, func(b *testing.B) {
			w := newPeople(b)
			if _, err := w.request("PutItem", `{"TableName": "people", "Item": `+benchmarkItem(size.attributes)+`}`); err != nil {
				b.Fatal(err)
			}
			benchmark(b, w, "GetItem", `{"TableName": "people", "Key": {"i": {"S": "customer#123"}}}`)
		})
	}
}

func BenchmarkPutItem(b *testing.B) {
	for _, size := range itemSizes {
		b.Run(size.name, func(b *testing.B) {
			benchmark(b, newPeople(b), "PutItem", `{"TableName": "people", "Item": `+benchmarkItem(size.attributes)+`}`)
		})
	}
}

func BenchmarkPutItemIf(b *testing.B) {
	for _, size := range itemSizes {
		b.Run(size.name, func(b *testing.B) {
			benchmark(b, newPeople(b), "PutItem", `{"TableName": "people", "Item": `+benchmarkItem(size.attributes)+`,
				"ConditionExpression": "attribute_not_exists(i) OR #t = :t AND map0003.#n < :n",
				"ExpressionAttributeNames": {"#t": "text0000", "#n": "number"},
				"ExpressionAttributeValues": {":t": {"S": "`+strings.Repeat("x", 90)+`"}, ":n": {"N": "100"}}}`)
		})
	}
}

func BenchmarkUpdateItem(b *testing.B) {
	for _, size := range itemSizes {
		b.Run(size.name, func(b *testing.B) {
			w := newPeople(b)
			if _, err := w.request("PutItem", `{"TableName": "people", "Item": `+benchmarkItem(size.attributes)+`}`); err != nil {
				b.Fatal(err)
			}
			benchmark(b, w, "UpdateItem", `{"TableName": "people", "Key": {"i": {"S": "customer#123"}},
				"UpdateExpression": "ADD hits :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}`)
		})
	}
}

// transaction is a TransactWriteItems of so many puts, or a TransactGetItems of as many gets.
func transaction(actions int, action string) string {
	all := make([]string, actions)
	for i := range all {
		all[i] = strings.ReplaceAll(action, "customer#123", fmt.Sprintf("customer#%d", i))
	}
	return `{"TransactItems": [` + strings.Join(all, ", ") + `]}`
}

func BenchmarkTransactWriteItems(b *testing.B) {
	for _, puts := range []int{1, 4} {
		b.Run(fmt.Sprintf("puts=%d", puts), func(b *testing.B) {
			benchmark(b, newPeople(b), "TransactWriteItems", transaction(puts, `{"Put": {"TableName": "people", "Item": `+benchmarkItem(10)+`}}`))
		})
	}
	b.Run("puts=4,token", func(b *testing.B) {
		serve := newPeople(b).route("TransactWriteItems")
		body := transaction(4, `{"Put": {"TableName": "people", "Item": `+benchmarkItem(10)+`}}`)
		text := []byte(strings.TrimSuffix(body, "}") + `, "ClientRequestToken": "`)
		head, response := len(text), []byte(nil)
		var in api.TransactWriteItemsInput
		var d api.Decoder
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			text = append(strconv.AppendInt(text[:head], int64(n), 10), `"}`...) // of the same request it would be a replay
			response = serveOnce(b, serve, &d, &in, text, response)
		}
	})
}

// BenchmarkGetFour compares the ways to read four items.
func BenchmarkGetFour(b *testing.B) {
	w := newPeople(b)
	if _, err := w.request("TransactWriteItems", transaction(4, `{"Put": {"TableName": "people", "Item": `+benchmarkItem(10)+`}}`)); err != nil {
		b.Fatal(err)
	}
	b.Run("TransactGetItems", func(b *testing.B) {
		benchmark(b, w, "TransactGetItems", transaction(4, `{"Get": {"TableName": "people", "Key": {"i": {"S": "customer#123"}}}}`))
	})
	b.Run("BatchGetItem", func(b *testing.B) {
		benchmark(b, w, "BatchGetItem", `{"RequestItems": {"people": {"Keys": [{"i": {"S": "customer#0"}}, {"i": {"S": "customer#1"}},
			{"i": {"S": "customer#2"}}, {"i": {"S": "customer#3"}}]}}}`)
	})
}

func BenchmarkBatchWriteItem(b *testing.B) {
	requests := make([]string, 25)
	for i := range requests {
		requests[i] = `{"PutRequest": {"Item": ` + strings.ReplaceAll(benchmarkItem(10), "customer#123", fmt.Sprintf("customer#%d", i)) + `}}`
	}
	benchmark(b, newPeople(b), "BatchWriteItem", `{"RequestItems": {"people": [`+strings.Join(requests, ", ")+`]}}`)
}

func BenchmarkExecuteStatement(b *testing.B) {
	w := newPeople(b)
	if _, err := w.request("PutItem", `{"TableName": "people", "Item": `+benchmarkItem(10)+`}`); err != nil {
		b.Fatal(err)
	}
	benchmark(b, w, "ExecuteStatement", `{"Statement": "SELECT * FROM people WHERE i = ?", "Parameters": [{"S": "customer#123"}]}`)
}
