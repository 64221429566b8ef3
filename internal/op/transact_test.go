package op_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/op"
	"github.com/statordb/stator/internal/store"
)

// holdPerson holds the item of the table people under the key until the function it returns is called.
func (w *world) holdPerson(t testing.TB, key string) (letGo func()) {
	t.Helper()
	change, ended := holding{make(chan struct{}), make(chan struct{})}, make(chan error, 1)
	table := w.catalog.Table("people")
	go func() {
		var buf []byte
		ws := []store.Write{{Table: table, Key: store.Key{Partition: []byte(key)}, Change: change}}
		ended <- w.store.Transact(t.Context(), ws, make([]store.Result, 1), &buf, nil)
	}()
	<-change.begun
	return func() {
		close(change.goOn)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// holding is a change that holds its item until it may go on, and then takes it away.
type holding struct{ begun, goOn chan struct{} }

func (c holding) Apply(attr.Item, *[]byte) (attr.Item, error) {
	close(c.begun)
	<-c.goOn
	return nil, nil
}

// reasons returns the codes of the reasons of a cancellation.
func reasons(t testing.TB, err error) string {
	t.Helper()
	cancelled, ok := errors.AsType[*apierr.Error](err)
	if !ok || cancelled.Code != "TransactionCanceledException" {
		t.Fatalf("%v is no cancellation", err)
	}
	var codes []string
	for _, r := range cancelled.Reasons {
		codes = append(codes, r.Code)
	}
	return strings.Join(codes, " ")
}

// TestTransactionConflict holds which actions are the reason when another transaction holds items, and
// that reads are never in its way.
func TestTransactionConflict(t *testing.T) {
	w := newPeople(t)
	w.expect(t, "PutItem", `{"TableName": "people", "Item": {"i": {"S": "b"}}}`, "")
	letGo := w.holdPerson(t, "b")
	_, err := w.request("TransactWriteItems", `{"TransactItems": [
		{"Put": {"TableName": "people", "Item": {"i": {"S": "a"}}}},
		{"ConditionCheck": {"TableName": "people", "Key": {"i": {"S": "b"}}, "ConditionExpression": "attribute_exists(i)"}},
		{"Delete": {"TableName": "people", "Key": {"i": {"S": "c"}}}}]}`)
	if got := reasons(t, err); got != "None TransactionConflict None" {
		t.Errorf("the reasons are %s", got)
	}
	// What is cancelled in any case meets it too.
	_, err = w.request("TransactWriteItems", `{"TransactItems": [
		{"Put": {"TableName": "people", "Item": {"j": {"S": "a"}}}}, {"Put": {"TableName": "people", "Item": {"i": {"S": "b"}}}}]}`)
	if got := reasons(t, err); got != "ValidationError TransactionConflict" {
		t.Errorf("the reasons are %s", got)
	}
	w.expect(t, "TransactGetItems", `{"TransactItems": [{"Get": {"TableName": "people", "Key": {"i": {"S": "b"}}}}]}`, "")
	w.expect(t, "PutItem", `{"TableName": "people", "Item": {"i": {"S": "b"}}}`,
		"TransactionConflictException: Transaction is ongoing for the item")
	letGo()
	w.expect(t, "GetItem", `{"TableName": "people", "Key": {"i": {"S": "a"}}}`, "")
}

// TestTransactUpdateSize holds that an update in a transaction is held to the size of the finished item
// alone, and cancels.
func TestTransactUpdateSize(t *testing.T) {
	w := newPeople(t)
	update := func(length int) string {
		return fmt.Sprintf(`{"TransactItems": [{"Update": {"TableName": "people", "Key": {"i": {"S": "k"}}, "UpdateExpression": "SET a = :v",
			"ExpressionAttributeValues": {":v": {"S": %q}}}}]}`, strings.Repeat("x", length))
	}
	w.expect(t, "TransactWriteItems", update(attr.ItemBytesMax-3), "")
	_, err := w.request("TransactWriteItems", update(attr.ItemBytesMax-2))
	if got := reasons(t, err); got != "ValidationError" {
		t.Errorf("the reasons are %s", got)
	}
}

// TestTransactGetSize holds that a transaction reads 4 MB and not more.
func TestTransactGetSize(t *testing.T) {
	w := newPeople(t)
	var gets []string
	for n := range 11 {
		w.expect(t, "PutItem", fmt.Sprintf(`{"TableName": "people", "Item": {"i": {"S": "%02d"}, "a": {"S": %q}}}`,
			n, strings.Repeat("x", 400_000)), "")
		gets = append(gets, fmt.Sprintf(`{"Get": {"TableName": "people", "Key": {"i": {"S": "%02d"}}, "ProjectionExpression": "i"}}`, n))
	}
	get := func(n int) string { return `{"TransactItems": [` + strings.Join(gets[:n], ", ") + `]}` }
	w.expect(t, "TransactGetItems", get(10), "")
	w.expect(t, "TransactGetItems", get(11), "ValidationException: Collection size of items exceeded, which can also be caused by "+
		"the aggregate size of the items in the transaction exceeding the 4MB limit")
}

// TestTransactCollectionFull holds that an item collection that becomes too large cancels, and that the
// writes of one transaction count together.
func TestTransactCollectionFull(t *testing.T) {
	w := newWorld(t)
	w.store = store.New(w.engine, store.WithCollectionBytesMax(100))
	w.Service = op.New(op.Options{Catalog: w.catalog, Store: w.store, Now: func() time.Time { return w.now }})
	_, err := w.request("CreateTable", `{"TableName": "books", "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": [{"AttributeName": "i", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}, {"AttributeName": "a", "AttributeType": "S"}],
		"KeySchema": [{"AttributeName": "i", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
		"LocalSecondaryIndexes": [{"IndexName": "by-a", "KeySchema": [{"AttributeName": "i", "KeyType": "HASH"}, {"AttributeName": "a", "KeyType": "RANGE"}],
			"Projection": {"ProjectionType": "KEYS_ONLY"}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	item := func(i string, n int) string {
		return fmt.Sprintf(`{"i": {"S": %q}, "n": {"N": "%d"}, "b": {"S": %q}}`, i, n, strings.Repeat("x", 50))
	}
	put := func(i string, n int) string { return `{"Put": {"TableName": "books", "Item": ` + item(i, n) + `}}` }
	_, err = w.request("TransactWriteItems", `{"TransactItems": [`+put("x", 1)+`, `+put("x", 2)+`, `+put("y", 1)+`]}`)
	if got := reasons(t, err); got != "None ItemCollectionSizeLimitExceeded None" {
		t.Errorf("the reasons are %s", got)
	}
	w.expect(t, "TransactWriteItems", `{"TransactItems": [`+put("x", 1)+`, `+put("y", 1)+`]}`, "")
	// The writes of a batch do not depend on one another.
	w.expect(t, "BatchWriteItem", `{"RequestItems": {"books": [{"PutRequest": {"Item": `+item("x", 2)+`}}, {"PutRequest": {"Item": `+item("z", 1)+`}}]}}`,
		"ItemCollectionSizeLimitExceededException: Collection size exceeded")
	body, err := w.request("GetItem", `{"TableName": "books", "Key": {"i": {"S": "z"}, "n": {"N": "1"}}, "ProjectionExpression": "n"}`)
	if err != nil || string(body) != `{"Item":{"n":{"N":"1"}}}` {
		t.Errorf("the other write of the batch: %s, %v", body, err)
	}
}

// TestTransactTokenRace holds that clients that send the same transaction at the same time get it done
// once, and that each learns so.
func TestTransactTokenRace(t *testing.T) {
	w := newPeople(t)
	const clients = 32
	var replayed, under atomic.Int32
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			c := &world{Service: w.Service} // a decoder of its own
			for {
				body, err := c.request("TransactWriteItems", `{"ClientRequestToken": "t", "ReturnConsumedCapacity": "TOTAL", "TransactItems": [
					{"Update": {"TableName": "people", "Key": {"i": {"S": "ann"}}, "UpdateExpression": "ADD hits :one",
						"ExpressionAttributeValues": {":one": {"N": "1"}}}}]}`)
				busy, ok := errors.AsType[*apierr.Error](err)
				switch {
				case ok && busy.Code == "TransactionInProgressException":
					under.Add(1)
					continue
				case err != nil:
					t.Error(err)
				case strings.Contains(string(body), "ReadCapacityUnits"):
					replayed.Add(1)
				}
				return
			}
		})
	}
	all.Wait()
	t.Logf("%d requests came while the transaction was being done", under.Load())
	body, err := w.request("GetItem", `{"TableName": "people", "Key": {"i": {"S": "ann"}}, "ProjectionExpression": "hits"}`)
	if replayed.Load() != clients-1 || err != nil || string(body) != `{"Item":{"hits":{"N":"1"}}}` {
		t.Errorf("%d clients, %d replays: %s, %v", clients, replayed.Load(), body, err)
	}
}

// TestTransactTokenOutlivesTable holds that a transaction which has been done stays done, though its table could not
// take it any more.
func TestTransactTokenOutlivesTable(t *testing.T) {
	w := newPeople(t)
	write := `{"ClientRequestToken": "t", "TransactItems": [{"Put": {"TableName": "people", "Item": {"i": {"S": "ann"}, "g": {"N": "1"}}}}, {"Update": {
		"TableName": "people", "Key": {"i": {"S": "count"}}, "UpdateExpression": "ADD n :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}}]}`
	statements := `{"ClientRequestToken": "t", "TransactStatements": [{"Statement": "INSERT INTO people VALUE {'i': 'bob', 'g': 1}"}]}`
	w.expect(t, "TransactWriteItems", write, "")
	w.expect(t, "ExecuteTransaction", statements, "")
	w.expect(t, "UpdateTable", `{"TableName": "people", "AttributeDefinitions": [{"AttributeName": "g", "AttributeType": "S"}], "GlobalSecondaryIndexUpdates": [
		{"Create": {"IndexName": "by-g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}}]}`, "")
	w.expect(t, "TransactWriteItems", write, "")
	w.expect(t, "ExecuteTransaction", statements, "")
	got, err := w.request("GetItem", `{"TableName": "people", "Key": {"i": {"S": "count"}}}`)
	if want := `{"Item":{"i":{"S":"count"},"n":{"N":"1"}}}`; err != nil || string(got) != want {
		t.Errorf("the counter is %s, not %s: %v", got, want, err)
	}
}

// TestTransactTokenText holds that every character of a request counts when a token is used again.
func TestTransactTokenText(t *testing.T) {
	w := newPeople(t)
	request := func(condition string) string {
		return fmt.Sprintf(`{"ClientRequestToken": "t", "TransactItems": [
			{"Delete": {"TableName": "people", "Key": {"i": {"S": "ann"}}, "ConditionExpression": %q}}]}`, condition)
	}
	const mismatch = "IdempotentParameterMismatchException: DynamoDB rejected the request because you retried a request with a different payload " +
		"but with an idempotent token that was already used."
	long := strings.Repeat("attribute_not_exists(a) AND ", 20)
	for _, c := range []struct{ condition, want string }{
		{long + "attribute_not_exists(b)", ""},
		{long + "attribute_not_exists(b)", ""},
		{long + "attribute_not_exists(c)", mismatch},
		{"attribute_not_exists(b)" + strings.TrimPrefix(long, "attribute_not_exists(a)") + "attribute_not_exists(b)", mismatch},
		{long + "attribute_not_exists(b) ", mismatch},
	} {
		w.expect(t, "TransactWriteItems", request(c.condition), c.want)
	}
	// Names are a map: it does not matter in which order they come.
	for _, names := range []string{`{"#a": "a", "#b": "b"}`, `{"#b": "b", "#a": "a"}`} {
		w.expect(t, "TransactWriteItems", `{"ClientRequestToken": "names", "TransactItems": [{"Delete": {"TableName": "people", "Key": {"i": {"S": "ann"}},
			"ConditionExpression": "attribute_not_exists(#a) AND attribute_not_exists(#b)", "ExpressionAttributeNames": `+names+`}}]}`, "")
	}
}
