package awsjson

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/metrics"
	"github.com/statordb/stator/internal/sigv4"
)

// The benchmarks serve a request shaped like a GetItem whose answer is 1 KB. What the bare handler
// costs is net/http's share.

const getItem = `{"TableName":"usertable","Key":{"pk":{"S":"user6284781860667377211"}},"ConsistentRead":true}`

var item = []byte(`{"Item":{"pk":{"S":"user6284781860667377211"},"field0":{"S":"` + strings.Repeat("x", 950) + `"}}}`)

func benchHandler() http.Handler {
	return NewHandler(New(Options{
		Region: "us-east-1", Verify: sigv4.Signed, Metrics: metrics.New(), Logger: slog.New(slog.DiscardHandler), Now: time.Now,
		Operations: map[string]Serve{"GetItem": func(_ context.Context, _ api.Request, dst []byte) ([]byte, error) {
			return append(dst, item...), nil
		}},
	}))
}

// bareHandler reads the body into a buffer that it keeps, and writes the item.
func bareHandler() http.Handler {
	buffer := make([]byte, 0, 1024)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.ReadFull(r.Body, buffer[:r.ContentLength])
		_ = n
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(item))}
		_, _ = w.Write(item)
	})
}

// BenchmarkHandler measures a handler without net/http's server.
func BenchmarkHandler(b *testing.B) {
	for name, h := range map[string]http.Handler{"bare": bareHandler(), "front": benchHandler()} {
		b.Run(name, func(b *testing.B) {
			body := strings.NewReader(getItem)
			r := benchRequest("http://localhost/")
			r.RequestURI, r.Proto = "/", "HTTP/1.1"
			r.Body = io.NopCloser(body)
			w := &discardWriter{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				body.Reset(getItem)
				clear(w.header)
				h.ServeHTTP(w, r)
			}
			if w.n != b.N*len(item) {
				b.Fatalf("%d bytes were answered", w.n)
			}
		})
	}
}

func benchRequest(address string) *http.Request {
	u, _ := url.Parse(address)
	return &http.Request{
		Method: http.MethodPost, URL: u, Host: u.Host, ContentLength: int64(len(getItem)),
		Body: io.NopCloser(bytes.NewReader([]byte(getItem))),
		Header: http.Header{
			"Content-Type":          {typeAmzJSON},
			"X-Amz-Target":          {"DynamoDB_20120810.GetItem"},
			"X-Amz-Date":            {"20261124T120000Z"},
			"Accept-Encoding":       {"identity"},
			"Amz-Sdk-Invocation-Id": {"a0b1c2d3-0000-4000-8000-000000000000"},
			"Authorization":         {strings.TrimPrefix(authorization, "Authorization: ")},
			"User-Agent":            {"aws-sdk-go-v2/1.48.0 ua/2.1 os/linux lang/go#1.26 md/GOOS#linux"},
		},
	}
}

type discardWriter struct {
	header http.Header
	n      int
}

func (w *discardWriter) Header() http.Header         { return w.header }
func (w *discardWriter) WriteHeader(int)             {}
func (w *discardWriter) Write(p []byte) (int, error) { w.n += len(p); return len(p), nil }

// BenchmarkServer measures a handler behind a connection; the client's share is in the figures.
func BenchmarkServer(b *testing.B) {
	for name, h := range map[string]http.Handler{"bare": bareHandler(), "front": benchHandler()} {
		b.Run(name, func(b *testing.B) {
			s := httptest.NewServer(h)
			defer s.Close()
			c, request := connection(b, s)
			answer := make([]byte, 8<<10)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Write(request); err != nil {
					b.Fatal(err)
				}
				for n := 0; !bytes.HasSuffix(answer[:n], item); {
					m, err := c.Read(answer[n:])
					if err != nil {
						b.Fatal(err)
					}
					n += m
				}
			}
		})
	}
}

// connection returns a connection to s and the request as it stands on the wire.
func connection(b *testing.B, s *httptest.Server) (io.ReadWriter, []byte) {
	b.Helper()
	var wire bytes.Buffer
	if err := benchRequest(s.URL + "/").Write(&wire); err != nil {
		b.Fatal(err)
	}
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	return c, wire.Bytes()
}
