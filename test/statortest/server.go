package statortest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Bounds of a server. They are far above what it takes, so that a busy machine fails no test.
const (
	readyMax      = 60 * time.Second
	readyPause    = 2 * time.Millisecond
	stopMax       = 60 * time.Second
	startAttempts = 5 // a free port may be taken by another process before ours listens
	outputMax     = 256 << 10
)

// Server is one running stator serve.
type Server struct {
	// Dir is its data directory; "" with --memory.
	Dir string
	// Address is its host:port. It stays the same over a Restart.
	Address string

	binary string
	args   []string

	mu     sync.Mutex // guards what follows; tests kill from other goroutines
	cmd    *exec.Cmd
	done   chan struct{} // closed when the process is gone
	output *output
}

// Start starts a server on an empty data directory. It is stopped when the test ends, and the test
// fails if it then ends with another status than 0.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	return start(t, t.TempDir(), args)
}

// StartIn is Start on the given data directory.
func StartIn(t testing.TB, dir string, args ...string) *Server {
	t.Helper()
	return start(t, dir, args)
}

// StartMemory starts a server that keeps everything in memory.
func StartMemory(t testing.TB, args ...string) *Server {
	t.Helper()
	return start(t, "", args)
}

func start(t testing.TB, dir string, args []string) *Server {
	t.Helper()
	s := &Server{Dir: dir, binary: Binary(t), args: args}
	for attempt := 1; ; attempt++ {
		s.Address = freeAddress(t)
		err := s.launch()
		if err == nil {
			break
		}
		if attempt == startAttempts || !strings.Contains(s.Output(), "in use") {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { s.end(t) })
	return s
}

// launch spawns the process and waits until it is ready.
func (s *Server) launch() error {
	args := []string{"serve", "--listen", s.Address}
	if s.Dir == "" {
		args = append(args, "--memory")
	} else {
		args = append(args, "--data", s.Dir)
	}
	cmd := exec.Command(s.binary, append(args, s.args...)...) //nolint:gosec // our own
	out := &output{}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "STATOR_") })
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot start the server: %w", err)
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the status is read from ProcessState
		close(done)
	}()
	s.mu.Lock()
	s.cmd, s.done, s.output = cmd, done, out
	s.mu.Unlock()
	return s.waitReady(done)
}

func (s *Server) waitReady(done <-chan struct{}) error {
	giveUp := time.After(readyMax)
	for {
		if s.answers("/-/ready") {
			return nil
		}
		select {
		case <-done:
			return fmt.Errorf("the server ended instead of getting ready:\n%s", s.Output())
		case <-giveUp:
			s.Kill()
			return fmt.Errorf("the server was not ready within %v:\n%s", readyMax, s.Output())
		case <-time.After(readyPause):
		}
	}
}

// answers tells whether GET path is answered with 200 over a connection of its own.
func (s *Server) answers(path string) bool {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: readyMax}
	r, err := client.Get(s.URL() + path)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
	return r.StatusCode == http.StatusOK
}

// Restart starts another process on the same directory and address, after Kill or Stop. It fails the test
// if that does not get ready.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	<-s.gone()
	if err := s.launch(); err != nil {
		t.Fatal(err)
	}
}

// Kill ends the process with SIGKILL and returns when it is gone.
func (s *Server) Kill() {
	cmd := s.process()
	_ = cmd.Process.Kill() // an error: it has ended already
	<-s.gone()
}

// Stop asks the process to end with SIGTERM and returns its exit status. It fails the test if the process
// does not end.
func (s *Server) Stop(t testing.TB) int {
	t.Helper()
	cmd := s.process()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatalf("cannot stop the server: %v", err)
	}
	select {
	case <-s.gone():
	case <-time.After(stopMax):
		s.Kill()
		t.Errorf("the server did not stop within %v:\n%s", stopMax, s.Output())
	}
	return cmd.ProcessState.ExitCode()
}

// end is what happens to a server when its test is over.
func (s *Server) end(t testing.TB) {
	select {
	case <-s.gone(): // killed or stopped by the test
		return
	default:
	}
	if status := s.Stop(t); status != 0 {
		t.Errorf("the server ended with status %d:\n%s", status, s.Output())
	}
	if t.Failed() {
		t.Logf("what the server said:\n%s", s.Output())
	}
}

// URL is where clients send their requests.
func (s *Server) URL() string { return "http://" + s.Address }

// PID is the number of the running process.
func (s *Server) PID() int { return s.process().Process.Pid }

// Output is what the process has written to stdout and stderr so far.
func (s *Server) Output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.output.String()
}

func (s *Server) process() *exec.Cmd {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cmd
}

// gone is closed when the present process has ended.
func (s *Server) gone() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done
}

// freeAddress returns an address on which nothing listens at this moment.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("cannot find a free port: %v", err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// output keeps the first outputMax bytes that are written to it: what a server says first explains most.
type output struct {
	mu sync.Mutex
	b  []byte
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.b = append(o.b, p[:min(len(p), outputMax-len(o.b))]...)
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.b)
}
