package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// A signal waits for a request that is being answered; a second one does not.
func TestSecondSignalStopsAtOnce(t *testing.T) {
	cmd := exec.Command("stator", "serve", "--memory", "--listen", "127.0.0.1:0")
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill() //nolint:errcheck // it has ended if the test went well
	lines := bufio.NewReader(pipe)
	ready := readLine(t, lines)
	_, address, _ := strings.Cut(ready, "http://")
	address, _, _ = strings.Cut(address, " ")

	c := stalledRequest(t, address)
	defer c.Close()
	interrupt(t, cmd)
	if got := readLine(t, lines); !strings.Contains(got, "stopping") {
		t.Fatalf("got %q", got)
	}
	interrupt(t, cmd)
	_, _ = io.Copy(io.Discard, lines)
	_ = cmd.Wait() // tells that a signal ended it
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v", cmd.ProcessState)
	}
}

func readLine(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	line, err := r.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func interrupt(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
}

// stalledRequest begins a request. When it returns, the server is reading the body.
func stalledRequest(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"+
		"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))); err != nil {
		t.Fatal(err)
	}
	return c
}
