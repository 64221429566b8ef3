package main

import (
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		figures []float64
		want    float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1}, 5}, {[]float64{5, 100, 1}, 5}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(c.figures); got != c.want {
			t.Errorf("the median of %v is %v, want %v", c.figures, got, c.want)
		}
	}
}

// TestRatio divides within rounds: a machine that is half as fast in one round changes no ratio.
func TestRatio(t *testing.T) {
	r := &result{Samples: []*sample{
		{Target: "a", Round: 1, PerSecond: 800},
		{Target: "b", Round: 1, PerSecond: 1000},
		{Target: "a", Round: 2, PerSecond: 400},
		{Target: "b", Round: 2, PerSecond: 500},
		{Target: "a", Round: 3, PerSecond: 900},
		{Target: "b", Round: 3, PerSecond: 1000},
		{Target: "a", Round: 4, PerSecond: 900},
		{Target: "b", Round: 4, PerSecond: 0}, // nothing to compare with
	}}
	got, ok := r.ratio("a", "b", r.score)
	if want := (spread{Median: 0.8, Least: 0.8, Most: 0.9}); !ok || got != want {
		t.Errorf("the ratio is %+v, want %+v", got, want)
	}
	if _, ok := r.ratio("a", "c", r.score); ok {
		t.Error("there is a ratio to a target without samples")
	}
	for i, s := range r.Samples {
		s.Answered, s.ServerCPU = 1000, time.Duration(1+i%2)*time.Millisecond // a, then b
	}
	r.Samples[0].ServerCPU = 0 // not known
	if got, _ := r.ratio("a", "b", thrift); got.Median != 2 || got.Least != 0 {
		t.Errorf("the ratio of processor time is %+v", got)
	}
	r.Rate = 100
	for _, s := range r.Samples {
		s.P99 = time.Millisecond
		if s.Target == "a" {
			s.P99 = 4 * time.Millisecond
		}
	}
	if got, _ := r.ratio("a", "b", r.score); got.Median != 0.25 {
		t.Errorf("at a fixed rate the ratio is %+v, want that of the p99", got)
	}
}
