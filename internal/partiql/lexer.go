package partiql

import (
	"strings"

	"github.com/statordb/stator/internal/apierr"
)

// lex takes a statement apart. The last token is the end. What is no token makes the whole statement
// not well formed, wherever it stands.
func lex(text string) ([]token, *apierr.Error) {
	l := lexer{text: text}
	tokens := make([]token, 0, len(text)/4+2)
	for {
		t, ok := l.next()
		if !ok {
			return nil, malformed("")
		}
		tokens = append(tokens, t)
		if t.kind == tokenEnd {
			return tokens, nil
		}
	}
}

// lexer reads a statement from pos on.
type lexer struct {
	text string
	pos  int
}

// peek returns the byte i places ahead, 0 behind the end.
func (l *lexer) peek(i int) byte {
	if l.pos+i < len(l.text) {
		return l.text[l.pos+i]
	}
	return 0
}

// next reads a token.
func (l *lexer) next() (t token, ok bool) {
	if !l.skip() {
		return t, false
	}
	t.start = l.pos
	switch c := l.peek(0); {
	case l.pos == len(l.text):
	case isLetter(c):
		t.kind, t.text = l.word()
	case isDigit(c) || c == '.' && isDigit(l.peek(1)):
		t.kind = tokenNumber
		t.text, ok = l.number()
		if !ok {
			return t, false
		}
	case c == '\'' || c == '"' || c == '`':
		t.kind = quotes[c]
		t.text, ok = l.quoted(c)
		if !ok {
			return t, false
		}
	default:
		t.kind, t.text = tokenSymbol, l.symbol()
		if t.text == "" {
			return t, false
		}
	}
	t.end = l.pos
	return t, true
}

// quotes are what the quotes stand around.
var quotes = [...]tokenKind{'\'': tokenString, '"': tokenQuoted, '`': tokenIon}

// skip moves over white space and comments. It reports false for a comment that does not end.
func (l *lexer) skip() bool {
	for l.pos < len(l.text) {
		rest := l.text[l.pos:]
		switch c := rest[0]; {
		case c == ' ' || '\t' <= c && c <= '\r':
			l.pos++
		case strings.HasPrefix(rest, "--"):
			if n := strings.IndexAny(rest, "\n\r"); n >= 0 {
				l.pos += n
			} else {
				l.pos = len(l.text)
			}
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				return false
			}
			l.pos += n + 4
		default:
			return true
		}
	}
	return true
}

// word reads a bare word.
func (l *lexer) word() (tokenKind, string) {
	start := l.pos
	for isLetter(l.peek(0)) || isDigit(l.peek(0)) {
		l.pos++
	}
	text := l.text[start:l.pos]
	if len(text) <= keywordBytesMax {
		if lower := strings.ToLower(text); keywords[lower] {
			return tokenKeyword, lower
		}
	}
	return tokenName, text
}

// number reads digits with at most one point and perhaps an exponent, which must have digits.
func (l *lexer) number() (string, bool) {
	start := l.pos
	l.digits()
	if l.peek(0) == '.' {
		l.pos++
		l.digits()
	}
	if c := l.peek(0); c == 'e' || c == 'E' {
		l.pos++
		if c := l.peek(0); c == '+' || c == '-' {
			l.pos++
		}
		if !isDigit(l.peek(0)) {
			return "", false
		}
		l.digits()
	}
	return l.text[start:l.pos], true
}

func (l *lexer) digits() {
	for isDigit(l.peek(0)) {
		l.pos++
	}
}

// quoted reads what stands between two quotes, in which a quote is written twice.
func (l *lexer) quoted(quote byte) (string, bool) {
	l.pos++
	start, doubled := l.pos, false
	for {
		n := strings.IndexByte(l.text[l.pos:], quote)
		if n < 0 {
			return "", false
		}
		l.pos += n + 1
		if l.peek(0) != quote || quote == '`' {
			break
		}
		doubled = true
		l.pos++
	}
	text := l.text[start : l.pos-1]
	if doubled {
		text = strings.ReplaceAll(text, string([]byte{quote, quote}), string(quote))
	}
	return text, true
}

// Symbols of two characters, and of one.
const (
	longSymbols  = "<< >> <= >= <> ||"
	shortSymbols = "<>=+-*/%()[]{},:;.?"
)

// symbol reads a symbol, "" if there is none. There are two ways to write that something is unequal.
func (l *lexer) symbol() string {
	rest := l.text[l.pos:]
	switch {
	case strings.HasPrefix(rest, "!="):
		l.pos += 2
		return "<>"
	case len(rest) > 1 && rest[1] != ' ' && strings.Contains(longSymbols, rest[:2]):
		l.pos += 2
		return rest[:2]
	case strings.IndexByte(shortSymbols, rest[0]) >= 0:
		l.pos++
		return rest[:1]
	}
	return ""
}

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
