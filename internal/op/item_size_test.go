package op_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/statordb/stator/internal/attr"
)

const createPeople = `{"TableName": "people", "BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "i", "AttributeType": "S"}],
	"KeySchema": [{"AttributeName": "i", "KeyType": "HASH"}]}`

// newPeople is a world with the table people, whose key is i.
func newPeople(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	if _, err := w.request("CreateTable", createPeople); err != nil {
		t.Fatal(err)
	}
	return w
}

// expect carries out an operation and checks how it is refused; "" is not at all.
func (w *world) expect(t *testing.T, operation, body, want string) {
	t.Helper()
	_, err := w.request(operation, body)
	got := ""
	if err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("%s %.120s gives %q, want %q", operation, body, got, want)
	}
}

const (
	putTooLarge    = "ValidationException: Item size has exceeded the maximum allowed size"
	updateTooLarge = "ValidationException: Item size to update has exceeded the maximum allowed size"
)

// TestItemSize holds that an item may have 409,600 bytes and not one more, whatever the table.
func TestItemSize(t *testing.T) {
	w := newPeople(t)
	const rest = len("i") + len("k") + len("a")
	put := func(table string, size int) string {
		return fmt.Sprintf(`{"TableName": %q, "Item": {"i": {"S": "k"}, "a": {"S": %q}}}`, table, strings.Repeat("x", size-rest))
	}
	w.expect(t, "PutItem", put("people", attr.ItemBytesMax), "")
	w.expect(t, "PutItem", put("people", attr.ItemBytesMax+1), putTooLarge)
	w.expect(t, "PutItem", put("nobody", attr.ItemBytesMax+1), putTooLarge)
}

// TestUpdateSize holds the two limits of UpdateItem: what the statement alone is charged, before the
// condition, and the finished item (captures-items §3.7).
func TestUpdateSize(t *testing.T) {
	w := newPeople(t)
	update := func(key string, length int, more string) string {
		return fmt.Sprintf(`{"TableName": "people", "Key": {"i": {"S": %q}}, "UpdateExpression": "SET a = :v",
			"ExpressionAttributeValues": {":v": {"S": %q}}%s}`, key, strings.Repeat("x", length), more)
	}
	// The statement costs 3, a SET 19, its target 1.
	const ceiling = 409_600 - 3 - 19 - 1
	w.expect(t, "UpdateItem", update("k", ceiling, ""), "")
	w.expect(t, "UpdateItem", update("k", ceiling+1, `, "ConditionExpression": "attribute_exists(nothing)"`), updateTooLarge)
	long := strings.Repeat("k", 40)
	fits := attr.ItemBytesMax - len("i") - len(long) - len("a")
	w.expect(t, "UpdateItem", update(long, fits, ""), "")
	w.expect(t, "UpdateItem", update(long, fits+1, ""), updateTooLarge)
	w.expect(t, "UpdateItem", update(long, fits+1, `, "ConditionExpression": "attribute_exists(nothing)"`),
		"ConditionalCheckFailedException: The conditional request failed")
	// What replaced expressions is charged for the finished item only.
	legacy := func(length int) string {
		return fmt.Sprintf(`{"TableName": "people", "Key": {"i": {"S": "k"}}, "AttributeUpdates": {"a": {"Value": {"S": %q}}}}`,
			strings.Repeat("x", length))
	}
	w.expect(t, "UpdateItem", legacy(attr.ItemBytesMax-3), "")
	w.expect(t, "UpdateItem", legacy(attr.ItemBytesMax-2), updateTooLarge)
}

// TestUpdateTooDeep holds that an update cannot nest values deeper than an item may have them.
func TestUpdateTooDeep(t *testing.T) {
	w := newPeople(t)
	w.expect(t, "PutItem", expand(`{"TableName": "people", "Item": {"i": {"S": "k"}, "m": {"M": {}}}}`), "")
	update := func(levels int) string {
		return expand(fmt.Sprintf(`{"TableName": "people", "Key": {"i": {"S": "k"}}, "UpdateExpression": "SET m.a = :v",
			"ExpressionAttributeValues": {":v": <%d lists>}}`, levels))
	}
	w.expect(t, "UpdateItem", update(30), "")
	w.expect(t, "UpdateItem", update(31), "ValidationException: Nesting Levels have exceeded supported limits")
}
