package op_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestBatchGetTooMuch holds that what would make a response larger than 16 MB is left for another
// request, with everything that the request said of it, and that the other requests get it.
func TestBatchGetTooMuch(t *testing.T) {
	w := newPeople(t)
	if _, err := w.request("CreateTable", strings.ReplaceAll(createPeople, "people", "others")); err != nil {
		t.Fatal(err)
	}
	const items, itemBytes = 30, 400_000
	var keys []string
	for n := range items {
		for _, table := range []string{"people", "others"} {
			w.expect(t, "PutItem", fmt.Sprintf(`{"TableName": %q, "Item": {"i": {"S": "%02d"}, "a": {"S": %q}}}`,
				table, n, strings.Repeat("x", itemBytes-4)), "")
		}
		keys = append(keys, fmt.Sprintf(`{"i":{"S":"%02d"}}`, n))
	}
	asked := `"ConsistentRead":true,"ExpressionAttributeNames":{"#i":"i"},"Keys":[` + strings.Join(keys, ",") + `],"ProjectionExpression":"#i"`
	request := `{"people":{` + asked + `},"others":{"AttributesToGet":null,"Keys":[` + strings.Join(keys, ",") + `],"ProjectionExpression":"i"}}`
	var got []int
	for request != `{}` {
		body, err := w.request("BatchGetItem", `{"RequestItems": `+request+`, "ReturnConsumedCapacity": "TOTAL"}`)
		if err != nil {
			t.Fatal(err)
		}
		var response struct {
			Responses        map[string][]struct{}
			UnprocessedKeys  json.RawMessage
			ConsumedCapacity []struct{ CapacityUnits float64 }
		}
		if err := json.Unmarshal(body, &response); err != nil {
			t.Fatal(err)
		}
		got = append(got, len(response.Responses["people"]), len(response.Responses["others"]))
		units := 0.0
		for _, c := range response.ConsumedCapacity {
			units += c.CapacityUnits
		}
		const each = 98 // of an item, strongly consistent
		if want := float64(len(response.Responses["people"])*each) + float64(len(response.Responses["others"])*each)/2; units != want {
			t.Errorf("a response costs %v units, not %v", units, want)
		}
		request = string(response.UnprocessedKeys)
		if len(got) == 2 && !strings.Contains(request, `"Keys":[{"i":{"S":"11"}}`) {
			t.Errorf("what is left: %.200s", request)
		}
		if len(got) > 10 {
			t.Fatal("the requests come to no end")
		}
	}
	// 16 MB hold 41 of the items.
	if want := "[30 11 0 19]"; fmt.Sprint(got) != want {
		t.Errorf("items of people and others, response by response: %v, not %s", got, want)
	}
}

// TestBatchWriteConflict holds that a write that meets a transaction for long is left for another
// request, and that the others are made.
func TestBatchWriteConflict(t *testing.T) {
	w := newPeople(t)
	letGo := w.holdPerson(t, "b")
	body, err := w.request("BatchWriteItem", `{"ReturnConsumedCapacity": "TOTAL", "RequestItems": {"people": [
		{"PutRequest": {"Item": {"i": {"S": "a"}}}}, {"DeleteRequest": {"Key": {"i": {"S": "b"}}}}, {"PutRequest": {"Item": {"i": {"S": "c"}}}}]}}`)
	letGo()
	want := `{"ConsumedCapacity":[{"CapacityUnits":2.0,"TableName":"people"}],` +
		`"UnprocessedItems":{"people":[{"DeleteRequest":{"Key":{"i":{"S":"b"}}}}]}}`
	if err != nil || string(body) != want {
		t.Errorf("a batch that meets a transaction: %s, %v", body, err)
	}
	body, err = w.request("BatchGetItem", `{"RequestItems": {"people": {"Keys": [{"i": {"S": "a"}}, {"i": {"S": "b"}}, {"i": {"S": "c"}}]}}}`)
	if want := `{"Responses":{"people":[{"i":{"S":"a"}},{"i":{"S":"c"}}]},"UnprocessedKeys":{}}`; err != nil || string(body) != want {
		t.Errorf("after it: %s, %v", body, err)
	}
}
