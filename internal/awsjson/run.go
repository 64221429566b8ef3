package awsjson

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/coral"
)

// requestsMax is how many requests are carried out at once. Each may hold a body, locks of the engine
// and a place in its queues; SDKs try again what is refused for it.
const requestsMax = 8192

var errTooMany = apierr.Unavailable("Too many requests are being carried out at once.")

// attempt reads the request, carries op out and returns the body of the response, in x.out.
func (f *Front) attempt(ctx context.Context, x *Exchange, r *Request, op *operation) (body []byte, err error) {
	defer f.rescue(x, &err)
	defer f.inside.Add(-1)
	if f.inside.Add(1) > requestsMax {
		return nil, errTooMany
	}
	if err := x.readBody(r); err != nil {
		return nil, err
	}
	x.begun = f.Now()
	if err := f.admit(x, r, op); err != nil {
		return nil, err
	}
	return run(ctx, x, op)
}

// rescue turns a panic into an error. It must be deferred itself.
func (f *Front) rescue(x *Exchange, err *error) {
	if p := recover(); p != nil {
		x.suspect = true
		f.Metrics.Panic()
		*err = &defect{p, debug.Stack()}
	}
}

// run reads the input of op from the body and carries op out. After a panic the input is not used
// again.
func run(ctx context.Context, x *Exchange, op *operation) (body []byte, err error) {
	in := op.inputs.Get().(api.Request) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	x.decoder.Reset(x.body)
	if refusal := api.DecodeRequest(&x.decoder, in); refusal != nil {
		err = refusal
	} else if op.serve == nil {
		err = apierr.NotBuilt(op.name)
	} else {
		body, err = op.serve(ctx, in, x.out[:0])
	}
	in.Reset() // what it refers to may be large
	op.inputs.Put(in)
	return body, err
}

// bodyIsObject reports whether the body is one JSON object, or empty.
func (x *Exchange) bodyIsObject() bool {
	if len(x.body) == 0 {
		return true
	}
	var r coral.Reader
	r.Reset(x.body)
	if r.Peek() != coral.Object {
		return false
	}
	r.Skip()
	return r.End() == nil
}

// defect is a panic that a request met.
type defect struct {
	value any
	stack []byte
}

func (d *defect) Error() string { return fmt.Sprintf("panic: %v", d.value) }

// logFailure writes down what the client is not told.
func (f *Front) logFailure(ctx context.Context, x *Exchange, op *operation, err error) {
	attributes := []slog.Attr{
		slog.String("operation", op.name), slog.String("request", string(x.id[:])), slog.Any("error", err),
	}
	if d, ok := err.(*defect); ok { //nolint:errorlint // made here and never wrapped
		attributes = append(attributes, slog.String("stack", string(d.stack)))
	}
	f.Logger.LogAttrs(ctx, slog.LevelError, "request failed", attributes...)
}
