package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// writeStreamTables prints the tables of the subcommand, to be pasted as they are.
func writeStreamTables(w io.Writer, r *report) error {
	var b strings.Builder
	b.WriteString("### Machine and settings\n\n")
	facts := table{head: []string{"Fact", "Value"}}
	for _, f := range append(r.Facts, r.Settings...) {
		facts.row(f.Name, f.Value)
	}
	facts.write(&b)
	r.writeRecording(&b)
	r.writePages(&b)
	r.writeIdle(&b)
	r.writeFollow(&b)
	b.WriteString("\nEach figure is the median of the rounds, max the greatest; ratios compare within one round. What a busy " +
		"machine disturbs least is the processor time.\n")
	r.writeNotes(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// section prints a table under its title, if it has rows.
func section(b *strings.Builder, title string, t *table) {
	if len(t.rows) > 0 {
		b.WriteString("\n### " + title + "\n\n")
		t.write(b)
	}
}

// writeRecording prints writes with and without a stream.
func (r *report) writeRecording(b *strings.Builder) {
	t := table{head: []string{
		"Operation", "Load", "Stream", "Requests/s", "÷ without (min–max)", "p50", "p99", "p50 ÷ without (min–max)",
		"Server CPU/request", "÷ without (min–max)",
	}, left: 3}
	for _, x := range r.Results {
		if x.Yardstick != barePut {
			continue
		}
		for _, name := range x.targets() {
			t.row(x.Title, x.load(), name, thousands(x.figure(name, perSecond)), x.ratioText(name, noStream, perSecond),
				short(x.latency(name, p50)), short(x.latency(name, p99)), x.ratioText(name, noStream, halfway),
				x.cost(name, serverCPU), x.ratioText(name, noStream, expense))
		}
	}
	section(b, "Writes with and without a stream", &t)
}

// writePages prints how fast a stream is read.
func (r *report) writePages(b *strings.Builder) {
	t := table{head: []string{"Operation", "Load", "Stream", "Records/s", "MB/s", "Records on a page", "p50", "p99", "Server CPU/record"}, left: 3}
	for _, x := range r.Results {
		if x.Operation != pagesName {
			continue
		}
		for _, name := range x.targets() {
			perRecord := x.latency(name, func(s *sample) time.Duration { return s.ServerCPU / time.Duration(max(1, s.Records)) })
			t.row(x.Title, x.load(), name, thousands(x.figure(name, (*sample).recordsPerSecond)),
				threeDigits(x.figure(name, func(s *sample) float64 { return float64(s.Bytes) / s.Elapsed.Seconds() / 1e6 })),
				thousands(x.figure(name, func(s *sample) float64 { return float64(s.Records) / float64(max(1, s.Answered)) })),
				short(x.latency(name, p50)), short(x.latency(name, p99)), short(perRecord))
		}
	}
	section(b, "Reading all that was recorded", &t)
}

// writeIdle prints readers of idle shards beside readers of items.
func (r *report) writeIdle(b *strings.Builder) {
	t := table{head: []string{
		"Operation", "Load", "Requests/s", "GetItem", "÷ GetItem (min–max)", "p50", "GetItem", "p50 ÷ GetItem (min–max)", "p99", "GetItem",
		"Server CPU/request", "÷ GetItem (min–max)",
	}, left: 2}
	for _, x := range r.Results {
		gets := r.loadOf(getName, x.Connections)
		if x.Operation != pollName || gets == nil {
			continue
		}
		name := x.targets()[0]
		compared := func(pick func(*sample) float64) string {
			s, ok := ratio(x.Samples, gets.Samples, pick)
			if !ok {
				return "–"
			}
			return s.String()
		}
		t.row(x.Title, x.load(), thousands(x.figure(name, perSecond)), thousands(gets.figure(name, perSecond)), compared(perSecond),
			short(x.latency(name, p50)), short(gets.latency(name, p50)), compared(halfway),
			short(x.latency(name, p99)), short(gets.latency(name, p99)), x.cost(name, serverCPU), compared(expense))
	}
	section(b, "Asking where nothing happens", &t)
}

// writeFollow prints how soon followers see a write.
func (r *report) writeFollow(b *strings.Builder) {
	t := table{head: []string{"Operation", "Writes", "Stream", "p50", "p90", "p99", "max", "Aim of p50", "Verdict"}, left: 3}
	for _, x := range r.Results {
		if x.Operation != followName {
			continue
		}
		for _, name := range x.targets() {
			median := x.latency(name, p50)
			t.row(x.Title, x.load(), name, short(median), short(x.latency(name, func(s *sample) time.Duration { return s.P90 })),
				short(x.latency(name, p99)), short(x.slowest(name)), fmt.Sprintf("≤ %d ms", followAim), verdict(median.Seconds()*1e3, followAim))
		}
	}
	section(b, "How soon a follower sees a write", &t)
}

func p50(s *sample) time.Duration { return s.P50 }
