package server

import (
	"net"
	"net/http"
	"testing"
	"time"
)

// TestLateConnections holds that a connection is closed when its state lasts too long, and not before.
func TestLateConnections(t *testing.T) {
	const perSecond = int64(time.Second / sweepEvery)
	for state, wait := range map[http.ConnState]time.Duration{
		http.StateNew: firstWait, http.StateActive: requestWait, http.StateIdle: idleWait,
	} {
		var all connections
		client, end := net.Pipe()
		defer client.Close()
		c := &connection{Conn: end}
		all.changed(c, http.StateNew)
		all.sweeps.Store(100)
		all.changed(c, state)

		last := 100 + int64(wait/time.Second)*perSecond
		all.closeLate(last)
		if isClosed(client) {
			t.Errorf("%v: closed after %v already", state, wait)
		}
		all.closeLate(last + 1)
		if !isClosed(client) {
			t.Errorf("%v: still open after more than %v", state, wait)
		}
		all.changed(c, http.StateClosed)
		if len(all.open) > 0 {
			t.Errorf("%v: a closed connection is kept", state)
		}
	}
}

// isClosed reports whether the other end of a pipe is closed.
func isClosed(c net.Conn) bool {
	if err := c.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		return true
	}
	_, err := c.Read(make([]byte, 1))
	timeout, ok := err.(net.Error) //nolint:errorlint // a pipe returns it as it is
	return !ok || !timeout.Timeout()
}
