package admin

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/statordb/stator/internal/metrics"
)

func TestHandler(t *testing.T) {
	h := New(metrics.New())
	status := func(method, path string) int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w.Code
	}
	if got := status("GET", "/-/ready"); got != http.StatusServiceUnavailable {
		t.Errorf("before it is ready: %d", got)
	}
	h.SetReady(true)
	for _, path := range []string{"/-/live", "/-/ready", "/metrics"} {
		if got := status("GET", path); got != http.StatusOK || !h.Serves(path) {
			t.Errorf("%s: %d, served %v", path, got, h.Serves(path))
		}
	}
	if got := status("POST", "/-/ready"); got != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", got)
	}
	if h.Serves("/") || h.Serves("/-/else") {
		t.Error("paths of others are served")
	}
}
