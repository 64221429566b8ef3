package awsjson

import (
	"io"
	"strings"
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

var (
	gzips = sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails for unknown levels only
		return w
	}}
	zlibs = sync.Pool{New: func() any {
		w, _ := zlib.NewWriterLevel(nil, zlib.BestSpeed) // as above
		return w
	}}
)

// compress replaces the body of a long answer by what the client said it accepts.
func (x *Exchange) compress(a *Answer, accepts string) {
	if len(a.Body) <= compressBytesMin || accepts == "" {
		return
	}
	pool, encoding := chooseEncoding(accepts)
	if pool == nil {
		return
	}
	w := pool.Get().(deflater) //nolint:errcheck,forcetypeassert // the pools hold nothing else
	defer pool.Put(w)
	x.packed.Reset()
	w.Reset(&x.packed)
	// A bytes.Buffer takes everything.
	_, _ = w.Write(a.Body)
	_ = w.Close()
	a.Body, a.Encoding = x.packed.Bytes(), encoding
}

// chooseEncoding returns the first encoding in accepts that there is a pool for. A weight of 0
// refuses an encoding; other weights are not compared.
func chooseEncoding(accepts string) (*sync.Pool, string) {
	for part := range strings.SplitSeq(accepts, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight = strings.ReplaceAll(weight, " ", "")
		if strings.HasPrefix(weight, "q=0") && strings.Trim(weight[len("q=0"):], ".0") == "" {
			continue
		}
		switch strings.TrimSpace(name) {
		case "gzip":
			return &gzips, "gzip"
		case "deflate":
			return &zlibs, "deflate"
		}
	}
	return nil, ""
}
