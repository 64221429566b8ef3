package expr

import "unicode/utf8"

// tokenKind tells apart what the grammar treats differently.
type tokenKind uint8

const (
	tokenEnd        tokenKind = iota // the end of the text
	tokenWord                        // a bare name, a keyword or the name of a function
	tokenName                        // #name
	tokenValue                       // :value
	tokenIndex                       // a whole number
	tokenSymbol                      // an operator or a bracket, of one or two characters
	tokenUnreadable                  // a character that begins nothing
)

// token is a piece of a text.
type token struct {
	kind       tokenKind
	start, end int
}

// lex returns the token that begins at or after from.
func lex(text string, from int) token {
	for from < len(text) && isSpace(text[from]) {
		from++
	}
	t := token{start: from, end: from}
	if from == len(text) {
		return t
	}
	switch c := text[from]; {
	case isLetter(c):
		t.kind, t.end = tokenWord, nameEnd(text, from)
	case isDigit(c):
		t.kind, t.end = tokenIndex, indexEnd(text, from)
	case c == '#' || c == ':':
		if t.end = nameEnd(text, from+1); t.end-from < placeholderBytesMin {
			t.kind = tokenUnreadable
		} else if t.kind = tokenName; c == ':' {
			t.kind = tokenValue
		}
	default:
		t.kind, t.end = symbol(text, from)
	}
	return t
}

// symbol reads an operator or bracket, or else one character that is neither.
func symbol(text string, from int) (tokenKind, int) {
	second := byte(0)
	if from+1 < len(text) {
		second = text[from+1]
	}
	switch c := text[from]; c {
	case '(', ')', '[', ']', ',', '.', '+', '-', '=':
		return tokenSymbol, from + 1
	case '<', '>':
		if second == '=' || c == '<' && second == '>' {
			return tokenSymbol, from + 2
		}
		return tokenSymbol, from + 1
	}
	_, n := utf8.DecodeRuneInString(text[from:])
	return tokenUnreadable, from + n
}

// nameEnd returns where the letters, digits and underscores from p on end.
func nameEnd(text string, p int) int {
	for p < len(text) && (isLetter(text[p]) || isDigit(text[p]) || text[p] == '_') {
		p++
	}
	return p
}

// indexEnd returns where the number at p ends. A number that starts with 0 is the digit 0 alone.
func indexEnd(text string, p int) int {
	if text[p] == '0' {
		return p + 1
	}
	for p < len(text) && isDigit(text[p]) {
		p++
	}
	return p
}

func isSpace(c byte) bool  { return c == ' ' || '\t' <= c && c <= '\r' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
