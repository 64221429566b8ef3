package op_test

import (
	"fmt"
	"sync"
	"testing"
)

// upserts is how many clients change one item at once.
const upserts = 64

// TestConcurrentUpserts holds that no update of an item is lost that many clients update before it
// exists, and that only one of many can make an item that must not exist.
func TestConcurrentUpserts(t *testing.T) {
	w := newPeople(t)
	made := make(chan int, upserts)
	var clients sync.WaitGroup
	for n := range upserts {
		clients.Go(func() {
			c := &world{Service: w.Service} // a decoder of its own
			_, err := c.request("UpdateItem", fmt.Sprintf(`{"TableName": "people", "Key": {"i": {"S": "ann"}},
				"UpdateExpression": "ADD hits :one, who :me", "ExpressionAttributeValues": {":one": {"N": "1"}, ":me": {"NS": ["%d"]}}}`, n))
			if err != nil {
				t.Error(err)
			}
			_, err = c.request("PutItem", `{"TableName": "people", "Item": {"i": {"S": "bob"}}, "ConditionExpression": "attribute_not_exists(i)"}`)
			if err == nil {
				made <- n
			}
		})
	}
	clients.Wait()
	if len(made) != 1 {
		t.Errorf("%d clients made the item that must not exist", len(made))
	}
	body, err := w.request("GetItem", `{"TableName": "people", "Key": {"i": {"S": "ann"}}, "ConsistentRead": true,
		"ProjectionExpression": "hits"}`)
	if want := fmt.Sprintf(`{"Item":{"hits":{"N":"%d"}}}`, upserts); err != nil || string(body) != want {
		t.Errorf("after %d upserts: %s, %v", upserts, body, err)
	}
	w.expect(t, "UpdateItem", fmt.Sprintf(`{"TableName": "people", "Key": {"i": {"S": "ann"}}, "ConditionExpression": "size(who) = :n",
		"ExpressionAttributeValues": {":n": {"N": "%d"}}}`, upserts), "")
}
