package api

import (
	"regexp"
	"strings"
	"sync"
)

// Limits of names of tables.
const (
	tableNameMin = 3
	tableNameMax = 255
)

// NameOrder says what is noted of a name that breaks several constraints. Operations differ
// (captures-tables §1.1).
type NameOrder uint8

// The orders of constraints of a name.
const (
	OneOfName    NameOrder = iota // the length alone, if it is wrong, else the pattern
	PatternFirst                  // all, the pattern before the length
	LengthFirst                   // all, the length before the pattern
)

// TableName notes what is wrong with the name of a table. An ARN is not judged: what begins with
// "arn:" passes. The model itself allows any text of up to 1024 characters, so that Constrain does
// not judge names of tables.
func (c *Constraints) TableName(path, name string, order NameOrder) {
	if strings.HasPrefix(name, "arn:") {
		return
	}
	length := lengthConstraint(JavaLength(name), tableNameMin, tableNameMax)
	text := ""
	if !namePattern.match(name) {
		text = namePattern.constraint()
	}
	found := [2]string{length, text}
	if order == PatternFirst {
		found = [2]string{text, length}
	}
	for _, constraint := range found {
		if constraint == "" {
			continue
		}
		c.fails(path, echoText(name), constraint)
		if order == OneOfName {
			return
		}
	}
}

// pattern is a regular expression that a whole string must match.
type pattern struct {
	java  string // as AWS prints it
	match func(s string) bool
}

func (p *pattern) constraint() string {
	return "Member must satisfy regular expression pattern: " + p.java
}

// expression makes a pattern of an expression in Go's syntax, compiled when it is first needed.
func expression(java, syntax string) *pattern {
	compiled := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\A(?:` + syntax + `)\z`) })
	return &pattern{java: java, match: func(s string) bool { return compiled().MatchString(s) }}
}

// namePattern is the pattern of names of tables, indexes and backups, which are in many requests.
var namePattern = &pattern{java: "[a-zA-Z0-9_.-]+", match: func(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '.', c == '-':
		default:
			return false
		}
	}
	return s != ""
}}
