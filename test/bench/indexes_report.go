package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// writeIndexTables prints the tables of the subcommand, to be pasted as they are.
func writeIndexTables(w io.Writer, cfg *indexConfig, r *report) error {
	var b strings.Builder
	b.WriteString("### Machine and settings\n\n")
	facts := table{head: []string{"Fact", "Value"}}
	for _, f := range append(r.Facts, r.Settings...) {
		facts.row(f.Name, f.Value)
	}
	facts.write(&b)
	writeGrowth(&b, cfg, r)
	writeIndexCost(&b, cfg, r)
	r.writeNotes(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeGrowth prints the large tables against the small ones.
func writeGrowth(b *strings.Builder, cfg *indexConfig, r *report) {
	small, large := sizeText(cfg.small), sizeText(cfg.large)
	_, _ = fmt.Fprintf(b, "\n### %s against %s\n\n", large, small)
	t := table{head: []string{
		"Operation", "Load", "GSIs", "Requests/s, " + small, large, "Small ÷ large (min–max)",
		"p99, " + small, large, "Large ÷ small (min–max)", "Server CPU/request, " + small, large, "Large ÷ small (min–max)", fmt.Sprintf("Within %g", withinFactor),
	}, left: 2}
	for _, x := range r.Results {
		for _, n := range cfg.indexes {
			s, l := tableName(n, cfg.small), tableName(n, cfg.large)
			if len(x.of(s)) == 0 {
				continue
			}
			t.row(x.Title, x.load(), fmt.Sprint(n),
				thousands(x.figure(s, perSecond)), thousands(x.figure(l, perSecond)), x.ratioText(s, l, perSecond),
				short(x.latency(s, p99)), short(x.latency(l, p99)), x.ratioText(l, s, slowness),
				x.cost(s, serverCPU), x.cost(l, serverCPU), x.ratioText(s, l, thrift), x.within(s, l))
		}
	}
	t.write(b)
	b.WriteString("\nEach figure is the median of the rounds; a ratio compares two tables within one round, and more than 1 says " +
		"that the large one is slower. What a busy machine disturbs least is the processor time.\n")
}

// writeIndexCost prints the tables with indexes against those without.
func writeIndexCost(b *strings.Builder, cfg *indexConfig, r *report) {
	t := table{head: []string{"Operation", "Load", "Size", "GSIs", "Throughput ÷ without (min–max)", "p99 ÷ without (min–max)"}, left: 3}
	for _, x := range r.Results {
		for _, size := range []int64{cfg.small, cfg.large} {
			for _, n := range cfg.indexes {
				with, without := tableName(n, size), tableName(0, size)
				if n == 0 || len(x.of(without)) == 0 {
					continue
				}
				t.row(x.Title, x.load(), sizeText(size), fmt.Sprint(n), x.ratioText(with, without, perSecond), x.ratioText(with, without, slowness))
			}
		}
	}
	if len(t.rows) > 0 {
		b.WriteString("\n### With and without indexes\n\n")
		t.write(b)
	}
}

// within tells whether the large table keeps up with the small one, by the medians of the ratios.
func (r *result) within(small, large string) string {
	throughput, ok := r.ratio(small, large, perSecond)
	latency, ok2 := r.ratio(large, small, slowness)
	switch {
	case !ok || !ok2:
		return "–"
	case throughput.Median <= withinFactor && latency.Median <= withinFactor:
		return "yes"
	}
	return "no"
}

func perSecond(s *sample) float64       { return s.PerSecond }
func slowness(s *sample) float64        { return s.P99.Seconds() }
func p99(s *sample) time.Duration       { return s.P99 }
func serverCPU(s *sample) time.Duration { return s.ServerCPU }
