package awsjson

import (
	"context"
	"errors"
	"hash/crc32"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/metrics"
	"github.com/statordb/stator/internal/sigv4"
)

// Serve carries out one operation: it reads the input, which is of the operation's own type and must
// not be kept, and appends the body of the response to dst. An *apierr.Error is for the client, any
// other is not.
type Serve = func(ctx context.Context, in api.Request, dst []byte) ([]byte, error)

// Options are the parts that a Front works with.
type Options struct {
	Region     string
	Operations map[string]Serve // by the name of the operation; those left out are answered with NotBuilt
	Verify     sigv4.Verifier
	Metrics    *metrics.Registry
	Logger     *slog.Logger
	Now        func() time.Time
}

// Front answers requests. All its methods may be called concurrently.
type Front struct {
	Options
	health     []byte       // the body that GET / has
	operations []operation  // as api.Shapes
	unknown    operation    // stands for all targets that are none
	inside     atomic.Int64 // requests that are being carried out
}

// operation is what the front has of one operation.
type operation struct {
	name   string
	serve  Serve // nil: not built
	inputs sync.Pool
	counts *metrics.Operation
}

// unknownName is the name in metrics of requests for no known operation. No operation is called so.
const unknownName = "Unknown"

// New returns a Front.
func New(o Options) *Front {
	f := &Front{
		Options:    o,
		health:     []byte("healthy: dynamodb." + o.Region + ".amazonaws.com "),
		operations: make([]operation, len(api.Shapes)),
		unknown:    operation{name: unknownName, counts: o.Metrics.Operation(unknownName)},
	}
	for i := range api.Shapes {
		shape, op := &api.Shapes[i], &f.operations[i]
		op.name, op.serve = shape.Name, o.Operations[shape.Name]
		op.inputs.New = func() any { return shape.NewInput() }
		op.counts = o.Metrics.Operation(shape.Name)
	}
	return f
}

// operation returns the operation that target names, or the one that stands for none.
func (f *Front) operation(target string) *operation {
	i, ok := api.Lookup(target)
	if !ok {
		return &f.unknown
	}
	return &f.operations[i]
}

// Statuses of the answers that are made here; those of errors are apierr's.
const (
	statusOK         = 200
	statusBadRequest = 400
	statusNotFound   = 404
)

// Content types of requests and answers.
const (
	typeAmzJSON = "application/x-amz-json-1.0"
	typeJSON    = "application/json"
	typeText    = "text/plain"
)

var (
	notFound    = []byte("<UnknownOperationException/>\n")
	headTooLong = []byte("The request line or the headers are longer than 16 KB\n")
)

// Serve answers r. x must not be in use by another call; the answer is valid until the next with x.
func (f *Front) Serve(ctx context.Context, x *Exchange, r *Request) Answer {
	fillRequestID(&x.id)
	x.network = network{r: r.Body, ended: r.ContentLength == 0}
	a := f.answer(ctx, x, r)
	x.compress(&a, r.Header.Get("Accept-Encoding"))
	a.RequestID = x.id[:]
	a.CRC32 = crc32.ChecksumIEEE(a.Body)
	a.Close = !x.network.ended
	a.CORS = r.Header.Get("Origin") != ""
	return a
}

func (f *Front) answer(ctx context.Context, x *Exchange, r *Request) Answer {
	switch {
	case r.HeadBytes > headBytesMax:
		return Answer{Status: statusBadRequest, ContentType: typeText, Body: headTooLong}
	case r.Path != "/":
	case r.Method == "POST":
		return f.post(ctx, x, r)
	case r.Method == "GET":
		return Answer{Status: statusOK, ContentType: typeText, Body: f.health}
	case r.Method == "OPTIONS" && r.Header.Get("Origin") != "":
		return Answer{Status: statusOK, ContentType: typeText, Preflight: Preflight{
			Asked:   true,
			Headers: r.Header.Get("Access-Control-Request-Headers"),
			Methods: r.Header.Get("Access-Control-Request-Method"),
		}}
	}
	return Answer{Status: statusNotFound, ContentType: typeText, Body: notFound}
}

// post answers a request for an operation.
func (f *Front) post(ctx context.Context, x *Exchange, r *Request) Answer {
	contentType, ok := contentTypeOf(r.Header.Get("Content-Type"))
	if !ok && r.ContentLength != 0 {
		return Answer{Status: statusNotFound, ContentType: typeText, Body: notFound}
	}
	op := f.operation(r.Header.Get("X-Amz-Target"))
	x.begun = f.Now()
	body, err := f.attempt(ctx, x, r, op)
	a := Answer{Status: statusOK, Body: body}
	if err != nil {
		a = f.refuse(ctx, x, op, err)
	}
	a.ContentType = contentType
	x.out = a.Body
	op.counts.Done(f.Now().Sub(x.begun), code(err))
	return a
}

// contentTypeOf returns how answers to a request of the given type are typed, and whether a body of
// that type is read. Parameters are ignored.
func contentTypeOf(given string) (string, bool) {
	if given == typeAmzJSON {
		return typeAmzJSON, true
	}
	kind, _, _ := strings.Cut(given, ";")
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case typeAmzJSON:
		return typeAmzJSON, true
	case typeJSON:
		return typeJSON, true
	}
	return typeJSON, false
}

// admit refuses a request that names no operation, or is not signed. A body that is not JSON is
// refused before either.
func (f *Front) admit(x *Exchange, r *Request, op *operation) error {
	var refusal *apierr.Error
	if op == &f.unknown {
		refusal = apierr.UnknownOperation()
	} else if refusal = f.Verify(sigv4.Request{Query: r.Query, Header: r.Header}); refusal == nil {
		return nil
	}
	if !x.bodyIsObject() {
		return apierr.Serialization("")
	}
	return refusal
}

// refuse makes the answer to a request that failed.
func (f *Front) refuse(ctx context.Context, x *Exchange, op *operation, err error) Answer {
	refusal, ok := errors.AsType[*apierr.Error](err)
	if !ok {
		if clientIsGone(ctx, err) {
			return Answer{Aborted: true}
		}
		f.logFailure(ctx, x, op, err)
		refusal = apierr.Internal()
	}
	return Answer{Status: refusal.Status(), Body: refusal.AppendJSON(x.out[:0])}
}

// clientIsGone reports whether nobody waits for the answer to a request that failed with err.
func clientIsGone(ctx context.Context, err error) bool {
	return errors.Is(err, errAborted) || ctx.Err() != nil && errors.Is(err, context.Canceled)
}

// canceled is what metrics call a request whose client went away.
const canceled = "canceled"

// code returns what metrics call the result of a request.
func code(err error) string {
	if err == nil {
		return ""
	}
	if refusal, ok := errors.AsType[*apierr.Error](err); ok {
		return refusal.Code
	}
	if errors.Is(err, errAborted) || errors.Is(err, context.Canceled) {
		return canceled
	}
	return apierr.Internal().Code
}
