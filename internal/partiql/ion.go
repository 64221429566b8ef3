package partiql

import (
	"regexp"
	"strings"
)

// ionKind returns what kind of value a literal in backticks is, as refusals say it, "" if it is none.
// No such literal is supported, so only as much is read as the refusal needs.
func ionKind(text string) string {
	r := ionReader{text: text}
	kind := r.value(0)
	r.skip()
	if r.pos != len(text) {
		return ""
	}
	return kind
}

// ionReader reads Ion text. Where it does not understand it stops, so that it does not come to the end.
type ionReader struct {
	text string
	pos  int
}

// ionDepthMax is how deep Ion values are read.
const ionDepthMax = 100

// ionScalars are the scalars that are not in quotes or brackets, in the order in which they are tried.
var ionScalars = []struct {
	kind string
	form *regexp.Regexp
}{
	{"NULL", regexp.MustCompile(`^null(\.[a-z]+)?\b`)},
	{"BOOL", regexp.MustCompile(`^(true|false)\b`)},
	{"FLOAT", regexp.MustCompile(`^(nan\b|[+-]inf\b|-?\d[\d_]*(\.[\d_]*)?[eE][+-]?\d+)`)},
	{"TIMESTAMP", regexp.MustCompile(`^\d{4}(T|-\d\d(T|-\d\d(T(\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?))`)},
	{"DECIMAL", regexp.MustCompile(`^-?\d[\d_]*(\.[\d_]*([dD][+-]?\d+)?|[dD][+-]?\d+)`)},
	{"INT", regexp.MustCompile(`^-?(0[xX][0-9a-fA-F_]+|0[bB][01_]+|\d[\d_]*)`)},
	{"STRING", regexp.MustCompile(`^("(\\.|[^"\\\n])*"|'''(\\.|'{0,2}[^'\\])*''')`)},
	{"SYMBOL", regexp.MustCompile(`^('(\\.|[^'\\\n])*'|[A-Za-z_$][A-Za-z0-9_$]*)`)},
}

var ionSkipped = regexp.MustCompile(`^(\s+|//[^\n]*|/\*(?s:.*?)\*/)+`)

func (r *ionReader) skip() { r.take(ionSkipped) }

func (r *ionReader) take(form *regexp.Regexp) bool {
	n := len(form.FindString(r.text[r.pos:]))
	r.pos += n
	return n > 0
}

func (r *ionReader) takeText(s string) bool {
	if !strings.HasPrefix(r.text[r.pos:], s) {
		return false
	}
	r.pos += len(s)
	return true
}

// value reads a value and returns its kind.
func (r *ionReader) value(depth int) string {
	r.skip()
	switch {
	case depth > ionDepthMax:
		return ""
	case r.takeText("{{"):
		return r.blob()
	case r.takeText("{"):
		return r.container("STRUCT", "}", depth)
	case r.takeText("["):
		return r.container("LIST", "]", depth)
	case r.takeText("("):
		return r.container("SEXP", ")", depth)
	}
	for _, s := range ionScalars {
		if !r.take(s.form) {
			continue
		}
		if r.skip(); s.kind == "SYMBOL" && r.takeText("::") { // an annotation
			return r.value(depth + 1)
		}
		return s.kind
	}
	return ""
}

var ionOperator = regexp.MustCompile("^[!#%&*+\\-./;<=>?@^|~`]+")

// container reads what is in a struct, list or S-expression.
func (r *ionReader) container(kind, closing string, depth int) string {
	for {
		if r.skip(); r.takeText(closing) {
			return kind
		}
		if kind == "SEXP" && r.take(ionOperator) {
			continue
		}
		at := r.pos
		if r.value(depth+1) == "" || r.pos == at {
			return ""
		}
		if r.skip(); kind == "STRUCT" {
			if !r.takeText(":") || r.value(depth+1) == "" {
				return ""
			}
			r.skip()
		}
		if kind != "SEXP" && !r.takeText(",") && !strings.HasPrefix(r.text[r.pos:], closing) {
			return ""
		}
	}
}

var ionBase64 = regexp.MustCompile(`^[A-Za-z0-9+/=\s]+`)

// blob reads a blob or clob behind its opening brackets.
func (r *ionReader) blob() string {
	r.skip()
	kind := "CLOB"
	if !r.take(ionScalars[6].form) {
		kind = "BLOB"
		r.take(ionBase64)
	}
	if r.skip(); !r.takeText("}}") {
		return ""
	}
	return kind
}
