package robustness

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/statordb/stator/test/statortest"
)

const (
	nestings     = 500_000
	bodyBytesMax = 16 << 20 // DynamoDB's bounds of a request
	headBytesMax = 16 << 10
	textBytesMax = 4096 // of an expression
	bombBytes    = 256 << 20
	manyMembers  = 400_000
)

// attack is a request that must be refused.
type attack struct {
	name     string
	request  func(t *testing.T, h *hostile) []byte // head and body
	statuses []int
	errors   []string // names of the error; nil: any
	closes   bool     // the connection may be closed without an answer
}

// send sends the attack over a connection of its own and tells what is wrong with the answer.
func (a attack) send(t *testing.T, h *hostile) {
	t.Helper()
	got, err := h.TryExchange(a.request(t, h))
	switch {
	case err == nil:
		a.check(t, got)
	case !a.closes:
		t.Errorf("%s: %v", a.name, err)
	}
}

func (a attack) check(t *testing.T, got *statortest.Answer) {
	t.Helper()
	if !slices.Contains(a.statuses, got.Status) {
		t.Errorf("%s: answered with %v, want status %v", a.name, got, a.statuses)
	}
	if name, _ := got.Error(); a.errors != nil && !slices.Contains(a.errors, name) {
		t.Errorf("%s: answered with %v, want one of %v", a.name, got, a.errors)
	}
}

// Names of errors.
const (
	validation    = "ValidationException"
	serialization = "SerializationException"
)

// attacks is sorted by what they abuse: values, expressions, numbers, JSON, HTTP.
var attacks = slices.Concat(valueAttacks, expressionAttacks, numberAttacks, jsonAttacks, httpAttacks)

var valueAttacks = []attack{
	refusal("nested maps", "PutItem", `{"TableName":"hostile","Item":{"pk":{"S":"x"},"a":`+nested(`{"M":{"a":`, `{"S":"x"}`, `}}`)+`}}`),
	refusal("nested maps without an end", "PutItem", `{"TableName":"hostile","Item":{"pk":{"S":"x"},"a":`+nested(`{"M":{"a":`, ``, ``)),
	refusal("nested lists", "PutItem", `{"TableName":"hostile","Item":{"pk":{"S":"x"},"a":`+nested(`{"L":[`, `{"S":"x"}`, `]}`)+`}}`),
	refusal("a nested key", "GetItem", `{"TableName":"hostile","Key":{"pk":`+nested(`{"M":{"a":`, `{"S":"x"}`, `}}`)+`}}`),
	refusal("a nested expression value", "UpdateItem", `{"TableName":"hostile","Key":{"pk":{"S":"x"}},"UpdateExpression":"SET a = :a",`+
		`"ExpressionAttributeValues":{":a":`+nested(`{"M":{"a":`, `{"S":"x"}`, `}}`)+`}}`),
	refusal("a nested legacy value", "DeleteItem", `{"TableName":"hostile","Key":{"pk":{"S":"x"}},"Expected":{"a":{"Value":`+
		nested(`{"L":[`, `{"S":"x"}`, `]}`)+`}}}`),
	refusal("more members than an item holds", "PutItem", `{"TableName":"hostile","Item":{"pk":{"S":"x"},"a":{"L":[`+
		many(func(int) string { return `{"NULL":true}` })+`]}}}`),
	refusal("a set of many members", "PutItem", `{"TableName":"hostile","Item":{"pk":{"S":"x"},"a":{"NS":[`+
		many(func(i int) string { return fmt.Sprintf(`"%d"`, i*7919%manyMembers) })+`]}}}`),
	refusal("a set of equal members", "PutItem", `{"TableName":"hostile","Item":{"pk":{"S":"x"},"a":{"SS":[`+
		many(func(int) string { return `"same"` })+`]}}}`),
	refusal("an endless key", "PutItem", `{"TableName":"hostile","Item":{"pk":{"S":"`+strings.Repeat("k", 15<<20)+`"}}}`),
}

var expressionAttacks = []attack{
	condition("nested parentheses", strings.Repeat("(", 2000)+"a = :v"+strings.Repeat(")", 2000)),
	condition("parentheses without an end", strings.Repeat("(", textBytesMax)),
	condition("NOT NOT NOT", strings.Repeat("NOT ", textBytesMax/4-10)+"a = :v"),
	condition("size(size(size(", strings.Repeat("size(", textBytesMax/5)),
	condition("many operators", strings.Repeat("a = :v OR ", textBytesMax/10-5)+"a = :v"),
	condition("a deep path", "a"+strings.Repeat(".a", textBytesMax/2-20)+" = :v"),
	condition("many indexes", "a"+strings.Repeat("[0]", textBytesMax/3-20)+" = :v"),
	condition("an endless index", "a["+strings.Repeat("9", textBytesMax-20)+"] = :v"),
	condition("many operands", "a IN ("+strings.Repeat(":v,", textBytesMax/3-20)+":v)"),
	condition("five megabytes", strings.Repeat("(", 5<<20)),
	update("a nested operand", "SET a = "+strings.Repeat("if_not_exists(a, ", textBytesMax/17-10)+":undefined"+strings.Repeat(")", textBytesMax/17-10)),
	update("many actions", "REMOVE "+strings.Repeat("a,", textBytesMax/2-20)+"a"),
	update("SET SET SET", strings.Repeat("SET ", textBytesMax/4)),
	refusal("a deep projection", "GetItem", `{"TableName":"hostile","Key":{"pk":{"S":"witness"}},"ProjectionExpression":"a`+strings.Repeat(".a", 2000)+`"}`),
	refusal("many placeholders", "GetItem", `{"TableName":"hostile","Key":{"pk":{"S":"witness"}},"ProjectionExpression":"#n0","ExpressionAttributeNames":{`+
		many(func(i int) string { return fmt.Sprintf(`"#n%d":"a%d"`, i, i) })+`}}`),
}

var numberAttacks = []attack{
	sum("a sum with a huge exponent", "1.0", "1.0e100000000"),
	sum("a sum with a tiny exponent", "1.0", "1.0e-100000000"),
	sum("a sum with an exponent beyond 64 bits", "1", "1e99999999999999999999999"),
	sum("a sum with a million digits", "1", strings.Repeat("9", 1_000_000)),
	sum("a sum with a million zeros", "1", "1."+strings.Repeat("0", 1_000_000)+"e9999999999"),
	refusal("a huge number", "PutItem", `{"TableName":"hostile","Item":{"pk":{"S":"x"},"a":{"N":"1e100000000"}}}`),
	refusal("a number for an integer", "ListTables", `{"Limit":1e100000000}`),
	refusal("an endless number for an integer", "ListTables", `{"Limit":`+strings.Repeat("9", 1_000_000)+`}`),
}

var jsonAttacks = []attack{
	refusal("nested brackets", "ListTables", strings.Repeat("[", nestings)),
	refusal("a nested unknown member", "ListTables", `{"Limit":-1,"Unknown":`+nested("[", "1", "]")+`}`),
	refusal("nested objects for a string", "DescribeTable", `{"TableName":`+nested(`{"a":`, "1", "}")+`}`),
	refusal("sixteen megabytes of blanks", "ListTables", strings.Repeat(" ", bodyBytesMax)),
	refusal("a string without an end", "DescribeTable", `{"TableName":"`+strings.Repeat("x", 10<<20)),
	refusal("escapes without an end", "DescribeTable", `{"TableName":"`+strings.Repeat(`\u0000`, 1<<20)),
	refusal("half a surrogate pair", "PutItem", `{"TableName":"hostile","Item":{"pk":{"S":"\ud800"},"n":{"N":"x"}}}`),
	refusal("a zero byte", "PutItem", "{\"TableName\":\"hostile\",\"Item\":{\"pk\":{\"S\":\"\x00\"}}}"),
	refusal("no JSON", "PutItem", "\xff\xfe\xfd"),
}

var httpAttacks = []attack{
	{"a gzip bomb", func(t *testing.T, h *hostile) []byte {
		return posted(t, h, "ListTables", bomb(), "Content-Encoding: gzip")
	}, []int{http.StatusRequestEntityTooLarge}, nil, false},
	{"half a gzip stream", func(t *testing.T, h *hostile) []byte {
		whole := zipped([]byte(`{"Limit":1}`))
		return posted(t, h, "ListTables", whole[:len(whole)/2], "Content-Encoding: gzip")
	}, []int{http.StatusBadRequest, http.StatusInternalServerError}, nil, false},
	{"an unknown encoding", func(t *testing.T, h *hostile) []byte {
		return posted(t, h, "ListTables", []byte(`{}`), "Content-Encoding: snappy")
	}, []int{http.StatusBadRequest, http.StatusInternalServerError}, nil, false},
	{"seventeen megabytes announced", func(t *testing.T, h *hostile) []byte {
		return h.Head(t, "PutItem", nil, 17<<20)
	}, []int{http.StatusRequestEntityTooLarge}, nil, false},
	{"seventeen megabytes sent", func(t *testing.T, h *hostile) []byte {
		return posted(t, h, "PutItem", make([]byte, 17<<20))
	}, []int{http.StatusRequestEntityTooLarge}, nil, false},
	{"seventeen megabytes in chunks", func(t *testing.T, h *hostile) []byte {
		b := h.Head(t, "PutItem", nil, -1, "Transfer-Encoding: chunked")
		chunk := append([]byte("100000\r\n"), append(make([]byte, 1<<20), "\r\n"...)...)
		return append(b, append(bytes.Repeat(chunk, 17), "0\r\n\r\n"...)...)
	}, []int{http.StatusRequestEntityTooLarge}, nil, false},
	{"a body that is no chunk", func(t *testing.T, h *hostile) []byte {
		return append(h.Head(t, "PutItem", nil, -1, "Transfer-Encoding: chunked"), "zzzz\r\nwhatever\r\n"...)
	}, []int{http.StatusBadRequest}, nil, true},
	{"a negative length", func(t *testing.T, h *hostile) []byte {
		return h.Head(t, "PutItem", nil, -1, "Content-Length: -5")
	}, []int{http.StatusBadRequest}, nil, false},
	{"a head of twenty kilobytes", func(t *testing.T, h *hostile) []byte {
		return posted(t, h, "ListTables", []byte(`{}`), "X-Padding: "+strings.Repeat("x", headBytesMax+4<<10))
	}, []int{http.StatusBadRequest, http.StatusRequestHeaderFieldsTooLarge}, nil, false},
	{"a head of megabytes", func(t *testing.T, h *hostile) []byte {
		return posted(t, h, "ListTables", []byte(`{}`), "X-Padding: "+strings.Repeat("x", 8<<20))
	}, []int{http.StatusBadRequest, http.StatusRequestHeaderFieldsTooLarge}, nil, false},
	{"a hundred thousand headers", func(t *testing.T, h *hostile) []byte {
		head := h.Head(t, "ListTables", []byte(`{}`), 2)
		more := bytes.Repeat([]byte("X-More: 1\r\n"), 100_000)
		return slices.Concat(head[:len(head)-2], more, []byte("\r\n{}"))
	}, []int{http.StatusBadRequest, http.StatusRequestHeaderFieldsTooLarge}, nil, false},
	{"no HTTP", func(*testing.T, *hostile) []byte {
		return []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n")
	}, []int{http.StatusBadRequest}, nil, false},
}

// refusal is an attack with a body that must be answered with one of DynamoDB's two refusals of a body.
func refusal(name, operation, body string) attack {
	return attack{
		name: name, statuses: []int{http.StatusBadRequest}, errors: []string{validation, serialization},
		request: func(t *testing.T, h *hostile) []byte { return posted(t, h, operation, []byte(body)) },
	}
}

// condition is a delete on a condition, update an update, of the witness.
func condition(name, text string) attack {
	return refusal("condition, "+name, "DeleteItem", `{"TableName":"hostile","Key":{"pk":{"S":"witness"}},"ConditionExpression":"`+text+
		`","ExpressionAttributeValues":{":v":{"S":"v"}}}`)
}

func update(name, text string) attack {
	return refusal("update, "+name, "UpdateItem", `{"TableName":"hostile","Key":{"pk":{"S":"witness"}},"UpdateExpression":"`+text+
		`","ExpressionAttributeValues":{":v":{"S":"v"}}}`)
}

// sum is an update that adds two numbers.
func sum(name, a, b string) attack {
	return refusal(name, "UpdateItem", `{"TableName":"hostile","Key":{"pk":{"S":"witness"}},"UpdateExpression":"SET x = :a + :b",`+
		`"ExpressionAttributeValues":{":a":{"N":"`+a+`"},":b":{"N":"`+b+`"}}}`)
}

func nested(open, middle, end string) string {
	return strings.Repeat(open, nestings) + middle + strings.Repeat(end, nestings)
}

func many(member func(i int) string) string {
	var b strings.Builder
	for i := range manyMembers {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(member(i))
	}
	return b.String()
}

func posted(t *testing.T, h *hostile, operation string, body []byte, headers ...string) []byte {
	return append(h.Head(t, operation, body, int64(len(body)), headers...), body...)
}

// bomb is a small body that inflates to much more than a body may hold.
var bomb = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	block := bytes.Repeat([]byte(" "), 1<<20)
	for range bombBytes / len(block) {
		_, _ = w.Write(block) // a Buffer takes everything
	}
	_ = w.Close()
	return b.Bytes()
})

func zipped(body []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(body) // a Buffer takes everything
	_ = w.Close()
	return b.Bytes()
}
