package server

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds on how long a client may take, so that many slow ones cannot hold connections for ever. They
// are looked at once a sweep, so a client may take that much longer. (The deadlines that net/http has
// for this set several timers for every request, which costs a GetItem a twentieth of its time.)
const (
	firstWait   = 10 * time.Second // for the head of the first request
	requestWait = 3 * time.Minute  // for a whole request and its answer: 16 MiB at 0.8 Mbit/s
	idleWait    = 3 * time.Minute  // for the head of another request; longer than SDKs keep idle connections
	sweepEvery  = time.Second
)

// connections are those that are open.
type connections struct {
	sweeps atomic.Int64 // how many there were: a clock that is cheap to read
	mu     sync.Mutex
	open   map[*connection]struct{}
}

// connection is one of them. It is in the state since the sweep of that number.
type connection struct {
	net.Conn
	state atomic.Int32
	since atomic.Int64
}

// CloseWrite is looked for by net/http, which ends an answer with it before it closes a connection whose client
// is still sending. Without it the client is reset, and may never read the answer.
func (c *connection) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}

// listener makes the connections that are accepted known.
type listener struct {
	net.Listener
	all *connections
}

// Accept waits for the next connection.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &connection{Conn: c}, nil
}

// changed is the http.Server's ConnState.
func (all *connections) changed(c net.Conn, state http.ConnState) {
	conn := c.(*connection) //nolint:errcheck,forcetypeassert // listener makes no others
	conn.since.Store(all.sweeps.Load())
	conn.state.Store(int32(state)) //nolint:gosec // a handful
	switch state {
	case http.StateNew:
		all.mu.Lock()
		defer all.mu.Unlock()
		if all.open == nil {
			all.open = map[*connection]struct{}{}
		}
		all.open[conn] = struct{}{}
	case http.StateClosed, http.StateHijacked:
		all.mu.Lock()
		defer all.mu.Unlock()
		delete(all.open, conn)
	default:
	}
}

// sweep closes connections whose clients take too long, until ctx ends.
func (all *connections) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			all.closeLate(all.sweeps.Add(1))
		}
	}
}

// closeLate closes the connections that are late at the sweep of that number.
func (all *connections) closeLate(now int64) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for c := range all.open {
		if time.Duration(now-c.since.Load())*sweepEvery > patience(http.ConnState(c.state.Load())) {
			_ = c.Close() // whoever reads from it finds out; it is told to changed then
		}
	}
}

// patience is how long a connection may be in a state.
func patience(s http.ConnState) time.Duration {
	switch s {
	case http.StateNew:
		return firstWait
	case http.StateIdle:
		return idleWait
	default:
		return requestWait
	}
}
