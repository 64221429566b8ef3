package main

import (
	"errors"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// What a histogram can tell apart: three digits from 100 ns to a minute. Longer latencies count as a minute.
const (
	latencyLeast  = 100 * time.Nanosecond
	latencyMost   = time.Minute
	latencyDigits = 3
)

func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(int64(latencyLeast), int64(latencyMost), latencyDigits)
}

// record adds one latency, clamped to what the histogram can hold.
func record(h *hdrhistogram.Histogram, d time.Duration) {
	d = min(max(d, latencyLeast), latencyMost)
	if err := h.RecordValue(int64(d)); err != nil {
		panic("bench: a clamped latency is out of range: " + err.Error())
	}
}

// quantiles are the latencies that the tables show.
type quantiles struct {
	P50  time.Duration `json:"p50_ns"`
	P90  time.Duration `json:"p90_ns"`
	P99  time.Duration `json:"p99_ns"`
	P999 time.Duration `json:"p99_9_ns"`
	Max  time.Duration `json:"max_ns"`
}

func quantilesOf(h *hdrhistogram.Histogram) quantiles {
	if h.TotalCount() == 0 {
		return quantiles{}
	}
	at := func(percent float64) time.Duration { return time.Duration(h.ValueAtPercentile(percent)) }
	return quantiles{P50: at(50), P90: at(90), P99: at(99), P999: at(99.9), Max: time.Duration(h.Max())}
}

// tally is what one connection, or all of a sample together, got answered.
type tally struct {
	latency      *hdrhistogram.Histogram
	answered     int64 // right answers within the measured time
	cancelled    int64 // transactions that another one was in the way of, within the measured time
	acknowledged int64 // right answers, warm-up included
	failed       int64 // wrong or missing answers, warm-up included
	unsent       int64 // open loop: requests that were due and found no connection in time
	complaint    string
	last         time.Time // when the last counted answer came
}

func newTally() *tally { return &tally{latency: newHistogram()} }

// add takes in one answer: due when its latency begins, err what is wrong with it. The latency of what was
// cancelled is not counted: nothing was done for it.
func (t *tally) add(w window, due, done time.Time, err error) {
	if errors.Is(err, errCancelled) {
		if !due.Before(w.from) {
			t.cancelled++
		}
		return
	}
	if err != nil {
		t.failed++
		if t.complaint == "" {
			t.complaint = err.Error()
		}
		return
	}
	t.acknowledged++
	if due.Before(w.from) {
		return
	}
	t.answered++
	t.last = done
	record(t.latency, done.Sub(due))
}

// miss takes in a request that was due and never sent. Its latency so far is counted, so that giving up
// does not look fast.
func (t *tally) miss(w window, due, now time.Time) {
	t.unsent++
	if !due.Before(w.from) {
		record(t.latency, now.Sub(due))
	}
}

// merge adds another tally.
func (t *tally) merge(o *tally) {
	t.latency.Merge(o.latency)
	t.answered += o.answered
	t.cancelled += o.cancelled
	t.acknowledged += o.acknowledged
	t.failed += o.failed
	t.unsent += o.unsent
	if t.complaint == "" {
		t.complaint = o.complaint
	}
	if o.last.After(t.last) {
		t.last = o.last
	}
}
