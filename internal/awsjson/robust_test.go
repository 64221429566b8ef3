package awsjson

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/statordb/stator/internal/api"
)

// head is a signed request for an operation up to its body's length.
func head(operation string) string {
	return "POST / HTTP/1.1\r\nHost: localhost\r\n" + authorization +
		"\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: DynamoDB_20120810." + operation + "\r\n"
}

// whole is a signed request for an operation.
func whole(operation, body string) []byte {
	return fmt.Appendf(nil, "%sContent-Length: %d\r\n\r\n%s", head(operation), len(body), body)
}

func (h *house) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", h.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (h *house) write(t *testing.T, c net.Conn, request []byte) {
	t.Helper()
	if _, err := c.Write(request); err != nil {
		t.Fatal(err)
	}
}

// works fails the test if an ordinary request is not answered.
func (h *house) works(t *testing.T) {
	t.Helper()
	r := h.send(t, whole("DescribeTable", `{"TableName":"music"}`))
	if body, _ := io.ReadAll(r.Body); string(body) != `{"Table":"music"}` {
		t.Errorf("an ordinary request is answered %d %s", r.StatusCode, body)
	}
}

func TestPanicIsAnsweredCountedAndLogged(t *testing.T) {
	h := newHouse(t, operations())
	c := h.dial(t)
	for range 2 { // over one connection: it is not closed
		h.write(t, c, whole("PutItem", `{}`))
		want := "500 application/x-amz-json-1.0\n" +
			`{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"Internal server error"}`
		if got := h.describe(t, receive(t, c)); got != want {
			t.Errorf("got %s", got)
		}
	}
	h.works(t)
	if got := h.metric("stator_request_panics_total"); got != "stator_request_panics_total 2" {
		t.Errorf("counted: %q", got)
	}
	if got := h.metric(`stator_requests_total{operation="PutItem"`); !strings.HasSuffix(got, `result="InternalServerError"} 2`) {
		t.Errorf("counted: %q", got)
	}
	for _, part := range []string{"operation=PutItem", "a defect", "main_test.go"} {
		if log := h.log.String(); !strings.Contains(log, part) {
			t.Errorf("the log lacks %q: %s", part, log)
		}
	}
}

// What a request that met a defect leaves behind is used by no other.
func TestMemoryOfAPanicIsNotUsedAgain(t *testing.T) {
	h := newHouse(t, operations())
	for operation, want := range map[string]bool{"DescribeTable": true, "PutItem": false} {
		x := new(Exchange)
		h.front.Serve(t.Context(), x, &Request{
			Method: http.MethodPost, Path: "/", ContentLength: 2, Body: strings.NewReader("{}"),
			Header: header{
				"X-Amz-Target":  {"DynamoDB_20120810." + operation},
				"Content-Type":  {typeAmzJSON},
				"Authorization": {"AWS4-HMAC-SHA256"},
			},
		})
		if got := x.reusable(); got != want {
			t.Errorf("after %s: reusable is %v", operation, got)
		}
	}
}

// However a body is sent, the connection is good for another request.
func TestConnectionIsUsedAgain(t *testing.T) {
	h := newHouse(t, operations())
	c := h.dial(t)
	for _, words := range []string{"", "gzip", "deflate", "chunked", "gzip chunked", "deflate chunked"} {
		for range 2 {
			h.write(t, c, wireRequest(words))
			if got, want := h.describe(t, receive(t, c)), "200 application/x-amz-json-1.0\n{\"Table\":\"music\"}"; got != want {
				t.Fatalf("%q: got %s", words, got)
			}
		}
	}
}

// wireRequest is an ordinary request, sent as words say (TestWire), that keeps the connection.
func wireRequest(words string) []byte {
	head := "POST /\nContent-Type: application/x-amz-json-1.0\nX-Amz-Target: DynamoDB_20120810.DescribeTable"
	d := &datadriven.TestData{}
	for word := range strings.FieldsSeq(words) {
		d.CmdArgs = append(d.CmdArgs, datadriven.CmdArg{Key: word})
		if word != "chunked" {
			head += "\nContent-Encoding: " + word
		}
	}
	return bytes.Replace(rawRequest(d, head, `{"TableName":"music"}`), []byte("Connection: close\r\n"), nil, 1)
}

// Inflating stops before the end of the body is met, which may come later than the rest.
func TestEndOfCompressedBody(t *testing.T) {
	h := newHouse(t, operations())
	_, body, _ := strings.Cut(string(wireRequest("deflate")), "\r\n\r\n")
	a := h.front.Serve(t.Context(), new(Exchange), &Request{
		Method: http.MethodPost, Path: "/", ContentLength: -1, Body: strings.NewReader(body),
		Header: header{
			"X-Amz-Target":     {"DynamoDB_20120810.DescribeTable"},
			"Content-Type":     {typeAmzJSON},
			"Content-Encoding": {"deflate"},
			"Authorization":    {"AWS4-HMAC-SHA256"},
		},
	})
	if a.Status != statusOK || a.Close {
		t.Errorf("status %d, close %v", a.Status, a.Close)
	}
}

func TestInnerErrorStaysInside(t *testing.T) {
	h := newHouse(t, operations())
	if got := h.describe(t, h.send(t, whole("UpdateItem", `{}`))); strings.Contains(got, "secret") {
		t.Errorf("the client sees %s", got)
	}
	if log := h.log.String(); !strings.Contains(log, "the secret of the house") {
		t.Errorf("the log has %q", log)
	}
}

// A body that is too large is refused, by its announced length before any of it was sent, and without
// it once it is.
func TestLargeBodies(t *testing.T) {
	h := newHouse(t, operations())
	const tooLarge = "413 application/x-amz-json-1.0\n" +
		`{"__type":"com.amazon.coral.service#RequestEntityTooLarge","message":"Request body is too large"}`

	t.Run("announced", func(t *testing.T) {
		request := fmt.Appendf(nil, "%sContent-Length: %d\r\n\r\n", head("DescribeTable"), bodyBytesMax+1)
		if got := h.describe(t, h.send(t, request)); got != tooLarge {
			t.Errorf("got %s", got)
		}
	})
	t.Run("chunked", func(t *testing.T) {
		c := h.dial(t)
		h.write(t, c, []byte(head("DescribeTable")+"Transfer-Encoding: chunked\r\n\r\n"))
		go func() { // the server stops reading when it has seen enough
			chunk := append([]byte("100000\r\n"), append(bytes.Repeat([]byte(" "), 1<<20), "\r\n"...)...)
			for range 17 {
				if _, err := c.Write(chunk); err != nil {
					return
				}
			}
		}()
		if got := h.describe(t, receive(t, c)); got != tooLarge {
			t.Errorf("got %s", got)
		}
	})
	t.Run("just small enough", func(t *testing.T) {
		body := `{"TableName":"music"}`
		r := h.send(t, whole("DescribeTable", body+strings.Repeat(" ", bodyBytesMax-len(body))))
		if r.StatusCode != http.StatusOK {
			t.Errorf("status %d", r.StatusCode)
		}
	})
	h.works(t)
}

func TestGzipBomb(t *testing.T) {
	h := newHouse(t, operations())
	const bombBytes = 4 * bodyBytesMax
	request := append([]byte(head("DescribeTable")), "Content-Encoding: gzip\r\n"...)
	packed := bomb(t, bombBytes)
	request = append(fmt.Appendf(request, "Content-Length: %d\r\n\r\n", len(packed)), packed...)

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := h.send(t, request)
	runtime.ReadMemStats(&after)
	if r.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", r.StatusCode)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8*bodyBytesMax {
		t.Errorf("%d bytes were allocated", used)
	}
	h.works(t)
}

// bomb returns n spaces, compressed.
func bomb(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	spaces := bytes.Repeat([]byte(" "), 1<<20)
	for range n / len(spaces) {
		if _, err := w.Write(spaces); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLongHeads(t *testing.T) {
	h := newHouse(t, operations())
	const refused = "400 text/plain\n" + `"The request line or the headers are longer than 16 KB\n"`
	body := `{"TableName":"music"}`
	with := func(line, headers string) []byte {
		return fmt.Appendf(nil, "POST /%s HTTP/1.1\r\nHost: localhost\r\n%s\r\nContent-Type: application/x-amz-json-1.0\r\n"+
			"X-Amz-Target: DynamoDB_20120810.DescribeTable\r\n%sContent-Length: %d\r\n\r\n%s", line, authorization, headers, len(body), body)
	}
	for name, c := range map[string]struct {
		request []byte
		want    string
	}{
		"line":              {with("?"+strings.Repeat("a", 17<<10), ""), refused},
		"line, almost":      {with("?"+strings.Repeat("a", 15<<10), ""), "200"},
		"header":            {with("", "A: "+strings.Repeat("a", 17<<10)+"\r\n"), refused},
		"header, almost":    {with("", "A: "+strings.Repeat("a", 15<<10)+"\r\n"), "200"},
		"many headers":      {with("", strings.Repeat("A: "+strings.Repeat("a", 100)+"\r\n", 170)), refused},
		"much larger":       {with("", "A: "+strings.Repeat("a", 900<<10)+"\r\n"), refused},
		"line and header":   {with("?"+strings.Repeat("a", 15<<10), "A: "+strings.Repeat("a", 15<<10)+"\r\n"), "200"},
		"a path of its own": {with(strings.Repeat("a", 17<<10), ""), refused},
	} {
		t.Run(name, func(t *testing.T) {
			if got := h.describe(t, h.send(t, c.request)); !strings.HasPrefix(got, c.want) {
				t.Errorf("got %s", got)
			}
		})
	}
	h.works(t)
}

// Clients that stop in the middle of a body get no answer, hold nobody up, and leave nothing in the log.
func TestAbortInMidBody(t *testing.T) {
	h := newHouse(t, operations())
	stalled := h.dial(t)
	h.write(t, stalled, fmt.Appendf(nil, "%sContent-Length: %d\r\n\r\n{", head("DescribeTable"), bodyBytesMax))
	for _, encoding := range []string{"identity", "gzip"} {
		packed := gzipped(strings.Repeat(`{"TableName":"music"}`, 100))
		for range 10 {
			c := h.dial(t)
			h.write(t, c, fmt.Appendf(nil, "%sContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s",
				head("DescribeTable"), encoding, len(packed), packed[:len(packed)/2]))
			_ = c.(*net.TCPConn).CloseWrite()
			if answer, _ := io.ReadAll(c); len(answer) > 0 {
				t.Errorf("answered %q", answer)
			}
		}
	}
	h.works(t) // while one is stalled
	_ = stalled.Close()
	h.Close() // waits for all requests
	if got := h.metric(`stator_requests_total{operation="DescribeTable",result="canceled"}`); !strings.HasSuffix(got, " 21") {
		t.Errorf("counted: %q", got)
	}
	if log := h.log.String(); log != "" {
		t.Errorf("the log has %s", log)
	}
}

// More requests at once than there is room for are refused, to be sent again.
func TestTooManyRequests(t *testing.T) {
	h := newHouse(t, operations())
	h.front.inside.Store(requestsMax)
	want := "503 application/x-amz-json-1.0\n" +
		`{"__type":"com.amazon.coral.service#ServiceUnavailable","message":"Too many requests are being carried out at once."}`
	if got := h.describe(t, h.send(t, whole("DescribeTable", `{}`))); got != want {
		t.Errorf("got %s", got)
	}
	h.front.inside.Store(0)
	h.works(t)
}

// An operation whose client goes away is told so, and nobody else.
func TestClientGoesAway(t *testing.T) {
	entered, left := make(chan struct{}), make(chan error, 1)
	ops := operations()
	ops["Scan"] = func(ctx context.Context, _ api.Request, _ []byte) ([]byte, error) {
		close(entered)
		<-ctx.Done()
		left <- ctx.Err()
		return nil, fmt.Errorf("cannot scan: %w", ctx.Err())
	}
	h := newHouse(t, ops)
	c := h.dial(t)
	h.write(t, c, whole("Scan", `{}`))
	<-entered
	_ = c.Close()
	<-left
	h.works(t)
	h.Close()
	if log := h.log.String(); log != "" {
		t.Errorf("the log has %s", log)
	}
	if got := h.metric(`stator_requests_total{operation="Scan"`); !strings.HasSuffix(got, `result="canceled"} 1`) {
		t.Errorf("counted: %q", got)
	}
}

// Half a million nested maps are refused like any other body that is no JSON to AWS.
func TestDeepBody(t *testing.T) {
	h := newHouse(t, operations())
	for _, operation := range []string{"PutItem", "NoSuchThing"} {
		body := `{"Item":` + strings.Repeat(`{"M":{"a":`, 500_000)
		want := "400 application/x-amz-json-1.0\n" + `{"__type":"com.amazon.coral.service#SerializationException"}`
		if got := h.describe(t, h.send(t, whole(operation, body))); got != want {
			t.Errorf("%s: got %s", operation, got)
		}
	}
	h.works(t)
}
