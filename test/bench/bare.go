package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
)

// Names of the yardsticks, and the hidden subcommand with which this program starts itself as one.
const (
	bareGet     = "bare-get"
	barePut     = "bare-put"
	bareCommand = "bare-handler"
)

// Settings of the bare store: those of Stator's own that a write can feel, so that the ratio shows what is
// built around Pebble and not how it is set.
const (
	memTableBytes  = 64 << 20
	memTablesMax   = 4
	l0CompactionAt = 2
	l0StopWritesAt = 1000
)

// bareSpec is what a bare handler is told on its standard input.
type bareSpec struct {
	Listen    string             `json:"listen"`
	Data      string             `json:"data,omitempty"` // empty: nothing is written
	ItemBytes int                `json:"item_bytes"`
	Answers   map[string]capture `json:"answers"` // by action
}

// capture is an answer of the real server, to be given again byte for byte.
type capture struct {
	Header http.Header `json:"header"` // as spelled on the wire; without Date, which net/http writes
	Body   []byte      `json:"body"`
}

// serveBare is the program of a bare handler. It serves until it is killed.
func serveBare(in io.Reader) error {
	var spec bareSpec
	if err := json.NewDecoder(in).Decode(&spec); err != nil {
		return fmt.Errorf("cannot read what to serve: %w", err)
	}
	h, err := newBareHandler(spec)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", spec.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen: %w", err)
	}
	return http.Serve(l, h) //nolint:gosec // no timeouts: they cost, and the peer is ourselves
}

// bareHandler reads the body, writes it if it has a store, and answers what it was told. It is the
// least work that net/http allows, so it pools its buffers and allocates no headers.
type bareHandler struct {
	answers map[string]*replay // by X-Amz-Target
	store   *pebble.DB         // nil: nothing is written
	filler  []byte             // item sized; makes a small body as large as the item it stands for
	serial  atomic.Uint64
	buffers sync.Pool
}

// replay is a capture made ready for writing.
type replay struct {
	names  []string
	values [][]string
	body   []byte
}

func newBareHandler(spec bareSpec) (*bareHandler, error) {
	h := &bareHandler{answers: map[string]*replay{}}
	h.buffers.New = func() any { return new([]byte) }
	for action, c := range spec.Answers {
		r := &replay{body: c.Body}
		for name, values := range c.Header {
			r.names, r.values = append(r.names, name), append(r.values, values)
		}
		r.names, r.values = append(r.names, "Content-Length"), append(r.values, []string{strconv.Itoa(len(c.Body))})
		h.answers[targetPrefix+action] = r
	}
	if spec.Data == "" {
		return h, nil
	}
	h.filler = newShape(&config{keys: 1, itemBytes: spec.ItemBytes, attributes: 1}).pool[:spec.ItemBytes]
	var err error
	h.store, err = pebble.Open(spec.Data, &pebble.Options{
		FormatMajorVersion:          pebble.FormatValueSeparation,
		Logger:                      quietLogger{},
		MemTableSize:                memTableBytes,
		MemTableStopWritesThreshold: memTablesMax,
		L0CompactionThreshold:       l0CompactionAt,
		L0StopWritesThreshold:       l0StopWritesAt,
	})
	if err != nil {
		return nil, fmt.Errorf("cannot open the bare store: %w", err)
	}
	return h, nil
}

func (h *bareHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		return // ready
	}
	answer := h.answers[r.Header.Get("X-Amz-Target")]
	if answer == nil || r.ContentLength < 0 || r.ContentLength > bodyBytesMax {
		http.Error(w, "not what a bare handler serves", http.StatusBadRequest)
		return
	}
	if err := h.take(r.Body, int(r.ContentLength)); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	for i, name := range answer.names {
		header[name] = answer.values[i]
	}
	_, _ = w.Write(answer.body)
}

// take reads a body of n bytes and writes what is to be written.
func (h *bareHandler) take(body io.Reader, n int) error {
	buffer, ok := h.buffers.Get().(*[]byte)
	if !ok {
		return errors.New("the pool holds something else")
	}
	defer h.buffers.Put(buffer)
	size := max(n, len(h.filler))
	if cap(*buffer) < size {
		*buffer = make([]byte, size)
	}
	b := (*buffer)[:size]
	if _, err := io.ReadFull(body, b[:n]); err != nil {
		return fmt.Errorf("cannot read the body: %w", err)
	}
	if h.store == nil {
		return nil
	}
	if n < size {
		copy(b[n:], h.filler[n:])
	}
	var key [keyBytes]byte
	item := appendName(key[:0], mix(h.serial.Add(1)))
	return h.store.Set(item, b[:len(h.filler)], pebble.Sync)
}

func (h *bareHandler) close() error {
	if h.store == nil {
		return nil
	}
	return h.store.Close()
}

// quietLogger drops what Pebble tells and stops at what it cannot survive.
type quietLogger struct{}

func (quietLogger) Infof(string, ...any)  {}
func (quietLogger) Errorf(string, ...any) {}
func (quietLogger) Fatalf(format string, args ...any) {
	panic("bench: " + strings.TrimSpace(fmt.Sprintf(format, args...)))
}
