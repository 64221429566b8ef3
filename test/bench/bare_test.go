package main

import (
	"net"
	"net/http"
	"testing"

	"github.com/cockroachdb/pebble/v2"
)

// TestBareHandler replays answers, and writes what a real server would have to write.
func TestBareHandler(t *testing.T) {
	cfg := testConfig()
	s := newShape(cfg)
	answers := inventAll(allOperations, s)
	dir := t.TempDir()
	h, err := newBareHandler(bareSpec{Data: dir, ItemBytes: cfg.itemBytes, Answers: answers})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: h} //nolint:gosec // the peer is this test
	go func() { _ = server.Serve(l) }()
	defer func() { _ = server.Close() }()

	target := &target{name: barePut, address: l.Addr().String(), cfg: cfg, bare: true}
	for _, action := range []string{"GetItem", "PutItem", "UpdateItem"} {
		body, err := target.call(t.Context(), action, []byte(`{"TableName":"t"}`))
		if err != nil {
			t.Fatal(err)
		}
		if string(body) != string(answers[action].Body) {
			t.Errorf("%s is answered with %.100s", action, body)
		}
	}
	if _, err := target.call(t.Context(), "Scan", []byte(`{}`)); err == nil {
		t.Error("an operation without an answer is answered")
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	if sizes := valueSizes(t, dir); len(sizes) != 3 || sizes[0] != cfg.itemBytes || sizes[2] != cfg.itemBytes {
		t.Errorf("after three requests the store has values of %v bytes", sizes)
	}
}

// valueSizes opens a bare store once more and measures its values.
func valueSizes(t *testing.T, dir string) []int {
	t.Helper()
	db, err := pebble.Open(dir, &pebble.Options{Logger: quietLogger{}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	it, err := db.NewIter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = it.Close() }()
	var sizes []int
	for it.First(); it.Valid(); it.Next() {
		sizes = append(sizes, len(it.Value()))
	}
	return sizes
}

// TestWireHeader keeps the spelling of headers and leaves out what net/http writes.
func TestWireHeader(t *testing.T) {
	h := wireHeader([]byte("HTTP/1.1 200 OK\r\nx-amzn-RequestId: A\r\nDate: now\r\nContent-Length: 2\r\nX-A: 1\r\nX-A: 2\r\n\r\n"))
	if len(h) != 2 || h["x-amzn-RequestId"][0] != "A" || len(h["X-A"]) != 2 {
		t.Errorf("the headers are %v", h)
	}
}
