package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/server"
)

// running is a server that answers on a port of its own.
type running struct {
	*server.Server
	engine  *pebble.Engine
	address string
	client  http.Client
	ended   chan error
}

func start(t *testing.T, fs vfs.FS) *running {
	t.Helper()
	e, err := pebble.Open(pebble.Options{Dir: "data", FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Open(t.Context(), server.Options{
		Engine: e, Realm: catalog.Realm{Region: "eu-west-1", Account: "000000000000"},
		Logger: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &running{Server: s, engine: e, address: l.Addr().String(), ended: make(chan error, 1)}
	r.client.Transport = &http.Transport{}
	go func() { r.ended <- s.Serve(l) }()
	return r
}

// stop shuts the server down and fails the test if that, or serving, does not end well.
func (r *running) stop(t *testing.T) {
	t.Helper()
	r.client.CloseIdleConnections()
	if err := r.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
}

// do carries out an operation and returns the body of the answer.
func (r *running) do(t *testing.T, operation, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+r.address+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a")
	return r.send(t, request)
}

func (r *running) get(t *testing.T, path string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r.send(t, request)
}

func (r *running) send(t *testing.T, request *http.Request) string {
	t.Helper()
	answer, err := r.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

const createMusic = `{"TableName":"music","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}`

func TestServes(t *testing.T) {
	r := start(t, vfs.NewMem())
	defer r.stop(t)
	for path, want := range map[string]string{
		"/":        "healthy: dynamodb.eu-west-1.amazonaws.com ",
		"/-/ready": "ready\n",
		"/-/live":  "live\n",
	} {
		if got := r.get(t, path); got != want {
			t.Errorf("%s: got %q", path, got)
		}
	}
	if got := r.do(t, "CreateTable", createMusic); !strings.Contains(got, `"TableArn":"arn:aws:dynamodb:eu-west-1:000000000000:table/music"`) {
		t.Errorf("CreateTable: got %s", got)
	}
	streamed := strings.Replace(createMusic, `"music"`, `"streamed","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}`, 1)
	if got := r.do(t, "CreateTable", streamed); !strings.Contains(got, `"LatestStreamLabel":`) {
		t.Errorf("CreateTable: got %s", got)
	}
	r.do(t, "PutItem", `{"TableName":"streamed","Item":{"pk":{"S":"a"}}}`)
	if got := r.get(t, "/metrics"); !strings.Contains(got, "\nstator_stream_records_total 1\n") ||
		!strings.Contains(got, "\nstator_stream_shards 4\n") || !strings.Contains(got, "\nstator_stream_trims_total 0\n") {
		t.Errorf("metrics: got %s", got)
	}
	if got := r.get(t, "/metrics"); !strings.Contains(got, "\nstator_tables 2\n") ||
		!strings.Contains(got, `stator_requests_total{operation="CreateTable",result="ok"} 2`) {
		t.Errorf("metrics: got %s", got)
	}
}

// What was answered is there after a stop and a start.
// "OPTIONS *" is answered as everything else is, not by net/http.
func TestOptionsOfTheWholeServer(t *testing.T) {
	r := start(t, vfs.NewMem())
	defer r.stop(t)
	c, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 404 ") || !strings.Contains(string(answer), "\r\nx-amz-crc32: ") {
		t.Errorf("%v, %q", err, answer)
	}
}

func TestDataOutlivesTheServer(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs)
	r.do(t, "CreateTable", createMusic)
	r.stop(t)
	r = start(t, fs)
	defer r.stop(t)
	if got := r.do(t, "ListTables", `{}`); got != `{"TableNames":["music"]}` {
		t.Errorf("got %s", got)
	}
}

// The space of a deleted table comes back by itself.
func TestDroppedTableIsErased(t *testing.T) {
	r := start(t, vfs.NewMem())
	defer r.stop(t)
	r.do(t, "CreateTable", createMusic)
	r.do(t, "PutItem", `{"TableName":"music","Item":{"pk":{"S":"a"}}}`)
	if n := r.keys(t, keyspace.AllTables); n == 0 {
		t.Fatal("nothing is stored")
	}
	r.do(t, "DeleteTable", `{"TableName":"music"}`)
	for r.keys(t, keyspace.AllTables)+r.keys(t, keyspace.DroppedTables) > 0 {
		time.Sleep(time.Millisecond)
	}
}

func (r *running) keys(t *testing.T, within func() (lo, hi []byte)) (n int) {
	t.Helper()
	reader, err := r.engine.Read(t.Context(), engine.Strong)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	lo, hi := within()
	cursor := reader.Scan(t.Context(), engine.Range{Lo: lo, Hi: hi}, engine.ScanOpt{KeysOnly: true})
	for cursor.Next() {
		n++
	}
	if err := cursor.Close(); err != nil {
		t.Fatal(err)
	}
	return n
}

// begin sends a request without its last byte. When it returns, the server is reading the body.
func (r *running) begin(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_, err = fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"+
		"Authorization: AWS4-HMAC-SHA256 Credential=a\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	const expected = "HTTP/1.1 100 Continue\r\n\r\n"
	if _, err := io.ReadFull(c, make([]byte, len(expected))); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, "{"); err != nil {
		t.Fatal(err)
	}
	return c
}

// untilClosed returns when the server does not take connections any more.
func (r *running) untilClosed() {
	for {
		c, err := net.Dial("tcp", r.address)
		if err != nil {
			return
		}
		_ = c.Close()
	}
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	r := start(t, vfs.NewMem())
	c := r.begin(t)
	stopped := make(chan error)
	go func() { stopped <- r.Shutdown(context.Background()) }()
	r.untilClosed()
	if _, err := io.WriteString(c, "}"); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 200 ") {
		t.Errorf("the request is answered %q, %v", answer, err)
	}
	if err := errors.Join(<-stopped, <-r.ended); err != nil {
		t.Error(err)
	}
}

func TestShutdownCutsOff(t *testing.T) {
	r := start(t, vfs.NewMem())
	c := r.begin(t)
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error)
	go func() { stopped <- r.Shutdown(ctx) }()
	r.untilClosed()
	cancel()
	if err := <-stopped; !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown: %v", err)
	}
	if answer, _ := io.ReadAll(c); len(answer) > 0 {
		t.Errorf("the request is answered %q", answer)
	}
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
	if _, err := r.engine.Read(t.Context(), engine.Snapshot); !errors.Is(err, engine.ErrUnavailable) {
		t.Errorf("the engine is open: %v", err)
	}
}

// A store that cannot be used is closed again.
func TestOpenFails(t *testing.T) {
	e, err := pebble.Open(pebble.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Update(t.Context(), engine.TxnOpt{}, func(txn engine.Txn) error {
		txn.Set(keyspace.StoreFormat(), []byte{catalog.Format + 1})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = server.Open(t.Context(), server.Options{Engine: e, Logger: slog.New(slog.DiscardHandler), Now: time.Now})
	if _, ok := errors.AsType[*catalog.NewerError](err); !ok {
		t.Errorf("got %v", err)
	}
	if _, err := e.Read(t.Context(), engine.Snapshot); !errors.Is(err, engine.ErrUnavailable) {
		t.Errorf("the engine is open: %v", err)
	}
}
