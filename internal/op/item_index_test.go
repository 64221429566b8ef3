package op_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/op"
	"github.com/statordb/stator/internal/store"
)

// createOrders makes a table with a local index and global ones: one with several attributes in its key,
// and one with the key of the table turned round.
const createOrders = `{"TableName": "orders", "BillingMode": "PAY_PER_REQUEST",
	"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
	"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"},
		{"AttributeName": "a", "AttributeType": "S"}, {"AttributeName": "b", "AttributeType": "B"}, {"AttributeName": "n", "AttributeType": "N"}],
	"GlobalSecondaryIndexes": [
		{"IndexName": "one", "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "pk", "KeyType": "RANGE"}],
			"Projection": {"ProjectionType": "KEYS_ONLY"}},
		{"IndexName": "two", "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "b", "KeyType": "HASH"},
			{"AttributeName": "n", "KeyType": "RANGE"}, {"AttributeName": "pk", "KeyType": "RANGE"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
			"Projection": {"ProjectionType": "KEYS_ONLY"}},
		{"IndexName": "turned", "KeySchema": [{"AttributeName": "sk", "KeyType": "HASH"}, {"AttributeName": "pk", "KeyType": "RANGE"}],
			"Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["y"]}}],
	"LocalSecondaryIndexes": [
		{"IndexName": "own", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
			"Projection": {"ProjectionType": "ALL"}}]}`

func newOrders(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	if _, err := w.request("CreateTable", createOrders); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestAdmitted holds that an item that a write may put is in every index of which it has all key
// attributes: what the operations admit is what the store puts into indexes.
func TestAdmitted(t *testing.T) {
	long := func(bytes int) string { return fmt.Sprintf(`{"S": %q}`, strings.Repeat("x", bytes)) }
	texts := []string{`{"S": "x"}`, long(1000), long(1024), long(1025), long(2048), long(2049), `{"S": ""}`, `{"N": "1"}`, `{"NULL": true}`, ""}
	blobs := []string{`{"B": "AA=="}`, `{"B": ""}`, `{"S": "x"}`, ""}
	numbers := []string{`{"N": "1"}`, `{"N": "-1.5"}`, `{"L": []}`, ""}
	rapid.Check(t, func(rt *rapid.T) {
		w := newOrders(t)
		has := map[string]bool{"pk": true, "sk": true}
		pk, sk := rapid.SampledFrom(texts[:5]).Draw(rt, "pk"), rapid.SampledFrom(texts[:2]).Draw(rt, "sk")
		key := `"pk": ` + pk + `, "sk": ` + sk
		item, sets, values := key, "SET x = :x", `":x": {"S": "x"}`
		for _, a := range []struct {
			name   string
			values []string
		}{{"a", texts}, {"b", blobs}, {"n", numbers}} {
			v := rapid.SampledFrom(a.values).Draw(rt, a.name)
			if v == "" {
				continue
			}
			has[a.name] = true
			item += fmt.Sprintf(`, %q: %s`, a.name, v)
			sets += fmt.Sprintf(`, %s = :%s`, a.name, a.name)
			values += fmt.Sprintf(`, ":%s": %s`, a.name, v)
		}
		operation, body := "PutItem", `"Item": {`+item+`}`
		if rapid.Bool().Draw(rt, "by an update") {
			operation, body = "UpdateItem", `"Key": {`+key+`}, "UpdateExpression": "`+sets+`", "ExpressionAttributeValues": {`+values+`}`
		}
		_, err := w.request(operation, `{"TableName": "orders", `+body+`}`)
		table := w.catalog.Table("orders")
		for i := range table.Indexes {
			ix := &table.Indexes[i]
			want := int64(1)
			for _, name := range ix.KeyNames() {
				if !has[name] || err != nil {
					want = 0
				}
			}
			if got, statsErr := w.store.IndexStats(t.Context(), table, ix); statsErr != nil || got.Items != want {
				rt.Fatalf("%s %.200s gives %v; index %s has %d entries", operation, body, err, ix.Name, got.Items)
			}
		}
	})
}

// TestCollectionFull holds how a write is refused that makes an item collection too large.
func TestCollectionFull(t *testing.T) {
	w := newOrders(t)
	w.store = store.New(w.engine, store.WithCollectionBytesMax(1000))
	w.Service = op.New(op.Options{Catalog: w.catalog, Store: w.store, Now: w.now.UTC})
	const full = "ItemCollectionSizeLimitExceededException: Collection size exceeded"
	put := func(pk, a string, bytes int) string {
		return fmt.Sprintf(`{"TableName": "orders", "Item": {"pk": {"S": %q}, "sk": {"S": "1"}, "x": {"S": %q}%s}}`, pk, strings.Repeat("x", bytes), a)
	}
	w.expect(t, "PutItem", put("p", "", 993), "") // and seven of the rest
	w.expect(t, "PutItem", put("p", "", 994), full)
	w.expect(t, "PutItem", put("p", `, "n": {"N": "1"}`, 500), full) // twice: in the local index, too
	w.expect(t, "PutItem", put("p", `, "b": {"B": "AA=="}`, 500), "")
	w.expect(t, "PutItem", put("q", "", 990), "")
	update := `{"TableName": "orders", "Key": {"pk": {"S": "p"}, "sk": {"S": %q}}, "UpdateExpression": "SET x = :x",
		"ExpressionAttributeValues": {":x": {"S": %q}}, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}`
	w.expect(t, "UpdateItem", fmt.Sprintf(update, "1", strings.Repeat("x", 1000)), full)
	w.expect(t, "UpdateItem", fmt.Sprintf(update, "2", strings.Repeat("x", 600)), full)
	w.expect(t, "DeleteItem", `{"TableName": "orders", "Key": {"pk": {"S": "p"}, "sk": {"S": "1"}}}`, "")
	w.expect(t, "UpdateItem", fmt.Sprintf(update, "2", strings.Repeat("x", 600)), "")
}

// TestCollectionMetrics holds that the size of an item collection is reported between whole gigabytes.
// A share in it says that there is more than a test would write.
func TestCollectionMetrics(t *testing.T) {
	w := newOrders(t)
	const gigabytes = 3
	key := w.catalog.Table("orders").ID.Share(nil, []byte("p"), 77)
	_, err := w.engine.Update(t.Context(), engine.TxnOpt{}, func(txn engine.Txn) error {
		txn.Set(key, binary.AppendVarint([]byte{1}, gigabytes<<30))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, operation := range []string{
		`UpdateItem "Key": {"pk": {"S": "p"}, "sk": {"S": "1"}}`,
		`DeleteItem "Key": {"pk": {"S": "p"}, "sk": {"S": "1"}}`,
		`DeleteItem "Key": {"pk": {"S": "p"}, "sk": {"S": "1"}}`,
		`PutItem "Item": {"pk": {"S": "p"}, "sk": {"S": "1"}}`,
	} {
		name, members, _ := strings.Cut(operation, " ")
		body, err := w.request(name, `{"TableName": "orders", "ReturnItemCollectionMetrics": "SIZE", `+members+`}`)
		want := `{"ItemCollectionMetrics":{"ItemCollectionKey":{"pk":{"S":"p"}},"SizeEstimateRangeGB":[3.0,4.0]}}`
		if err != nil || string(body) != want {
			t.Errorf("%s gives %s, %v", operation, body, err)
		}
	}
}
