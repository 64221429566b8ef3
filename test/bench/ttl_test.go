package main

import (
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/statordb/stator/test/statortest"
)

// TestTTLCommand lets some items expire.
func TestTTLCommand(t *testing.T) {
	dir := t.TempDir()
	var out, log strings.Builder
	status := command([]string{
		ttlCommand, "-short", "--stator", statortest.Binary(t), "--view", "KEYS_ONLY", "--rate", "0,200", "--data", dir,
	}, strings.NewReader(""), &out, &log)
	if status != 0 {
		t.Fatalf("status %d\n%s", status, log.String())
	}
	for _, want := range []string{
		"| 1 GSI   | closed, 4 ", "| 1 GSI   | 200/s over 4 ", "| GetItem, strong, 1 GSI ", "| PutItem, overwriting, 1 GSI ", "|   500 |",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, out.String())
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "stator-bench-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("the stores are left: %v %v", left, err)
	}
}

func TestTTLFlags(t *testing.T) {
	for args, ok := range map[string]bool{
		"": true, "--items 1000000 --gsis 0,3 --connections 64 --view NEW_AND_OLD_IMAGES --lead 1m": true,
		"--items 0": false, "--gsis 4": false, "--connections 3": false, "--view NEW": false, "--quiet 1ms": false, "--lead 1h": false,
		"--rate 1": false, "--stator none": false, "--keys 0": false, "more": false,
	} {
		if _, err := parseTTLFlags(strings.Fields(args), io.Discard); (err == nil) != ok {
			t.Errorf("%q: %v", args, err)
		}
	}
}

func testExpiringTable(t *testing.T) *expiringTable {
	t.Helper()
	c, err := parseTTLFlags([]string{"--keys", "100"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return &expiringTable{target: &target{cfg: &c.config}, shape: newShape(&c.config), indexes: 2, view: noStream}
}

func TestServedLoads(t *testing.T) {
	c, err := parseTTLFlags([]string{"--connections", "0,4", "--rate", "0,100"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.loads(); !slices.Equal(got, []servedLoad{{0, 0}, {4, 0}, {4, 100}}) {
		t.Errorf("the loads are %v", got)
	}
}

// TestExpiringItem looks into the requests that put items.
func TestExpiringItem(t *testing.T) {
	x := testExpiringTable(t)
	var put struct{ Item map[string]map[string]string }
	if err := json.Unmarshal(x.putBody(nil, 42, 0, 1234), &put); err != nil {
		t.Fatal(err)
	}
	if put.Item["expires_at"]["N"] != "1234" || put.Item["g0"]["S"] != "g0-0000000000000004" || put.Item["g1"]["S"] == "" || put.Item["g2"] != nil {
		t.Errorf("the item is %v", put.Item)
	}
	renew := x.operations()[1]
	first, second := renew.body(nil, x.shape, 7, 1), renew.body(nil, x.shape, 7, 2)
	if !json.Valid(first) || string(first) == string(second) || !strings.Contains(string(first), `"expires_at":{"N":"4102444801"}`) {
		t.Errorf("an item is renewed by %s", first)
	}
}

func TestMetric(t *testing.T) {
	s := statortest.StartMemory(t)
	x := &target{address: s.Address}
	if lag, err := x.metric(t.Context(), lagMetric); err != nil || lag != 0 {
		t.Errorf("an empty server is %v behind: %v", lag, err)
	}
	if _, err := x.metric(t.Context(), "stator_ttl"); err == nil {
		t.Error("a metric that is not there has a value")
	}
}

// TestExpiry judges a made-up sweep of 1,000 items: they expire after one second, the first ones are gone after
// another one, and the last ones two seconds later.
func TestExpiry(t *testing.T) {
	start := time.Unix(1000, 0)
	after := func(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }
	x := &expiry{table: testExpiringTable(t), at: after(1), items: 1000}
	for _, c := range []struct {
		at   float64
		left int64
	}{{0, 1000}, {2, 1000}, {3, 400}, {4, 0}} {
		x.counts = append(x.counts, count{at: after(c.at), left: c.left})
	}
	for i, answered := range []int64{100, 70, 1, 50, 30, 1} { // slices of 0.9 s that begin after 0, 1, 1.9, 2.1, 3, 3.9 s
		from := []float64{0, 1, 1.9, 2.1, 3, 3.9}[i]
		part := newTally()
		part.answered, part.failed = answered, int64(i)
		x.slices = append(x.slices, slice{from: after(from), until: after(from + 0.9), tallies: []*tally{part}})
	}
	s := x.sample()
	if s.PerSecond != 500 || s.P50 != time.Second || s.Max != 3*time.Second {
		t.Errorf("the sweep: %+v", s)
	}
	quiet, sweeping := x.served(0, quietPhase), x.served(0, sweepPhase)
	if quiet.Answered != 100 || quiet.Failed != 0+1+2+5 {
		t.Errorf("before: %+v", quiet)
	}
	if sweeping.Answered != 80 || sweeping.Failed != 3+4 || sweeping.Elapsed != 1800*time.Millisecond {
		t.Errorf("during the sweep: %+v", sweeping)
	}
}

// TestTTLReport prints made-up rounds.
func TestTTLReport(t *testing.T) {
	served := &result{Operation: "get", Title: "GetItem, strong, 1 GSI", Connections: 16}
	sweeps := &result{Operation: sweepName, Title: "1 GSI", Connections: 16}
	for round, slow := range []float64{1, 2, 4} {
		for phase, share := range map[string]float64{quietPhase: 1, sweepPhase: 0.8} {
			served.Samples = append(served.Samples, &sample{
				Target: phase, Round: round + 1, PerSecond: 1000 * share / slow, Elapsed: time.Second, ServerCPU: time.Second, quantiles: quantiles{P99: time.Millisecond},
			})
		}
		sweeps.Samples = append(sweeps.Samples, &sample{
			Target: sweepPhase, Round: round + 1, Answered: 1e6, PerSecond: 24_000 / slow, Lag: 2 * time.Second, quantiles: quantiles{P50: time.Second, Max: time.Minute},
		})
	}
	var out strings.Builder
	if err := writeTTLTables(&out, &report{Results: []*result{sweeps, served}}); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"| 1 GSI | closed, 16 | 1,000,000 | 12,000 (6,000–24,000) | ≥ 10,000 | met | 1.00 s | 60.0 s | 2.00 s |",
		"| closed, 16 | 500 | 400 | 0.80 (0.80–0.80) | 0.00 µs | 0.00 µs | 1.00 ms | 1.00 ms | 1.00 (1.00–1.00) | 1.00 | 1.00 |",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %s in\n%s", want, out.String())
		}
	}
}
