package main

import (
	"strings"
	"testing"
	"time"
)

func TestFigures(t *testing.T) {
	for got, want := range map[string]string{
		thousands(0): "0", thousands(999): "999", thousands(1000): "1,000", thousands(1234567.4): "1,234,567",
		short(1234 * time.Nanosecond): "1.23 µs", short(12_345 * time.Microsecond): "12.3 ms", short(99_960 * time.Millisecond): "100 s",
		mebibytes(0): "–", mebibytes(3 << 19): "1.50 MiB",
	} {
		if got != want {
			t.Errorf("printed is %q, want %q", got, want)
		}
	}
}

func TestTable(t *testing.T) {
	x := table{head: []string{"Name", "µs"}, left: 1}
	x.row("a", "1")
	x.row("longer", "1,000")
	var b strings.Builder
	x.write(&b)
	want := "| Name   |    µs |\n|--------|------:|\n| a      |     1 |\n| longer | 1,000 |\n"
	if b.String() != want {
		t.Errorf("printed is\n%s", b.String())
	}
}

func TestReport(t *testing.T) {
	r := &report{
		Facts:    []fact{{"Go", "go1.26"}},
		Startups: []startup{{Target: statorName, Times: []time.Duration{3e6, 1e6, 2e6}, IdleBytes: 20 << 20}},
		Results: []*result{{Operation: "get", Title: "GetItem", Yardstick: bareGet, Connections: 64, Samples: []*sample{
			{Target: statorName, Round: 1, PerSecond: 800, Failed: 1, Complaint: "status 500", ClientBusy: 0.9},
			{Target: bareGet, Round: 1, PerSecond: 1000},
		}}},
	}
	var b strings.Builder
	if err := r.writeMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| GetItem   | closed, 64 | stator   |        800 |        0.80 (0.80–0.80) |", "| stator |       2.00 ms (1.00 ms–3.00 ms) |",
		"1 requests failed, the first with: status 500", "the generator was 90 % busy",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, b.String())
		}
	}
	if r.failed() != 1 {
		t.Errorf("%d failed", r.failed())
	}
}
