package statortest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// Conn is a bare connection to a server. Reading fails when nothing comes within answerMax.
type Conn struct {
	conn net.Conn
	in   *bufio.Reader
}

// Dial connects to the server.
func (s *Server) Dial(t testing.TB) *Conn {
	t.Helper()
	c, err := s.dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func (s *Server) dial() (*Conn, error) {
	conn, err := net.DialTimeout("tcp", s.Address, answerMax)
	if err != nil {
		return nil, fmt.Errorf("cannot connect: %w", err)
	}
	if err := conn.SetDeadline(time.Now().Add(answerMax)); err != nil {
		return nil, fmt.Errorf("cannot set a deadline: %w", err)
	}
	return &Conn{conn: conn, in: bufio.NewReader(conn)}, nil
}

// Close closes the connection; it may be called more than once.
func (c *Conn) Close() { _ = c.conn.Close() }

// Write sends some bytes. A server that has answered already may refuse them: the answer tells.
func (c *Conn) Write(b []byte) { _, _ = c.conn.Write(b) }

// Exchange sends the bytes of a request and reads the answer; the connection stays open.
func (c *Conn) Exchange(t testing.TB, request []byte) *Answer {
	t.Helper()
	c.Write(request)
	a, err := c.answer(http.MethodPost)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// answer reads the answer to a request with the given method.
func (c *Conn) answer(method string) (*Answer, error) {
	r, err := http.ReadResponse(c.in, &http.Request{Method: method})
	if err != nil {
		return nil, fmt.Errorf("cannot read the answer: %w", err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("cannot read the body of the answer: %w", err)
	}
	if r.Close {
		r.Header.Set("Connection", "close") // which ReadResponse takes out
	}
	return &Answer{Status: r.StatusCode, Header: r.Header, Body: body}, nil
}
