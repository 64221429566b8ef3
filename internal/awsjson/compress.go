package awsjson

import (
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

// compressBytesMin is how long an answer must be to be compressed, if the client accepts it.
const compressBytesMin = 4096

// deflater is gzip.Writer or zlib.Writer.
type deflater interface {
	io.WriteCloser
	Reset(w io.Writer)
}

// encoding is one that answers can have.
type encoding struct {
	name    string
	writers sync.Pool
}

// encodings are those that there are; of two that a client likes the same, it gets the first.
var encodings = [...]encoding{
	{"gzip", sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails for unknown levels only
		return w
	}}},
	{"deflate", sync.Pool{New: func() any {
		w, _ := zlib.NewWriterLevel(nil, zlib.BestSpeed) // as above
		return w
	}}},
}

// compress replaces the body of a long answer by what the client said it accepts.
func (x *Exchange) compress(a *Answer, accepts string) {
	if len(a.Body) <= compressBytesMin || accepts == "" {
		return
	}
	e := accepted(accepts)
	if e == nil {
		return
	}
	w := e.writers.Get().(deflater) //nolint:errcheck,forcetypeassert // the pools hold nothing else
	defer e.writers.Put(w)
	x.packed.Reset()
	w.Reset(&x.packed)
	// A bytes.Buffer takes everything.
	_, _ = w.Write(a.Body)
	_ = w.Close()
	a.Body, a.Encoding = x.packed.Bytes(), e.name
}
