package awsjson

import (
	"bytes"
	"io"
	"math/rand/v2"
	"time"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/sigv4"
)

// Request is what the front needs of an HTTP request, whatever server took it in.
type Request struct {
	Method        string
	Path          string
	Query         string // as sent, without the question mark
	HeadBytes     int    // length of the request line or of the block of headers, whichever is longer
	ContentLength int64  // -1 if not known beforehand
	Header        sigv4.Header
	Body          io.Reader
}

// Answer is what a server is to send back. The slices in it are valid until the next call of Serve
// with the same Exchange.
type Answer struct {
	Aborted     bool // nobody waits for an answer: close the connection
	Status      int
	ContentType string
	Encoding    string // Content-Encoding, or ""
	RequestID   []byte
	CRC32       uint32 // of Body
	Body        []byte
	Close       bool // the request's body was not read to its end: close the connection afterwards
	CORS        bool // the request has an Origin
	Preflight   Preflight
}

// Preflight is what a browser asks for with OPTIONS, and is granted.
type Preflight struct {
	Asked            bool
	Headers, Methods string
}

// Exchange is the memory of one request and its answer. The zero Exchange is ready for use.
type Exchange struct {
	request Request // for whoever calls Serve, so that it need not be allocated
	network network
	decoder api.Decoder
	body    []byte
	out     []byte
	packed  bytes.Buffer
	id      [requestIDBytes]byte
	begun   time.Time // when the body had been read
	suspect bool      // a panic left the memory in a state that nobody knows
}

// keptBytesMax is the largest buffer that stays with an Exchange for the next request.
const keptBytesMax = 1 << 20

// reusable makes x ready for the next request and reports whether there may be one.
func (x *Exchange) reusable() bool {
	if x.suspect {
		return false
	}
	x.request, x.network = Request{}, network{}
	if cap(x.body) > keptBytesMax {
		x.body = nil
	}
	if cap(x.out) > keptBytesMax {
		x.out = nil
	}
	if x.packed.Cap() > keptBytesMax {
		x.packed = bytes.Buffer{}
	}
	return true
}

// requestIDBytes is the length of AWS's request IDs: upper-case letters and digits.
const requestIDBytes = 52

const requestIDAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUV" // 32, so that five bits choose one

// fillRequestID makes a new request ID. IDs tell requests apart in logs; they guard nothing.
func fillRequestID(id *[requestIDBytes]byte) {
	const perWord = 12 // letters of five bits in a random word
	var word uint64
	for i := range id {
		if i%perWord == 0 {
			word = rand.Uint64() //nolint:gosec // guards nothing
		}
		id[i] = requestIDAlphabet[word&31]
		word >>= 5
	}
}
