package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// writeTTLTables prints the tables of the subcommand, to be pasted as they are.
func writeTTLTables(w io.Writer, r *report) error {
	var b strings.Builder
	b.WriteString("### Machine and settings\n\n")
	facts := table{head: []string{"Fact", "Value"}}
	for _, f := range append(r.Facts, r.Settings...) {
		facts.row(f.Name, f.Value)
	}
	facts.write(&b)
	r.writeSweeps(&b)
	r.writeServed(&b)
	b.WriteString("\nEach figure is the median of the rounds. All items of a round expire at the same moment; lags run from there. " +
		"Ratios compare requests during the sweep with those of the same round before it; the cores are those that the server used " +
		"for everything.\n")
	r.writeNotes(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeSweeps prints how fast the items went.
func (r *report) writeSweeps(b *strings.Builder) {
	t := table{head: []string{
		"Indexes", "Load", "Items", "Deletions/s (min–max)", "Aim", "Verdict", "Lag of the first", "Lag of the last", "Lag by the metric",
	}, left: 2}
	for _, x := range r.Results {
		if x.Operation != sweepName {
			continue
		}
		var rates []float64
		for _, s := range x.Samples {
			rates = append(rates, s.PerSecond)
		}
		speed := spreadOf(rates)
		load := "none"
		if x.Connections > 0 {
			load = x.load()
		}
		t.row(x.Title, load, thousands(float64(x.Samples[0].Answered)),
			fmt.Sprintf("%s (%s–%s)", thousands(speed.Median), thousands(speed.Least), thousands(speed.Most)),
			"≥ "+thousands(deletionsAim), verdict(deletionsAim, speed.Median),
			short(x.latency(sweepPhase, p50)), short(x.latency(sweepPhase, func(s *sample) time.Duration { return s.Max })),
			short(x.latency(sweepPhase, func(s *sample) time.Duration { return s.Lag })))
	}
	section(b, "How fast expired items go", &t)
}

// writeServed prints what other requests noticed.
func (r *report) writeServed(b *strings.Builder) {
	t := table{head: []string{
		"Operation", "Load", "Requests/s, quiet", "sweeping", "Sweeping ÷ quiet (min–max)", "p50, quiet", "sweeping",
		"p99, quiet", "sweeping", "Sweeping ÷ quiet (min–max)", "Server cores, quiet", "sweeping",
	}, left: 2}
	cores := func(s *sample) float64 { return s.ServerCPU.Seconds() / max(s.Elapsed.Seconds(), 1e-9) }
	for _, x := range r.Results {
		if x.Operation == sweepName {
			continue
		}
		t.row(x.Title, x.load(), thousands(x.figure(quietPhase, perSecond)), thousands(x.figure(sweepPhase, perSecond)),
			x.ratioText(sweepPhase, quietPhase, perSecond), short(x.latency(quietPhase, p50)), short(x.latency(sweepPhase, p50)),
			short(x.latency(quietPhase, p99)), short(x.latency(sweepPhase, p99)), x.ratioText(sweepPhase, quietPhase, slowness),
			threeDigits(x.figure(quietPhase, cores)), threeDigits(x.figure(sweepPhase, cores)))
	}
	section(b, "What other requests notice", &t)
}
