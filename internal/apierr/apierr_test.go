package apierr

import (
	"strings"
	"testing"

	"github.com/statordb/stator/internal/attr"
)

// pk is the item {"PK": {"S": "a"}}.
func pk() attr.Item {
	var b attr.Builder
	b.Open(nil)
	return b.CloseItem(b.Field(nil, []byte("PK"), attr.AppendS(nil, "a")))
}

func TestBodies(t *testing.T) {
	cancelled := modelled("TransactionCanceledException", "cancelled")
	cancelled.Reasons = []Reason{{Code: "None"}, {Code: "ConditionalCheckFailed", Message: "no", Item: pk()}}
	for _, c := range []struct {
		err    *Error
		status int
		body   string
	}{
		{Validation(`a "quoted" text`), 400, `{"__type":"com.amazon.coral.validate#ValidationException","message":"a \"quoted\" text"}`},
		{Internal(), 500, `{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"Internal server error"}`},
		{TooLarge(), 413, `{"__type":"com.amazon.coral.service#RequestEntityTooLarge","message":"Request body is too large"}`},
		{DiskFull(), 503, `{"__type":"com.amazon.coral.service#ServiceUnavailable","message":"` + DiskFull().Message + `"}`},
		{UnknownOperation(), 400, `{"__type":"com.amazon.coral.service#UnknownOperationException"}`},
		{Serialization(""), 400, `{"__type":"com.amazon.coral.service#SerializationException"}`},
		{Serialization("x"), 400, `{"__type":"com.amazon.coral.service#SerializationException","Message":"x"}`},
		{ConditionalCheckFailed(nil), 400, `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed"}`},
		{ConditionalCheckFailed(pk()), 400, `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed","Item":{"PK":{"S":"a"}}}`},
		{cancelled, 400, `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","message":"cancelled",` +
			`"CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Message":"no","Item":{"PK":{"S":"a"}}}]}`},
	} {
		if got := string(c.err.AppendJSON(nil)); got != c.body || c.err.Status() != c.status {
			t.Errorf("got %d %s\nwant %d %s", c.err.Status(), got, c.status, c.body)
		}
	}
}

func TestMembers(t *testing.T) {
	if err := Members(nil); err != nil {
		t.Errorf("no texts are an error: %v", err)
	}
	if got, want := Members([]string{"a"}).Message, "1 validation error detected: a"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := Members([]string{"a", "b"}).Message, "2 validation errors detected: a; b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	eleven := strings.Split(strings.Repeat("x ", 11), " ")[:11]
	if got, want := Members(eleven).Message, "10 validation errors detected: "+strings.Repeat("x; ", 9)+"x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEnveloped(t *testing.T) {
	err := Invalid("x")
	if got, want := err.Enveloped().Message, "1 validation error detected: One or more parameter values were invalid: x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err.Message != "One or more parameter values were invalid: x" {
		t.Errorf("Enveloped changed its receiver: %q", err.Message)
	}
}
