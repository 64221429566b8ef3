package partiql

import "unicode/utf8"

// token is a piece of a statement.
type token struct {
	kind       tokenKind
	text       string // of a name or string what it says, of a keyword lower case, of a symbol itself
	start, end int    // in bytes
}

type tokenKind uint8

const (
	tokenEnd     tokenKind = iota
	tokenName              // a bare word that is no keyword
	tokenKeyword           // a bare word that is one
	tokenQuoted            // a name in quotes
	tokenString
	tokenNumber
	tokenIon    // a literal in backticks
	tokenSymbol // an operator or punctuation
)

// is reports whether t is the symbol or the keyword.
func (t *token) is(word string) bool {
	return (t.kind == tokenSymbol || t.kind == tokenKeyword) && t.text == word
}

// named reports whether t is a name.
func (t *token) named() bool { return t.kind == tokenName || t.kind == tokenQuoted }

// place is where something stands in a statement, as refusals say it.
type place struct{ line, column, length int }

// placeOf returns the place of text[start:end]. Lines end with LF, CR or both; columns and lengths
// are in characters.
func placeOf(text string, start, end int) place {
	p := place{line: 1, column: 1, length: utf8.RuneCountInString(text[start:end])}
	for i, c := range text[:start] {
		switch {
		case c == '\n' && i > 0 && text[i-1] == '\r': // counted already
		case c == '\n' || c == '\r':
			p.line++
			p.column = 1
		default:
			p.column++
		}
	}
	return p
}
