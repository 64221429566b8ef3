package awsjson

import (
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"

	"github.com/statordb/stator/internal/apierr"
)

// Limits of requests, as AWS has them (behaviour §1).
const (
	bodyBytesMax = 16 << 20 // also after inflation
	headBytesMax = 16 << 10 // of the request line, and of the block of headers
)

// trustedBytesMax is how much memory a body gets for saying that it will be so long. Beyond it,
// memory comes with the bytes.
const trustedBytesMax = 1 << 20

// errAborted says that the client went away in the middle of its body: nobody waits for an answer.
var errAborted = errors.New("awsjson: the client did not send its whole body")

// readBody reads and inflates the body into x.body. Nothing is buffered of a body that says that it
// is too large.
func (x *Exchange) readBody(r *Request) error {
	x.body = x.body[:0]
	if r.ContentLength > bodyBytesMax {
		return apierr.TooLarge()
	}
	var (
		in  io.ReadCloser
		err error
	)
	switch r.Header.Get("Content-Encoding") {
	case "", "identity":
		return x.readAll(&x.network, r.ContentLength)
	case "gzip":
		in, err = gzip.NewReader(&x.network)
	case "deflate":
		in, err = zlib.NewReader(&x.network)
	default:
		return apierr.Internal() // what AWS says of an encoding that it does not know
	}
	if err != nil {
		return inflateError(err)
	}
	if err := x.readAll(in, -1); err != nil {
		return err
	}
	x.network.end()
	return nil
}

// readAll reads in to its end, at most bodyBytesMax, into x.body. announced is the length that the
// client told, or -1.
func (x *Exchange) readAll(in io.Reader, announced int64) error {
	// One byte more than announced, so that the end is met without growing.
	if n := int(min(announced, trustedBytesMax)); n >= cap(x.body) {
		x.body = make([]byte, 0, n+bytes.MinRead)
	}
	for {
		if len(x.body) == cap(x.body) {
			x.body = append(x.body, 0)[:len(x.body)]
		}
		n, err := in.Read(x.body[len(x.body):cap(x.body)])
		x.body = x.body[:len(x.body)+n]
		switch {
		case len(x.body) > bodyBytesMax:
			return apierr.TooLarge()
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return inflateError(err)
		}
	}
}

// inflateError is the answer to a body that cannot be inflated: AWS's internal error, unless the
// client is gone.
func inflateError(err error) error {
	if errors.Is(err, errAborted) {
		return err
	}
	return apierr.Internal()
}

// network is a body as it comes from the client. It turns a failure to read into errAborted, so that
// it can be told from a failure to inflate.
type network struct {
	r     io.Reader
	ended bool // everything was read
}

func (n *network) Read(p []byte) (int, error) {
	read, err := n.r.Read(p)
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		n.ended = true
	default:
		err = errAborted
	}
	return read, err
}

// end meets the end of a body that has been inflated: inflating stops without it.
func (n *network) end() {
	var rest [1]byte
	if !n.ended {
		_, _ = n.Read(rest[:]) // what follows a compressed body does not matter
	}
}
