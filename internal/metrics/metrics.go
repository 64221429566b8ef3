// Package metrics is about what the server counts for its operators, in Prometheus's terms.
// It promises that counting an event on the hot path costs a few atomic additions and no look-up by name.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// namespace begins the names of all metrics.
const namespace = "stator"

// Registry holds the metrics of one server.
type Registry struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	panics   prometheus.Counter
}

// New returns a registry that has the metrics of requests, of the Go runtime and of the process.
func New() *Registry {
	r := &Registry{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "requests_total",
			Help: "Requests answered, by operation and result: ok, or the code of the error.",
		}, []string{"operation", "result"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "request_seconds",
			Help:    "Time from the request's body being read to its answer being ready, by operation.",
			Buckets: prometheus.ExponentialBuckets(25e-6, 2, 18), // 25 µs to 3.3 s
		}, []string{"operation"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "request_panics_total",
			Help: "Requests that met a defect of the server and were answered with InternalServerError.",
		}),
	}
	r.registry.MustRegister(r.requests, r.seconds, r.panics,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Gauge adds a figure that is read when the metrics are.
func (r *Registry) Gauge(name, help string, read func() float64) {
	r.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, read))
}

// Counter adds a figure that only rises and is read when the metrics are.
func (r *Registry) Counter(name, help string, read func() float64) {
	r.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, read))
}

// Handler serves the metrics as text.
func (r *Registry) Handler() http.Handler {
	return promhttp.HandlerFor(r.registry, promhttp.HandlerOpts{})
}

// Operation returns the counters of the operation called name, to be kept by whoever serves it.
func (r *Registry) Operation(name string) *Operation {
	return &Operation{
		ok:       r.requests.WithLabelValues(name, "ok"),
		seconds:  r.seconds.WithLabelValues(name),
		requests: r.requests.MustCurryWith(prometheus.Labels{"operation": name}),
	}
}

// Panic counts a defect met by a request.
func (r *Registry) Panic() { r.panics.Inc() }

// Operation counts the requests of one operation.
type Operation struct {
	ok       prometheus.Counter
	seconds  prometheus.Observer
	requests *prometheus.CounterVec
}

// Done counts a request that took so long. code is that of the error it was answered with, or empty.
// Codes are those of apierr and one for clients that went away: a bounded set.
func (o *Operation) Done(took time.Duration, code string) {
	o.seconds.Observe(took.Seconds())
	if code == "" {
		o.ok.Inc()
		return
	}
	o.requests.WithLabelValues(code).Inc()
}
