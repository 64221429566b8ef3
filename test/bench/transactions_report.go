package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// writeTransactionTables prints the tables of the subcommand, to be pasted as they are.
func writeTransactionTables(w io.Writer, cfg *transactionConfig, r *report) error {
	var b strings.Builder
	b.WriteString("### Machine and settings\n\n")
	facts := table{head: []string{"Fact", "Value"}}
	for _, f := range append(r.Facts, r.Settings...) {
		facts.row(f.Name, f.Value)
	}
	facts.write(&b)
	for _, n := range cfg.connections {
		r.writeTransactions(&b, n)
	}
	b.WriteString("\nEach figure is the median of the rounds. The ratio is of the p50 within one round, the CPU ratio of the " +
		"server's processor time for a request: what a busy machine disturbs least. Latencies are of requests that were " +
		"done; cancelled is the share of those that were not because another transaction was in the way.\n")
	r.writeNotes(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeTransactions prints what every load did at one number of connections.
func (r *report) writeTransactions(b *strings.Builder, connections int) {
	_, _ = fmt.Fprintf(b, "\n### Closed loop, %d connection(s)\n\n", connections)
	t := table{head: []string{
		"Operation", "Against", "p50", "p99", "Requests/s", "p50 ÷ that (min–max)", "Aim", "Verdict", "Server CPU/request",
		"CPU ratio (min–max)", "Cancelled",
	}, left: 2}
	for _, x := range r.Results {
		if x.Connections != connections {
			continue
		}
		l := findTransactionLoad(x.Operation)
		cells := l.compared(x, r.loadOf(l.against, connections))
		t.row(x.Title, cells.against,
			short(x.latency(statorName, func(s *sample) time.Duration { return s.P50 })), short(x.latency(statorName, p99)),
			thousands(x.figure(statorName, perSecond)),
			cells.ratio, cells.aim, cells.verdict, x.cost(statorName, serverCPU), cells.cpu, x.cancelled())
	}
	t.write(b)
}

// loadOf returns what a load did at a number of connections, nil if it was not measured.
func (r *report) loadOf(name string, connections int) *result {
	i := slices.IndexFunc(r.Results, func(x *result) bool { return x.Operation == name && x.Connections == connections })
	if i < 0 {
		return nil
	}
	return r.Results[i]
}

// comparison is how a load compares with another one, in the words of the table.
type comparison struct{ against, ratio, aim, verdict, cpu string }

// compared compares what the load did with what the other did, which may be nil.
func (l *transactionLoad) compared(x, other *result) comparison {
	c := comparison{against: "–", ratio: "–", aim: "–", verdict: "–", cpu: "–"}
	if l.aim > 0 {
		c.aim = fmt.Sprintf("≤ %g", l.aim)
	}
	if other == nil {
		return c
	}
	c.against = other.Title
	if s, ok := ratio(x.Samples, other.Samples, halfway); ok {
		c.ratio = s.String()
		if l.aim > 0 {
			c.verdict = verdict(s.Median, l.aim)
		}
	}
	if s, ok := ratio(x.Samples, other.Samples, expense); ok {
		c.cpu = s.String()
	}
	return c
}

// verdict says whether a ratio is what is aimed at.
func verdict(ratio, aim float64) string {
	if ratio <= aim {
		return "met"
	}
	return "MISSED"
}

// cancelled is the share of requests that were cancelled, over all rounds.
func (r *result) cancelled() string {
	cancelled := r.sum(statorName, func(s *sample) int64 { return s.Cancelled })
	all := cancelled + r.sum(statorName, func(s *sample) int64 { return s.Answered })
	if !strings.HasPrefix(r.Title, "Transact") || all == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f %%", 100*float64(cancelled)/float64(all))
}

func halfway(s *sample) float64 { return s.P50.Seconds() }

// expense is the server's processor time for a request; 0 when it is not known.
func expense(s *sample) float64 {
	return s.ServerCPU.Seconds() / float64(max(1, s.Answered+s.Cancelled))
}
