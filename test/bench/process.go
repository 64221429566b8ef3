package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Bounds of a child.
const (
	readyMax     = 60 * time.Second       // time to answer GET /-/ready
	readyPause   = 200 * time.Microsecond // between two attempts
	stopMax      = 10 * time.Second       // time to end after SIGTERM; then it is killed
	logTailBytes = 8 << 10                // of its output, shown when it fails
)

// process is a server that this program started.
type process struct {
	cmd     *exec.Cmd
	started time.Time // just before the spawn
	output  *tail
	done    chan struct{} // closed when it has ended
}

// spawn starts a server. stop must be called in the end.
func spawn(name string, args []string, in io.Reader) (*process, error) {
	p := &process{cmd: exec.Command(name, args...), output: &tail{}, done: make(chan struct{})} //nolint:gosec // our own binaries
	p.cmd.Stdin = in
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	p.cmd.WaitDelay = stopMax
	dieWithParent(p.cmd)
	p.started = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot start a server: %w", err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// ready waits until GET /-/ready at address answers 200 and returns the time from spawn to that answer.
func (p *process) ready(ctx context.Context, address string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, readyMax)
	defer cancel()
	transport := &http.Transport{DisableKeepAlives: true}
	client := &http.Client{Transport: transport}
	for {
		if isReady(ctx, client, address) {
			return time.Since(p.started), nil
		}
		select {
		case <-p.done:
			return 0, fmt.Errorf("the server ended instead of getting ready; its last words:\n%s", p.output)
		case <-ctx.Done():
			return 0, fmt.Errorf("the server did not get ready: %w; its last words:\n%s", ctx.Err(), p.output)
		case <-time.After(readyPause):
		}
	}
}

func isReady(ctx context.Context, client *http.Client, address string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/-/ready", nil)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, bodyBytesMax))
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// metric reads a metric that has no labels.
func (t *target) metric(ctx context.Context, name string) (float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.address+"/metrics", nil)
	if err != nil {
		return 0, fmt.Errorf("cannot ask %s for metrics: %w", t.name, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("cannot read the metrics of %s: %w", t.name, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, bodyBytesMax))
	if err != nil {
		return 0, fmt.Errorf("cannot read the metrics of %s: %w", t.name, err)
	}
	for line := range bytes.Lines(body) {
		if value, ok := bytes.CutPrefix(line, []byte(name+" ")); ok {
			return strconv.ParseFloat(string(bytes.TrimSpace(value)), 64)
		}
	}
	return 0, fmt.Errorf("%s has no metric %s", t.name, name)
}

// stop ends the server and waits until it is gone.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(stopMax):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// freeAddress returns an address on which nothing listens at this moment.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("cannot find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// tail keeps the last logTailBytes that were written to it.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b...)
	if n := len(t.b) - logTailBytes; n > 0 {
		t.b = append(t.b[:0], t.b[n:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}

// ticksPerSecond is USER_HZ, the unit of /proc/PID/stat on every Linux that Go runs on.
const ticksPerSecond = 100

// processCPU is the processor time of a process, in steps of 10 ms; 0 when it cannot be known.
func processCPU(pid int) time.Duration {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	// Behind the name in parentheses: state is the first field, utime the 12th, stime the 13th.
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(fields) < 13 {
		return 0
	}
	user, err := strconv.ParseInt(string(fields[11]), 10, 64)
	system, err2 := strconv.ParseInt(string(fields[12]), 10, 64)
	if errors.Join(err, err2) != nil {
		return 0
	}
	return time.Duration(user+system) * time.Second / ticksPerSecond
}

// residentBytes is VmRSS of a process; 0 when it cannot be known.
func residentBytes(pid int) int64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(b, []byte("VmRSS:"))
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
