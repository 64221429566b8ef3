package op_test

import (
	"regexp"
	"strconv"
	"strings"
)

// abbreviation is what scripts write for a text that nobody wants to read: <32 lists> for a value in so
// many lists, <2049 letters> for a word.
var abbreviation = regexp.MustCompile(`<(\d+) (lists|letters)>`)

// expand writes abbreviations out.
func expand(body string) string {
	return abbreviation.ReplaceAllStringFunc(body, func(short string) string {
		parts := abbreviation.FindStringSubmatch(short)
		n, err := strconv.Atoi(parts[1])
		if err != nil {
			return short
		}
		if parts[2] == "letters" {
			return strings.Repeat("x", n)
		}
		return strings.Repeat(`{"L": [`, n) + `{"S": "leaf"}` + strings.Repeat(`]}`, n)
	})
}
