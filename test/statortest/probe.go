package statortest

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// Check runs stator check on a data directory that no server uses, and fails the test if it finds fault.
func Check(t testing.TB, dir string) {
	t.Helper()
	out, err := exec.Command(Binary(t), "check", "--data", dir).CombinedOutput() //nolint:gosec // our own
	if err != nil {
		t.Fatalf("stator check: %v\n%s", err, out)
	}
}

// MemoryPeak is the most memory that the process has held resident, in bytes; 0 where the system does not
// tell (it is read from Linux's /proc).
func (s *Server) MemoryPeak() int64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(s.PID()) + "/status")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(b, []byte("VmHWM:"))
	fields := bytes.Fields(rest)
	if len(fields) < 2 || string(fields[1]) != "kB" {
		return 0
	}
	n, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}

// OpenFiles is how many descriptors the process has open; 0 where the system does not tell.
func (s *Server) OpenFiles() int {
	entries, err := os.ReadDir("/proc/" + strconv.Itoa(s.PID()) + "/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}
