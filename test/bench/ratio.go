package main

import (
	"slices"
	"time"
)

// spread is the median of some figures with the least and the greatest.
type spread struct {
	Median float64 `json:"median"`
	Least  float64 `json:"min"`
	Most   float64 `json:"max"`
}

// spreadOf returns the spread of at least one figure; of none it is zero.
func spreadOf(figures []float64) spread {
	if len(figures) == 0 {
		return spread{}
	}
	return spread{Median: median(figures), Least: slices.Min(figures), Most: slices.Max(figures)}
}

// median returns the middle figure, or the mean of the two in the middle.
func median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// result is the samples of one trial.
type result struct {
	Operation   string    `json:"operation"`
	Title       string    `json:"title"`
	Yardstick   string    `json:"yardstick"`
	Connections int       `json:"connections"`
	Rate        int       `json:"rate_per_second"` // 0: closed loop
	Samples     []*sample `json:"samples"`
}

// targets lists who was measured, in order.
func (r *result) targets() []string {
	var names []string
	for _, s := range r.Samples {
		if !slices.Contains(names, s.Target) {
			names = append(names, s.Target)
		}
	}
	return names
}

// of returns the samples of one target, by round.
func (r *result) of(target string) []*sample {
	var all []*sample
	for _, s := range r.Samples {
		if s.Target == target {
			all = append(all, s)
		}
	}
	return all
}

// score is what two samples of a round are compared by; more is better. The closed loop shows in
// throughput; at a fixed rate the throughput is given and the slowest hundredth shows.
func (r *result) score(s *sample) float64 {
	if r.Rate == 0 {
		return s.PerSecond
	}
	if s.P99 == 0 {
		return 0
	}
	return 1 / s.P99.Seconds()
}

// thrift is how many requests a sample answered for a second of its server's processor time. On a machine
// that others use too it is steadier than the score.
func thrift(s *sample) float64 {
	if s.ServerCPU == 0 {
		return 0
	}
	return float64(s.Answered) / s.ServerCPU.Seconds()
}

// ratio compares a target with another one by what more is better of, round by round. It is false when they
// share no round, or the other one has nothing of it.
func (r *result) ratio(target, other string, better func(*sample) float64) (spread, bool) {
	return ratio(r.of(target), r.of(other), better)
}

// ratio compares samples with others by what pick says, round by round. It is false when they share no round,
// or the others have nothing of it.
func ratio(samples, others []*sample, pick func(*sample) float64) (spread, bool) {
	var ratios []float64
	for _, a := range samples {
		for _, b := range others {
			if a.Round == b.Round && pick(b) > 0 {
				ratios = append(ratios, pick(a)/pick(b))
			}
		}
	}
	return spreadOf(ratios), len(ratios) > 0
}

// figure returns the median over a target's rounds of what pick says.
func (r *result) figure(target string, pick func(*sample) float64) float64 {
	var figures []float64
	for _, s := range r.of(target) {
		figures = append(figures, pick(s))
	}
	return median(figures)
}

// latency is figure for a duration.
func (r *result) latency(target string, pick func(*sample) time.Duration) time.Duration {
	return time.Duration(r.figure(target, func(s *sample) float64 { return float64(pick(s)) }))
}

// sum adds up what pick says over a target's rounds.
func (r *result) sum(target string, pick func(*sample) int64) int64 {
	var n int64
	for _, s := range r.of(target) {
		n += pick(s)
	}
	return n
}

// startup is how a server starts and what memory it holds.
type startup struct {
	Target      string          `json:"target"`
	Times       []time.Duration `json:"start_to_first_answer_ns"`
	IdleBytes   int64           `json:"idle_resident_bytes"`
	LoadedBytes int64           `json:"resident_bytes_after_load"`
}
