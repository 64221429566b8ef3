package main

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"net"
	"net/http"
	"sync"
	"time"
)

// Bounds of one connection.
const (
	dialTimeout   = 5 * time.Second
	answerMax     = 30 * time.Second // no answer is waited for longer
	checkedEvery  = 64               // one body in so many is judged
	complaintSize = 300              // bytes of a refusing body that are shown
)

// connection is one keep-alive connection that sends the requests of a script. It connects again when
// the server has closed it. Only interrupt may be called from another goroutine.
type connection struct {
	address string
	script  *script
	check   func(index uint64, body []byte) error // nil: bodies are not judged
	index   uint64                                // the item the last request was about
	answer  answer
	reader  *responseReader
	seen    int

	mu       sync.Mutex // guards conn and deadline against interrupt
	conn     net.Conn
	deadline time.Time
}

// newConnection connects to address. The requests may be set later.
func newConnection(ctx context.Context, address string) (*connection, error) {
	c := &connection{address: address, deadline: time.Now().Add(answerMax)}
	return c, c.dial(ctx)
}

func (c *connection) dial(ctx context.Context) error {
	conn, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "tcp", c.address)
	if err != nil {
		return fmt.Errorf("cannot connect: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn = conn
	c.reader = newResponseReader(conn)
	return conn.SetDeadline(c.deadline)
}

// close closes the connection; it may be called more than once.
func (c *connection) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// expire makes every exchange fail that has not ended at t.
func (c *connection) expire(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	if c.conn != nil {
		_ = c.conn.SetDeadline(t)
	}
}

// interrupt makes the exchange that is under way and all later ones fail.
func (c *connection) interrupt() { c.expire(time.Unix(1, 0)) }

// exchange sends the next request of the script and reads the answer.
func (c *connection) exchange(ctx context.Context) error {
	var request []byte
	request, c.index = c.script.take()
	return c.roundTrip(ctx, request)
}

// roundTrip sends one request and reads the answer into c.answer.
func (c *connection) roundTrip(ctx context.Context, request []byte) error {
	if c.conn == nil {
		if err := c.dial(ctx); err != nil {
			return err
		}
	}
	_, err := c.conn.Write(request)
	if err == nil {
		err = c.reader.read(&c.answer)
	}
	if err != nil {
		c.close()
		return fmt.Errorf("no answer: %w", err)
	}
	if c.answer.close {
		c.close()
	}
	return nil
}

// verify judges the answer that was read last: its status and checksum always, its body on a sample.
func (c *connection) verify() error {
	a := &c.answer
	if a.status == http.StatusBadRequest && isConflict(a.body) {
		return errCancelled
	}
	if a.status != http.StatusOK {
		return fmt.Errorf("status %d: %.*s", a.status, complaintSize, a.body)
	}
	if a.hasCRC && crc32.ChecksumIEEE(a.body) != a.crc {
		return errors.New("the body does not have the checksum of its x-amz-crc32")
	}
	c.seen++
	if c.check == nil || c.seen%checkedEvery != 1 {
		return nil
	}
	return c.check(c.index, a.body)
}
