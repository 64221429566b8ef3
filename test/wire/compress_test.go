package wire

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/statordb/stator/test/statortest"
)

// compressor writes one kind of Content-Encoding.
type compressor struct {
	name   string
	writer func(io.Writer) io.WriteCloser
	reader func(io.Reader) (io.ReadCloser, error)
}

var compressors = []compressor{
	{
		"gzip", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) },
	},
	{"deflate", func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, zlib.NewReader},
}

// TestCompression sends compressed requests and asks for compressed answers.
func TestCompression(t *testing.T) {
	s := statortest.StartMemory(t)
	createEcommerce(t, s.Client(t))
	text := strings.Repeat("compressible ", 1000)
	put := []byte(`{"TableName":"ecommerce","Item":{"PK":{"S":"p"},"SK":{"S":"s"},"text":{"S":"` + text + `"}}}`)
	read := []byte(`{"TableName":"ecommerce","Key":{"PK":{"S":"p"},"SK":{"S":"s"}}}`)
	for _, c := range compressors {
		t.Run(c.name, func(t *testing.T) {
			if a := s.Post(t, "PutItem", compress(t, c, put), "Content-Encoding: "+c.name); a.Status != http.StatusOK {
				t.Fatalf("a compressed request is answered with %v", a)
			}
			a := s.Post(t, "GetItem", read, "Accept-Encoding: "+c.name)
			if got := a.Header.Get("Content-Encoding"); a.Status != http.StatusOK || got != c.name {
				t.Fatalf("the encoding of the answer is %q: %v", got, a)
			}
			wantChecksum(t, "a compressed answer", a) // of the bytes as they are sent
			if len(a.Body) > len(text)/2 {
				t.Errorf("the answer has %d bytes", len(a.Body))
			}
			if body := inflate(t, c, a.Body); !strings.Contains(body, text) {
				t.Errorf("the answer is %.100s", body)
			}
		})
	}
	// The SDK asks for gzip by itself.
	a := s.Post(t, "GetItem", read)
	if got := a.Header.Get("Content-Encoding"); got != "" {
		t.Errorf("an answer that nobody wants compressed has the encoding %s", got)
	}
	wantChecksum(t, "a plain answer", a)
	a = s.Post(t, "ListTables", []byte(`{}`), "Accept-Encoding: gzip")
	if got := a.Header.Get("Content-Encoding"); got != "" {
		t.Errorf("an answer of %d bytes has the encoding %s", len(a.Body), got)
	}
}

// TestCompressedSize refuses a small request that inflates beyond the bound of a body, and takes one within.
func TestCompressedSize(t *testing.T) {
	s := statortest.StartMemory(t)
	for size, want := range map[int]int{16 << 20: http.StatusOK, 16<<20 + 1: http.StatusRequestEntityTooLarge} {
		body := append([]byte(`{}`), bytes.Repeat([]byte(" "), size-2)...)
		for _, c := range compressors {
			a := s.Post(t, "ListTables", compress(t, c, body), "Content-Encoding: "+c.name)
			if a.Status != want {
				t.Errorf("%d bytes in %s are answered with %v, want status %d", size, c.name, a, want)
			}
		}
	}
}

func compress(t *testing.T, c compressor, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := c.writer(&b)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func inflate(t *testing.T, c compressor, body []byte) string {
	t.Helper()
	r, err := c.reader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
