package main

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestQuantiles compares the histogram with sorted latencies.
func TestQuantiles(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // repeatable on purpose
	h := newHistogram()
	latencies := make([]time.Duration, 100_000)
	for i := range latencies {
		// Over six powers of ten, as real ones.
		latencies[i] = time.Duration(math.Pow(10, 3+5*random.Float64()))
		record(h, latencies[i])
	}
	slices.Sort(latencies)
	q := quantilesOf(h)
	for _, c := range []struct {
		name    string
		percent float64
		got     time.Duration
	}{{"p50", 50, q.P50}, {"p90", 90, q.P90}, {"p99", 99, q.P99}, {"p99.9", 99.9, q.P999}, {"max", 100, q.Max}} {
		want := latencies[int(math.Ceil(c.percent/100*float64(len(latencies))))-1]
		if off := math.Abs(float64(c.got-want)) / float64(want); off > 0.002 {
			t.Errorf("%s is %v, want %v", c.name, c.got, want)
		}
	}
}

func TestHistogramBounds(t *testing.T) {
	h := newHistogram()
	record(h, -time.Second)
	record(h, time.Hour)
	if n := h.TotalCount(); n != 2 {
		t.Errorf("%d of 2 latencies are counted", n)
	}
	if q := quantilesOf(h); q.Max < latencyMost || q.P50 > time.Microsecond {
		t.Errorf("the quantiles are %+v", q)
	}
	if q := quantilesOf(newHistogram()); q != (quantiles{}) {
		t.Errorf("the quantiles of nothing are %+v", q)
	}
}

// TestTally counts what belongs to the window, and latencies from the time that a request was due.
func TestTally(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	w := newWindow(start, time.Second, 2*time.Second)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	a, b := newTally(), newTally()
	a.add(w, at(500), at(510), nil)                        // warm-up
	a.add(w, at(1500), at(1510), nil)                      // 10 ms
	a.add(w, at(1600), at(1610), errors.New("a is wrong")) // failed
	b.add(w, at(2900), at(3400), nil)                      // 500 ms, done late
	b.miss(w, at(2950), at(3950))                          // never sent, 1 s so far
	b.add(w, at(2999), at(3000), errors.New("b is wrong"))
	a.merge(b)
	if a.answered != 2 || a.acknowledged != 3 || a.failed != 2 || a.unsent != 1 {
		t.Errorf("counted are %+v", a)
	}
	if a.complaint != "a is wrong" || !a.last.Equal(at(3400)) {
		t.Errorf("the first complaint is %q, the last answer at %v", a.complaint, a.last)
	}
	q := quantilesOf(a.latency)
	near := func(got, want time.Duration) bool { return math.Abs(float64(got-want)) < 0.01*float64(want) }
	if a.latency.TotalCount() != 3 || !near(q.P50, 500*time.Millisecond) || !near(q.Max, time.Second) {
		t.Errorf("the latencies are %+v of %d", q, a.latency.TotalCount())
	}
}
