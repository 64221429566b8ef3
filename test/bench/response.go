package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Bounds of an answer.
const (
	readBufferBytes = 16 << 10
	headBytesMax    = 16 << 10 // DynamoDB's own bound for the head of a request
	bodyBytesMax    = 17 << 20 // a page is at most 16 MiB with its JSON around it
)

var (
	errHeadTooLong = fmt.Errorf("the head of the answer is longer than %d bytes", headBytesMax)
	errBodyTooLong = fmt.Errorf("the body of the answer is longer than %d bytes", bodyBytesMax)
	errChunk       = errors.New("the answer's chunks are malformed")
)

// answer is one HTTP answer. Its body is good until the next one is read.
type answer struct {
	status int
	body   []byte
	crc    uint32 // x-amz-crc32
	hasCRC bool
	close  bool // the server will send nothing more on this connection
}

// responseReader reads HTTP/1.1 answers one after the other, with as little work as that takes: it
// keeps no headers, and copies no body that has a Content-Length.
type responseReader struct {
	src   io.Reader
	buf   []byte // what was read and not yet handed out is buf[from:to]
	from  int
	to    int
	whole []byte // a body that was put together from chunks
}

func newResponseReader(src io.Reader) *responseReader {
	return &responseReader{src: src, buf: make([]byte, readBufferBytes)}
}

// read reads the next answer into a; interim (1xx) ones are skipped.
func (r *responseReader) read(a *answer) error {
	for {
		head, err := r.head()
		if err != nil {
			return err
		}
		f, err := parseHead(head, a)
		if err != nil {
			return err
		}
		if a.status >= 200 {
			return r.body(a, f)
		}
	}
}

// framing is how the end of a body is found.
type framing struct {
	length  int // -1: not given
	chunked bool
}

// head returns the status line and the headers with the empty line behind them.
func (r *responseReader) head() ([]byte, error) {
	searched := 0
	for {
		window := r.buf[r.from:r.to]
		if i := bytes.Index(window[searched:], []byte("\r\n\r\n")); i >= 0 {
			n := searched + i + 4
			r.from += n
			return window[:n], nil
		}
		if len(window) > headBytesMax {
			return nil, errHeadTooLong
		}
		searched = max(0, len(window)-3)
		if err := r.fill(1); err != nil {
			if errors.Is(err, io.EOF) && len(window) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
}

// fill reads until n further bytes are there, at least one. It moves and grows the buffer as needed.
func (r *responseReader) fill(n int) error {
	if r.from == r.to {
		r.from, r.to = 0, 0
	}
	if len(r.buf)-r.to < n {
		unread := r.to - r.from
		grown := r.buf
		if len(grown) < unread+n {
			grown = make([]byte, max(2*len(r.buf), unread+n))
		}
		copy(grown, r.buf[r.from:r.to])
		r.buf, r.from, r.to = grown, 0, unread
	}
	for end := r.to + n; r.to < end; {
		got, err := r.src.Read(r.buf[r.to:])
		r.to += got
		if err != nil && r.to < end {
			return err
		}
	}
	return nil
}

// next hands out n bytes, in place.
func (r *responseReader) next(n int) ([]byte, error) {
	if missing := n - (r.to - r.from); missing > 0 {
		if err := r.fill(missing); err != nil {
			return nil, unexpected(err)
		}
	}
	b := r.buf[r.from : r.from+n]
	r.from += n
	return b, nil
}

// body reads the body of a.
func (r *responseReader) body(a *answer, f framing) error {
	var err error
	switch {
	case a.status == 204 || a.status == 304:
		a.body = nil
	case f.chunked:
		a.body, err = r.chunks()
	case f.length > bodyBytesMax:
		err = errBodyTooLong
	case f.length >= 0:
		a.body, err = r.next(f.length)
	default:
		a.close = true
		a.body, err = r.rest()
	}
	return err
}

// chunks puts a chunked body together. Trailers are skipped.
func (r *responseReader) chunks() ([]byte, error) {
	r.whole = r.whole[:0]
	for {
		line, err := r.line()
		if err != nil {
			return nil, err
		}
		n, err := parseChunkSize(line)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			break
		}
		if len(r.whole)+n > bodyBytesMax {
			return nil, errBodyTooLong
		}
		b, err := r.next(n + 2)
		if err != nil {
			return nil, err
		}
		if b[n] != '\r' || b[n+1] != '\n' {
			return nil, errChunk
		}
		r.whole = append(r.whole, b[:n]...)
	}
	for skipped := 0; skipped <= headBytesMax; {
		line, err := r.line()
		if err != nil {
			return nil, err
		}
		if len(line) == 0 {
			return r.whole, nil
		}
		skipped += len(line)
	}
	return nil, errHeadTooLong
}

// line hands out one line without its end.
func (r *responseReader) line() ([]byte, error) {
	for {
		window := r.buf[r.from:r.to]
		if i := bytes.Index(window, []byte("\r\n")); i >= 0 {
			r.from += i + 2
			return window[:i], nil
		}
		if len(window) > headBytesMax {
			return nil, errHeadTooLong
		}
		if err := r.fill(1); err != nil {
			return nil, unexpected(err)
		}
	}
}

// rest reads until the server closes the connection.
func (r *responseReader) rest() ([]byte, error) {
	for {
		if r.to-r.from > bodyBytesMax {
			return nil, errBodyTooLong
		}
		err := r.fill(1)
		if errors.Is(err, io.EOF) {
			return r.next(r.to - r.from)
		}
		if err != nil {
			return nil, err
		}
	}
}

// unexpected names an end of the stream inside an answer for what it is.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
