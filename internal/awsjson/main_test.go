package awsjson

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/metrics"
	"github.com/statordb/stator/internal/sigv4"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// operations stand for real ones: the tests here are about what is around them.
func operations() map[string]Serve {
	return map[string]Serve{
		"DescribeTable": func(_ context.Context, in api.Request, dst []byte) ([]byte, error) {
			name := in.(*api.DescribeTableInput).TableName
			return append(append(append(dst, `{"Table":"`...), name.Or("absent")...), `"}`...), nil
		},
		"TagResource": func(_ context.Context, _ api.Request, dst []byte) ([]byte, error) { return dst, nil },
		"GetItem": func(_ context.Context, _ api.Request, dst []byte) ([]byte, error) {
			return append(append(append(dst, `{"Item":{"a":{"S":"`...), strings.Repeat("0123456789", 1000)...), `"}}}`...), nil
		},
		"DeleteItem": func(_ context.Context, _ api.Request, dst []byte) ([]byte, error) {
			return append(dst, `{"Attributes":`...), apierr.ConditionalCheckFailed(nil)
		},
		"UpdateItem": func(context.Context, api.Request, []byte) ([]byte, error) {
			return nil, errors.New("the secret of the house")
		},
		"PutItem": func(context.Context, api.Request, []byte) ([]byte, error) { panic("a defect") },
	}
}

// house is a front that is served over a real listener.
type house struct {
	*httptest.Server
	front  *Front
	counts *metrics.Registry
	log    *logBuffer
}

func newHouse(t *testing.T, operations map[string]Serve) *house {
	h := &house{counts: metrics.New(), log: &logBuffer{}}
	h.front = New(Options{
		Region: "eu-west-1", Operations: operations, Verify: sigv4.Signed,
		Metrics: h.counts, Logger: slog.New(slog.NewTextHandler(h.log, nil)), Now: time.Now,
	})
	h.Server = httptest.NewServer(NewHandler(h.front))
	t.Cleanup(h.Close)
	return h
}

// metric returns the line of /metrics that begins with name, or "".
func (h *house) metric(name string) string {
	w := httptest.NewRecorder()
	h.counts.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, name) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// logBuffer is a log that can be read while it is written.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
