package awsjson

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestWire runs the scripts under testdata: requests as they stand on the wire, and what is answered.
//
// A request is sent with Host and Content-Length, and signed unless the command says "unsigned". Other
// words after the command: gzip and deflate compress the body, chunked sends it in chunks without its
// length. Of every answer it is checked that it has a request ID, a Date, the right Content-Length and
// the CRC-32 of the bytes that were sent.
func TestWire(t *testing.T) {
	h := newHouse(t, operations())
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			head, body, _ := strings.Cut(d.Input, "\n\n")
			return h.describe(t, h.send(t, rawRequest(d, head, body)))
		})
	})
}

const authorization = "Authorization: AWS4-HMAC-SHA256 Credential=a/20261124/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"

func rawRequest(d *datadriven.TestData, head, body string) []byte {
	var out bytes.Buffer
	line, headers, _ := strings.Cut(head, "\n")
	fmt.Fprintf(&out, "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", line)
	if !d.HasArg("unsigned") {
		out.WriteString(authorization + "\r\n")
	}
	for header := range strings.Lines(headers) {
		out.WriteString(strings.TrimSpace(header) + "\r\n")
	}
	switch {
	case d.HasArg("gzip"):
		body = gzipped(body)
	case d.HasArg("deflate"):
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = io.WriteString(w, body)
		_ = w.Close()
		body = b.String()
	}
	if d.HasArg("chunked") {
		fmt.Fprintf(&out, "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	} else {
		fmt.Fprintf(&out, "Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	return out.Bytes()
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

// send sends a request over a connection of its own and returns the answer as it came.
func (h *house) send(t *testing.T, request []byte) *http.Response {
	t.Helper()
	c, err := net.Dial("tcp", h.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write(request); err != nil {
		t.Fatal(err)
	}
	return receive(t, c)
}

func receive(t *testing.T, c net.Conn) *http.Response {
	t.Helper()
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r
}

var requestID = regexp.MustCompile(`^[0-9A-Z]{52}$`)

// describe checks what all answers have and prints the rest.
func (h *house) describe(t *testing.T, r *http.Response) string {
	t.Helper()
	body, _ := io.ReadAll(r.Body)
	for name, want := range map[string]string{
		"Content-Length": strconv.Itoa(len(body)),
		"X-Amz-Crc32":    strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10),
		"Server":         "Server",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if id := r.Header.Get("X-Amzn-Requestid"); !requestID.MatchString(id) {
		t.Errorf("request ID %q", id)
	}
	if _, err := http.ParseTime(r.Header.Get("Date")); err != nil {
		t.Errorf("Date: %v", err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%d %s\n", r.StatusCode, r.Header.Get("Content-Type"))
	for _, name := range []string{
		"Content-Encoding", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers",
		"Access-Control-Max-Age", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods",
	} {
		if value := r.Header.Get(name); value != "" {
			fmt.Fprintf(&out, "%s: %s\n", name, value)
		}
	}
	out.WriteString(printable(t, r.Header.Get("Content-Encoding"), body))
	return out.String()
}

// printable is a body, inflated, short enough to read and with the blanks at its end visible.
func printable(t *testing.T, encoding string, body []byte) string {
	t.Helper()
	var err error
	in := io.Reader(bytes.NewReader(body))
	switch encoding {
	case "gzip":
		in, err = gzip.NewReader(in)
	case "deflate":
		in, err = zlib.NewReader(in)
	}
	if err == nil {
		body, err = io.ReadAll(in)
	}
	if err != nil {
		t.Fatal(err)
	}
	const shown = 200
	switch {
	case len(body) == 0:
		return "no body"
	case len(body) > shown:
		return fmt.Sprintf("%s… (%d bytes)", body[:30], len(body))
	case strings.TrimSpace(string(body)) != string(body):
		return strconv.Quote(string(body))
	}
	return string(body)
}
