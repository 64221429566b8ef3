package api

import "github.com/statordb/stator/internal/apierr"

// Target prefixes of the two services.
const (
	prefix        = "DynamoDB_20120810."
	streamsPrefix = "DynamoDBStreams_20120810."
)

// Request is an input.
type Request interface {
	// Decode reads the request from d, into an input that is new or Reset. The first problem of the
	// body stays in d: DecodeRequest returns it.
	Decode(d *Decoder)
	// Reset makes the input as new, so that it can be used for another request.
	Reset()
}

// Constrained is an input whose members the model constrains: every input is.
type Constrained interface {
	// Constrain notes in c what members of the input break. It ignores attribute values.
	Constrain(c *Constraints)
}

// Response is an output.
type Response interface {
	// AppendJSON appends the body of the response.
	AppendJSON(dst []byte) []byte
}

// Empty is the output of operations that have none: a body of no bytes.
type Empty struct{}

// AppendJSON appends nothing.
func (Empty) AppendJSON(dst []byte) []byte { return dst }

// Shape is what the model says of an operation. Shapes lists all of them, sorted by name.
type Shape struct {
	Name      string
	Streams   bool            // an operation of DynamoDB Streams
	NewInput  func() Request  // returns a new input
	NewOutput func() Response // returns a new output
}

// Target returns the value of the header X-Amz-Target for the operation.
func (s *Shape) Target() string {
	if s.Streams {
		return streamsPrefix + s.Name
	}
	return prefix + s.Name
}

// Lookup returns the place in Shapes of the operation that a header X-Amz-Target names. It does not
// allocate.
func Lookup[T string | []byte](target T) (i int, ok bool) {
	i, ok = targets[string(target)]
	return i, ok
}

var targets = func() map[string]int {
	m := make(map[string]int, len(Shapes))
	for i := range Shapes {
		m[Shapes[i].Target()] = i
	}
	return m
}()

// DecodeRequest reads the body that d was Reset with into r, and refuses it if it is not one JSON
// object whose members have the types of the model.
func DecodeRequest(d *Decoder, r Request) *apierr.Error {
	r.Reset()
	r.Decode(d)
	return d.end()
}
