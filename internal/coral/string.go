package coral

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// quoted reads a string whose opening quote has been seen. The result is a part of the text, or of
// scratch where it had to be unescaped.
func (r *Reader) quoted() []byte {
	start := r.pos + 1
	n, ascii := ordinary(r.text[start:])
	r.pos = start + n
	if r.pos == len(r.text) {
		r.Fail("")
		return nil
	}
	switch r.text[r.pos] {
	case '"':
		r.pos++
		return r.utf8(r.text[start:start+n], ascii)
	case '\\':
		return r.escaped(start, r.pos)
	}
	r.Fail("") // a control character
	return nil
}

// Lone reads an object with one member, whose name is one of the letters in names and whose value is a string
// without escapes: {"S":"text"}, which most attribute values are. If anything else comes next, or the same with other
// white space than one after the colon, it reads nothing and ok is false.
func (r *Reader) Lone(names string) (name byte, text []byte, ok bool) {
	const before = len(`{"S":"`)
	b := r.text[r.pos:]
	if r.err != nil || r.depth == DepthMax || len(b) < before || b[0] != '{' || b[1] != '"' || b[3] != '"' || b[4] != ':' {
		return 0, nil, false
	}
	name, from := b[2], before
	if b[5] == ' ' {
		from++
	}
	if len(b) < from || b[from-1] != '"' || strings.IndexByte(names, name) < 0 {
		return 0, nil, false
	}
	n, ascii := ordinary(b[from:])
	to := from + n
	if len(b) < to+2 || b[to] != '"' || b[to+1] != '}' || !ascii && !utf8.Valid(b[from:to]) {
		return 0, nil, false
	}
	r.pos += to + 2
	return name, b[from:to], true
}

// Words of eight bytes, one in each.
const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones // the highest bits
)

// ordinary returns how many bytes that mean themselves in a string b begins with, and whether they are ASCII. What
// comes then is a quote, a backslash or a control character, if it is not the end.
func ordinary(b []byte) (n int, ascii bool) {
	var seen uint64
	for ; n+8 <= len(b); n += 8 {
		w := binary.LittleEndian.Uint64(b[n:])
		// The lowest of these bits is that of the first byte that does not mean itself. There may be wrong ones above it,
		// where the subtraction borrowed.
		special := (zero(w^'"'*ones) | zero(w^'\\'*ones) | (w-' '*ones)&^w) & highs
		if special != 0 {
			low := bits.TrailingZeros64(special) / 8
			seen |= w & (1<<(8*low) - 1) // of the bytes below it
			return n + low, seen&highs == 0
		}
		seen |= w
	}
	for ; n < len(b) && b[n] != '"' && b[n] != '\\' && b[n] >= ' '; n++ {
		seen |= uint64(b[n])
	}
	return n, seen&highs == 0
}

// zero has the highest bit of the lowest byte of w that is 0, and of none below it.
func zero(w uint64) uint64 { return (w - ones) &^ w }

// utf8 refuses s if it is not valid UTF-8.
func (r *Reader) utf8(s []byte, ascii bool) []byte {
	if !ascii && !utf8.Valid(s) {
		r.Fail("")
		return nil
	}
	return s
}

// escaped reads the rest of a string that starts at start and has its first backslash at p.
func (r *Reader) escaped(start, p int) []byte {
	from := len(r.scratch)
	r.scratch = append(r.scratch, r.text[start:p]...)
	for p < len(r.text) {
		c := r.text[p]
		switch {
		case c == '"':
			r.pos = p + 1
			return r.utf8(r.scratch[from:len(r.scratch):len(r.scratch)], false)
		case c < ' ':
			r.pos = p
			r.Fail("")
			return nil
		case c != '\\':
			r.scratch = append(r.scratch, c)
			p++
		default:
			n := r.escape(r.text[p:])
			if n == 0 {
				r.pos = p
				r.Fail("")
				return nil
			}
			p += n
		}
	}
	r.pos = p
	r.Fail("")
	return nil
}

// escape appends what the escape sequence at the start of t stands for, and returns its length,
// or 0 if it is none.
func (r *Reader) escape(t []byte) int {
	if len(t) < 2 {
		return 0
	}
	c := t[1]
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return r.unicodeEscape(t)
	default:
		return 0
	}
	r.scratch = append(r.scratch, c)
	return 2
}

// unicodeEscape appends the character of \uXXXX or of a surrogate pair of them. A lone surrogate is
// no character; it becomes U+FFFD, as in encoding/json.
func (r *Reader) unicodeEscape(t []byte) int {
	c, ok := hex4(t)
	if !ok {
		return 0
	}
	n := 6
	if utf16.IsSurrogate(c) {
		low, ok := hex4(t[n:])
		if pair := utf16.DecodeRune(c, low); ok && pair != utf8.RuneError {
			c, n = pair, 12
		} else {
			c = utf8.RuneError
		}
	}
	r.scratch = utf8.AppendRune(r.scratch, c)
	return n
}

// hex4 reads \uXXXX.
func hex4(t []byte) (rune, bool) {
	if len(t) < 6 || t[0] != '\\' || t[1] != 'u' {
		return 0, false
	}
	var c rune
	for _, d := range t[2:6] {
		switch {
		case '0' <= d && d <= '9':
			d -= '0'
		case 'a' <= d && d <= 'f':
			d -= 'a' - 10
		case 'A' <= d && d <= 'F':
			d -= 'A' - 10
		default:
			return 0, false
		}
		c = c<<4 | rune(d)
	}
	return c, true
}
