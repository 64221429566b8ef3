package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// busyClient is the share of its cores above which the generator may be what limits a sample.
const busyClient = 0.85

// report is all that a run found out.
type report struct {
	Facts    []fact    `json:"facts"`
	Settings []fact    `json:"settings"`
	Startups []startup `json:"startups"`
	Results  []*result `json:"results"`
	Notes    []string  `json:"notes"`

	hotFailed int64
}

func settingsOf(c *config) []fact {
	return []fact{
		{"Rounds", fmt.Sprintf("%d, interleaved; %v measured after %v of warm-up each", c.rounds, c.duration, c.warmUp)},
		{"Items", fmt.Sprintf("%s of %s bytes in %d text attributes; seed %d", thousands(float64(c.keys)), thousands(float64(c.itemBytes)), c.attributes, c.seed)},
	}
}

// failed is how many requests went wrong.
func (r *report) failed() int64 {
	n := r.hotFailed
	for _, x := range r.Results {
		for _, s := range x.Samples {
			n += s.Failed
		}
	}
	return n
}

func (r *report) writeJSON(file string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644) //nolint:gosec // a report for everybody
}

// writeMarkdown prints the tables, to be pasted as they are.
func (r *report) writeMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("### Machine and settings\n\n")
	facts := table{head: []string{"Fact", "Value"}}
	for _, f := range append(r.Facts, r.Settings...) {
		facts.row(f.Name, f.Value)
	}
	facts.write(&b)
	r.writeLoads(&b)
	r.writePeers(&b)
	r.writeStartups(&b)
	r.writeNotes(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeLoads prints what every target did in every trial.
func (r *report) writeLoads(b *strings.Builder) {
	b.WriteString("\n### Throughput and latency\n\n")
	t := table{head: []string{
		"Operation", "Load", "Target", "Requests/s", "Ratio to bare (min–max)",
		"p50", "p90", "p99", "p99.9", "max", "Errors", "Server CPU/request", "CPU ratio (min–max)", "Client CPU/request", "Client busy",
	}, left: 3}
	for _, x := range r.Results {
		for _, name := range x.targets() {
			t.row(x.Title, x.load(), name,
				thousands(x.figure(name, func(s *sample) float64 { return s.PerSecond })),
				x.ratioText(name, x.Yardstick, x.score),
				short(x.latency(name, func(s *sample) time.Duration { return s.P50 })),
				short(x.latency(name, func(s *sample) time.Duration { return s.P90 })),
				short(x.latency(name, func(s *sample) time.Duration { return s.P99 })),
				short(x.latency(name, func(s *sample) time.Duration { return s.P999 })),
				short(x.slowest(name)),
				thousands(float64(x.sum(name, func(s *sample) int64 { return s.Failed }))),
				x.cost(name, func(s *sample) time.Duration { return s.ServerCPU }),
				x.ratioText(name, x.Yardstick, thrift),
				x.cost(name, func(s *sample) time.Duration { return s.ClientCPU }),
				fmt.Sprintf("%.0f %%", 100*x.figure(name, func(s *sample) float64 { return s.ClientBusy })))
		}
	}
	t.write(b)
	b.WriteString("\nEach figure is the median of the rounds, max the greatest. The ratio is of requests a second " +
		"within one round; at a fixed rate it is the bare handler's p99 divided by the target's. The CPU ratio is the " +
		"bare handler's processor time for a request divided by the target's: what a busy machine disturbs least.\n")
}

// writePeers prints how Stator compares with each peer.
func (r *report) writePeers(b *strings.Builder) {
	t := table{head: []string{"Operation", "Load", "Peer", "Stator ÷ peer (min–max)"}, left: 3}
	for _, x := range r.Results {
		for _, name := range x.targets() {
			if name == statorName || name == x.Yardstick || len(x.of(statorName)) == 0 {
				continue
			}
			t.row(x.Title, x.load(), name, x.ratioText(statorName, name, x.score))
		}
	}
	if len(t.rows) > 0 {
		b.WriteString("\n### Against peers\n\n")
		t.write(b)
	}
}

// writeStartups prints times and memory.
func (r *report) writeStartups(b *strings.Builder) {
	t := table{head: []string{"Target", "Start to first answer (min–max)", "Starts", "Idle memory", "After load"}, left: 1}
	for _, s := range r.Startups {
		var times []float64
		for _, d := range s.Times {
			times = append(times, float64(d))
		}
		x := spreadOf(times)
		t.row(s.Target, fmt.Sprintf("%s (%s–%s)", short(time.Duration(x.Median)), short(time.Duration(x.Least)), short(time.Duration(x.Most))),
			fmt.Sprint(len(times)), mebibytes(s.IdleBytes), mebibytes(s.LoadedBytes))
	}
	if len(t.rows) > 0 {
		b.WriteString("\n### Start and memory\n\n")
		t.write(b)
	}
}

// writeNotes prints what a reader of the figures must know.
func (r *report) writeNotes(b *strings.Builder) {
	notes := append([]string(nil), r.Notes...)
	for _, x := range r.Results {
		for _, name := range x.targets() {
			notes = append(notes, x.notes(name)...)
		}
	}
	if len(notes) == 0 {
		return
	}
	b.WriteString("\n### Notes\n\n")
	for _, n := range notes {
		b.WriteString("- " + strings.ReplaceAll(n, "\n", " ") + "\n")
	}
}

// notes says what went wrong with a target in a trial, or makes its figures doubtful.
func (r *result) notes(name string) []string {
	where := fmt.Sprintf("%s, %s, %s: ", r.Title, r.load(), name)
	var notes []string
	if n := r.sum(name, func(s *sample) int64 { return s.Failed }); n > 0 {
		complaint := ""
		for _, s := range r.of(name) {
			if complaint == "" {
				complaint = s.Complaint
			}
		}
		notes = append(notes, fmt.Sprintf("%s%d requests failed, the first with: %s", where, n, complaint))
	}
	if n := r.sum(name, func(s *sample) int64 { return s.Unsent }); n > 0 {
		notes = append(notes, fmt.Sprintf("%s%d requests were due and never sent: the rate is too high for it", where, n))
	}
	if n := r.sum(name, func(s *sample) int64 { return s.Resent }); n > 0 {
		notes = append(notes, fmt.Sprintf("%s%d requests were sent a second time, fewer were prepared", where, n))
	}
	if busy := r.figure(name, func(s *sample) float64 { return s.ClientBusy }); busy > busyClient {
		notes = append(notes, fmt.Sprintf("%sthe generator was %.0f %% busy and may have been the limit: raise --client-procs", where, 100*busy))
	}
	return notes
}
