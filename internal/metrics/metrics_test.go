package metrics

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestOperationIsCounted(t *testing.T) {
	r := New()
	r.Gauge("tables", "Tables.", func() float64 { return 7 })
	op := r.Operation("GetItem")
	op.Done(time.Millisecond, "")
	op.Done(time.Millisecond, "ValidationException")
	op.Done(time.Millisecond, "ValidationException")
	r.Panic()

	w := httptest.NewRecorder()
	r.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`stator_requests_total{operation="GetItem",result="ok"} 1`,
		`stator_requests_total{operation="GetItem",result="ValidationException"} 2`,
		`stator_request_seconds_count{operation="GetItem"} 3`,
		`stator_request_panics_total 1`,
		`stator_tables 7`,
	} {
		if !strings.Contains(string(body), line+"\n") {
			t.Errorf("%q is missing", line)
		}
	}
}
