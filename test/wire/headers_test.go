package wire

import (
	"hash/crc32"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/statordb/stator/test/statortest"
)

var requestID = regexp.MustCompile(`^[A-Z0-9]{52}$`)

// TestHeaders looks at the headers of answers of every kind.
func TestHeaders(t *testing.T) {
	s := statortest.StartMemory(t)
	c := s.Client(t)
	createEcommerce(t, c)
	arn := `"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/ecommerce"`
	ids := map[string]bool{}
	for _, q := range []struct {
		name, operation, body string
		headers               []string
		status                int
	}{
		{"a success", "ListTables", `{}`, nil, 200},
		{"a success without a body", "TagResource", `{` + arn + `,"Tags":[{"Key":"a","Value":"b"}]}`, nil, 200},
		{"an error", "DescribeTable", `{"TableName":"no-such-table"}`, nil, 400},
		{"an unknown operation", "NoSuchOperation", `{}`, nil, 400},
		{"no JSON", "ListTables", `{`, nil, 400},
		{"too large a body", "ListTables", strings.Repeat(" ", 16<<20+1), nil, 413},
		{"a broken encoding", "ListTables", `{}`, []string{"Content-Encoding: gzip"}, 500},
	} {
		a := s.Post(t, q.operation, []byte(q.body), q.headers...)
		if a.Status != q.status {
			t.Errorf("%s: %v, want status %d", q.name, a, q.status)
		}
		wantChecksum(t, q.name, a)
		id := a.Header.Get("X-Amzn-Requestid")
		if !requestID.MatchString(id) || ids[id] {
			t.Errorf("%s: the request ID is %q", q.name, id)
		}
		ids[id] = true
		if got := a.Header.Get("Content-Type"); got != "application/x-amz-json-1.0" {
			t.Errorf("%s: the type is %q", q.name, got)
		}
		if got := a.Header.Get("Content-Length"); got != strconv.Itoa(len(a.Body)) {
			t.Errorf("%s: the length is %q of %d bytes", q.name, got, len(a.Body))
		}
		if a.Header.Get("Date") == "" {
			t.Errorf("%s: there is no date", q.name)
		}
	}
}

// wantChecksum fails the test unless the answer has the CRC-32 of its body as it was sent.
func wantChecksum(t *testing.T, name string, a *statortest.Answer) {
	t.Helper()
	want := strconv.FormatUint(uint64(crc32.ChecksumIEEE(a.Body)), 10)
	if got := a.Header.Get("X-Amz-Crc32"); got != want {
		t.Errorf("%s: X-Amz-Crc32 is %q, and the checksum of the body %s", name, got, want)
	}
}

// TestContentType lets a client choose between the two names of the type.
func TestContentType(t *testing.T) {
	s := statortest.StartMemory(t)
	for sent, want := range map[string]string{
		"application/x-amz-json-1.0":      "application/x-amz-json-1.0",
		"application/json":                "application/json",
		"application/json; charset=utf-8": "application/json",
	} {
		a := s.Post(t, "ListTables", []byte(`{}`), "Content-Type: "+sent)
		if got := a.Header.Get("Content-Type"); a.Status != http.StatusOK || got != want {
			t.Errorf("%s is answered with %d and %s", sent, a.Status, got)
		}
	}
}

// TestKeepAlive sends many requests over one connection, refusals among them.
func TestKeepAlive(t *testing.T) {
	s := statortest.StartMemory(t)
	c := s.Dial(t)
	for i := range 50 {
		body, want := []byte(`{}`), http.StatusOK
		if i%2 == 1 {
			body, want = []byte(`{"Limit":0}`), http.StatusBadRequest
		}
		a := c.Exchange(t, append(s.Head(t, "ListTables", body, int64(len(body))), body...))
		if a.Status != want {
			t.Fatalf("request %d is answered with %v", i, a)
		}
	}
}

// TestHeadSize accepts heads up to DynamoDB's bound and none beyond it.
func TestHeadSize(t *testing.T) {
	s := statortest.StartMemory(t)
	for padding, want := range map[int]int{
		12 << 10: http.StatusOK, 17 << 10: http.StatusBadRequest, 1 << 20: http.StatusBadRequest,
	} {
		a := s.Post(t, "ListTables", []byte(`{}`), "X-Padding: "+strings.Repeat("x", padding))
		if a.Status != want {
			t.Errorf("a header of %d bytes is answered with %v, want status %d", padding, a, want)
		}
	}
}
