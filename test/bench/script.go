package main

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
)

// Bounds of the requests that are prepared for one sample. When a server is so fast that they do not
// suffice, the first ones are sent again and the report says how many.
const (
	preparedMax      = 4 << 20
	preparedBytesMax = 1 << 30
	preparedLeast    = 256
	headBytes        = 640 // about what the head of a signed request takes
)

// script is the requests of one sample, signed before the clock runs and shared by all its connections.
type script struct {
	chunks [][]byte // serialised requests, back to back; one chunk a signing worker
	spans  []span   // by order of sending
	cursor atomic.Int64
}

// span is one request: where it lies and which item it is about.
type span struct {
	chunk, from, to uint32
	index           uint64
}

// take returns the next request to send. After the last one it begins again.
func (s *script) take() (request []byte, index uint64) {
	n := s.cursor.Add(1) - 1
	p := s.spans[n%int64(len(s.spans))]
	return s.chunks[p.chunk][p.from:p.to], p.index
}

// resent is how many of the requests sent were sent before.
func (s *script) resent() int64 { return max(0, s.cursor.Load()-int64(len(s.spans))) }

// scriptLength bounds how many requests are prepared when want are expected and one has this body.
func scriptLength(want float64, bodyBytes int) int {
	most := min(preparedMax, preparedBytesMax/(headBytes+bodyBytes))
	return int(max(preparedLeast, min(want, float64(most))))
}

// prepare signs n requests of operation o for target t, on all cores. Their serials follow each other
// from the target's next one.
func prepare(ctx context.Context, t *target, o *operation, s *shape, n int) (*script, error) {
	first := t.serial
	t.serial += uint64(n)
	workers := min(runtime.NumCPU(), n)
	out := &script{chunks: make([][]byte, workers), spans: make([]span, n)}
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			from, to := n*w/workers, n*(w+1)/workers
			out.chunks[w], errs[w] = signSpans(ctx, t, o, s, first+uint64(from), uint32(w), out.spans[from:to])
		})
	}
	wg.Wait()
	return out, errors.Join(errs...)
}

// signSpans fills spans with requests, the first of which has the given serial, and returns the bytes
// they lie in.
func signSpans(ctx context.Context, t *target, o *operation, s *shape, serial uint64, chunk uint32, spans []span) ([]byte, error) {
	sign, err := t.newSigner()
	if err != nil {
		return nil, err
	}
	var all, body []byte
	for i := range spans {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		index := o.index(s, serial)
		body = o.body(body[:0], s, index, serial)
		from := len(all)
		if all, err = sign.appendRequest(ctx, all, o.action, serial, body); err != nil {
			return nil, err
		}
		if i == 0 {
			grown := make([]byte, len(all), (len(all)+64)*len(spans))
			copy(grown, all)
			all = grown
		}
		spans[i] = span{chunk: chunk, from: uint32(from), to: uint32(len(all)), index: index}
		serial++
	}
	return all, nil
}
