package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statordb/stator/test/statortest"
)

// TestMain lets the test binary stand in for the program when that starts itself as a bare handler.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == bareCommand {
		os.Exit(command(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(statortest.Main(m))
}

// TestCommand measures the bare handlers alone, in the closed and in the open loop.
func TestCommand(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "report.json")
	var out, log strings.Builder
	status := command([]string{
		"-short", "--stator", statorNone, "--ops", "get,put-hot", "--connections", "1,4", "--rate", "0,200",
		"--data", dir, "--json", file,
	}, strings.NewReader(""), &out, &log)
	if status != 0 {
		t.Fatalf("status %d\n%s", status, log.String())
	}
	for _, want := range []string{"closed, 1", "closed, 4", "200/s over 4", bareGet, barePut} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, out.String())
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Results) != 6 || len(r.Startups) != 2 {
		t.Fatalf("there are %d results and %d startups, want 6 and 2", len(r.Results), len(r.Startups))
	}
	for _, x := range r.Results {
		if s := x.Samples[0]; s.Answered == 0 || s.Failed > 0 || s.P50 == 0 {
			t.Errorf("%s, %s: %+v", x.Title, x.load(), s)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "stator-bench-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("the stores are left: %v %v", left, err)
	}
}

func TestStatus(t *testing.T) {
	for args, want := range map[string]int{"-h": 0, "--no-such-flag": 2, "--rounds 0": 2, "--stator ./no-such-binary --ops get": 1} {
		if got := command(strings.Fields(args), strings.NewReader(""), io.Discard, io.Discard); got != want {
			t.Errorf("%s ends with status %d, want %d", args, got, want)
		}
	}
	if got := command([]string{bareCommand}, strings.NewReader("no JSON"), io.Discard, io.Discard); got != 1 {
		t.Errorf("a bare handler that is told nothing ends with status %d", got)
	}
}
