// Package admin is about what operators ask of a running server: is it alive, is it ready, what does it count.
// It promises answers that need neither credentials nor the store.
package admin

import (
	"net/http"
	"sync/atomic"

	"github.com/statordb/stator/internal/metrics"
)

// Handler answers /-/live, /-/ready and /metrics.
type Handler struct {
	mux   http.ServeMux
	ready atomic.Bool
}

// New returns a handler that is not ready yet.
func New(m *metrics.Registry) *Handler {
	h := &Handler{}
	h.mux.HandleFunc("GET /-/live", func(w http.ResponseWriter, _ *http.Request) {
		say(w, http.StatusOK, "live\n")
	})
	h.mux.HandleFunc("GET /-/ready", func(w http.ResponseWriter, _ *http.Request) {
		if !h.ready.Load() {
			say(w, http.StatusServiceUnavailable, "not ready\n")
			return
		}
		say(w, http.StatusOK, "ready\n")
	})
	h.mux.Handle("GET /metrics", m.Handler())
	return h
}

// SetReady says whether requests are taken: from start until a stop begins.
func (h *Handler) SetReady(ready bool) { h.ready.Store(ready) }

// Serves reports whether path is for this handler.
func (h *Handler) Serves(path string) bool {
	return path == "/metrics" || path == "/-/live" || path == "/-/ready"
}

// ServeHTTP answers a request for a path that it serves.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // a client that has gone needs no answer
}
