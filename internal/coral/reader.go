// Package coral is about the JSON of AWS's service framework (Coral): tokens, its lenient
// conversions, and the exact texts with which it refuses a member of the wrong type.
// It promises linear time, bounded depth and no allocation per token, whatever the bytes are.
//
// A Reader keeps the first problem it meets and from then on returns zero values, so a decoder reads
// a whole structure without checking every step and asks Err once. That also gives the order AWS has:
// the first problem in body order is the one reported.
package coral

// DepthMax is the number of open arrays and objects that a Reader follows. AWS gives up between
// about 2,000 and 5,000 levels of attribute values, which are two JSON levels each.
const DepthMax = 6000

// Error is a body that cannot be read. An empty Message stands for a refusal without text, as AWS
// gives for JSON that is not well formed.
type Error struct {
	Message string
	Offset  int // where in the body, for logs
}

func (e *Error) Error() string {
	if e.Message == "" {
		return "body is not well-formed JSON"
	}
	return e.Message
}

// Kind is the kind of a token, told by its first character.
type Kind byte

// The kinds of token. Broken stands for anything that no value starts with, and for the end.
const (
	Broken Kind = 0
	Null   Kind = 'n'
	True   Kind = 't'
	False  Kind = 'f'
	String Kind = '"'
	Number Kind = '0'
	Object Kind = '{'
	Array  Kind = '['
)

// Reader reads one JSON text from memory. The zero Reader is an empty text; Reset gives it one.
// Slices it returns stay valid as long as the text does.
type Reader struct {
	text    []byte
	pos     int
	depth   int
	first   bool // the innermost open array or object has had no entry yet
	err     *Error
	scratch []byte // unescaped strings; only ever appended to, so that earlier slices stay valid

	// StringBool says that a boolean was given as a string, Coerced that an integer was saturated
	// or lost a fraction. Both make AWS answer with its older validation layer.
	StringBool bool
	Coerced    bool
}

// Reset makes r read text from its start. Slices returned before stay valid.
func (r *Reader) Reset(text []byte) {
	*r = Reader{text: text}
}

// Err returns the first problem met, or nil.
func (r *Reader) Err() error {
	if r.err == nil {
		return nil
	}
	return r.err
}

// Failed reports whether a problem was met.
func (r *Reader) Failed() bool { return r.err != nil }

// Fail records a refusal with message, unless there was a problem before.
func (r *Reader) Fail(message string) {
	if r.err == nil {
		r.err = &Error{Message: message, Offset: r.pos}
	}
}

// Offset returns how many bytes of the text have been read.
func (r *Reader) Offset() int { return r.pos }

func (r *Reader) space() {
	for r.pos < len(r.text) {
		switch r.text[r.pos] {
		case ' ', '\n', '\t', '\r':
			r.pos++
		default:
			return
		}
	}
}

// Peek returns the kind of the next value without reading it.
func (r *Reader) Peek() Kind {
	if r.err != nil {
		return Broken
	}
	r.space()
	if r.pos == len(r.text) {
		return Broken
	}
	switch c := r.text[r.pos]; c {
	case '{', '[', '"', 't', 'f', 'n':
		return Kind(c)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return Number
	}
	return Broken
}

// open reads c, the start of an array or object.
func (r *Reader) open(c Kind) bool {
	if r.Peek() != c {
		r.Fail("")
		return false
	}
	if r.depth == DepthMax {
		r.Fail("")
		return false
	}
	r.pos++
	r.depth++
	r.first = true
	return true
}

// OpenObject reads '{'. NextMember then walks the members, up to and including '}'.
func (r *Reader) OpenObject() bool { return r.open(Object) }

// OpenArray reads '['. NextElement then walks the elements, up to and including ']'.
func (r *Reader) OpenArray() bool { return r.open(Array) }

// more reads what stands between two entries, or the closing character.
func (r *Reader) more(closing byte) bool {
	if r.err != nil {
		return false
	}
	r.space()
	if r.pos == len(r.text) {
		r.Fail("")
		return false
	}
	switch c := r.text[r.pos]; {
	case c == closing:
		r.pos++
		r.depth--
		r.first = false
		return false
	case r.first:
		r.first = false
		return true
	case c == ',':
		r.pos++
		return true
	}
	r.Fail("")
	return false
}

// NextElement reports whether the open array has another element, which the caller then reads.
func (r *Reader) NextElement() bool { return r.more(']') }

// NextMember returns the name of the next member of the open object, whose value the caller then reads.
func (r *Reader) NextMember() (name []byte, ok bool) {
	if !r.more('}') {
		return nil, false
	}
	r.space()
	if r.pos == len(r.text) || r.text[r.pos] != '"' {
		r.Fail("")
		return nil, false
	}
	name = r.quoted()
	r.space()
	if r.err != nil || r.pos == len(r.text) || r.text[r.pos] != ':' {
		r.Fail("")
		return nil, false
	}
	r.pos++
	return name, true
}

// literal reads word, whose first character has been seen.
func (r *Reader) literal(word string) {
	if len(r.text)-r.pos < len(word) || string(r.text[r.pos:r.pos+len(word)]) != word {
		r.Fail("")
		return
	}
	r.pos += len(word)
}

// Null reads a null if one comes next, and reports whether it did.
func (r *Reader) Null() bool {
	if r.Peek() != Null {
		return false
	}
	r.literal("null")
	return r.err == nil
}

// number reads a JSON number and returns its text.
func (r *Reader) number() []byte {
	start, p, t := r.pos, r.pos, r.text
	if p < len(t) && t[p] == '-' {
		p++
	}
	switch {
	case p < len(t) && t[p] == '0':
		p++
	default:
		var ok bool
		if p, ok = digits(t, p); !ok {
			r.Fail("")
			return nil
		}
	}
	if p < len(t) && t[p] == '.' {
		var ok bool
		if p, ok = digits(t, p+1); !ok {
			r.Fail("")
			return nil
		}
	}
	if p < len(t) && (t[p] == 'e' || t[p] == 'E') {
		p++
		if p < len(t) && (t[p] == '+' || t[p] == '-') {
			p++
		}
		var ok bool
		if p, ok = digits(t, p); !ok {
			r.Fail("")
			return nil
		}
	}
	r.pos = p
	return t[start:p]
}

// digits returns the end of the run of digits that starts at p, and whether there is one.
func digits(t []byte, p int) (int, bool) {
	start := p
	for p < len(t) && '0' <= t[p] && t[p] <= '9' {
		p++
	}
	return p, p > start
}

// Skip reads the next value, whatever it is, and forgets it.
func (r *Reader) Skip() {
	switch r.Peek() {
	case String:
		r.quoted()
	case Number:
		r.number()
	case True:
		r.literal("true")
	case False:
		r.literal("false")
	case Null:
		r.literal("null")
	case Array: // the recursion is bounded by DepthMax
		for more := r.OpenArray() && r.NextElement(); more; more = r.NextElement() {
			r.Skip()
		}
	case Object:
		r.OpenObject()
		for _, more := r.NextMember(); more; _, more = r.NextMember() {
			r.Skip()
		}
	default:
		r.Fail("")
	}
}

// End checks that nothing but white space follows, and returns Err.
func (r *Reader) End() error {
	if r.err == nil {
		r.space()
		if r.pos != len(r.text) {
			r.Fail("")
		}
	}
	return r.Err()
}
