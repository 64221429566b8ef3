package main

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestResponses(t *testing.T) {
	stream := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nx-amz-crc32: 2745614147\r\n\r\n{}" +
		"HTTP/1.1 100 Continue\r\n\r\n" +
		"HTTP/1.1 400 Bad Request\r\nTRANSFER-ENCODING: Chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n" +
		"HTTP/1.1 204 No Content\r\n\r\n" +
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" +
		"HTTP/1.0 200 OK\r\n\r\nto the end"
	want := []answer{
		{status: 200, body: []byte("{}"), crc: 2745614147, hasCRC: true},
		{status: 400, body: []byte("abc0123456789")},
		{status: 204},
		{status: 200, close: true},
		{status: 200, body: []byte("to the end"), close: true},
	}
	for name, in := range map[string]io.Reader{
		"whole": strings.NewReader(stream), "byte by byte": iotest.OneByteReader(strings.NewReader(stream)),
	} {
		r := newResponseReader(in)
		for i, w := range want {
			var a answer
			if err := r.read(&a); err != nil {
				t.Fatalf("%s, answer %d: %v", name, i, err)
			}
			if a.status != w.status || string(a.body) != string(w.body) || a.crc != w.crc || a.hasCRC != w.hasCRC || a.close != w.close {
				t.Errorf("%s, answer %d is %+v, want %+v", name, i, a, w)
			}
		}
		if err := r.read(&answer{}); err != io.EOF { //nolint:errorlint // the very error
			t.Errorf("%s: after the last answer: %v", name, err)
		}
	}
}

func TestBrokenResponses(t *testing.T) {
	for _, stream := range []string{
		"x", "SMTP\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour", "HTTP/1.1 200 OK\r\nx-amz-crc32: 4294967296\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2*headBytesMax),
	} {
		if err := newResponseReader(strings.NewReader(stream)).read(&answer{}); err == nil {
			t.Errorf("%.60q is read", stream)
		}
	}
}
