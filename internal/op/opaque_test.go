package op_test

import (
	"fmt"
	"regexp"
	"strings"
)

// opaque finds what only the store reads, or what says nothing to a reader: shard iterators, IDs of shards and
// of records, sequence numbers.
var opaque = regexp.MustCompile(`arn:aws:dynamodb:[^"|]*\|1\|[A-Za-z0-9+/=]+` +
	`|shardId-\d{20}-[0-9a-f]{8}|"eventID":"[0-9a-f]{32}"|SequenceNumber":"1\d{23}"`)

// alias finds what scripts write for them.
var alias = regexp.MustCompile(`<(iterator|shard|number|event)( \d+)?>`)

// aliases are what a script calls opaque texts: <shard 1> is the first shard that it meets, and so on;
// <iterator> is the one that was given out last.
type aliases struct {
	byText, byAlias map[string]string
	counts          map[string]int
}

// hide puts aliases in the place of opaque texts.
func (a *aliases) hide(body []byte) []byte {
	return opaque.ReplaceAllFunc(body, func(found []byte) []byte {
		text, kind, before, after := string(found), "iterator", "", ""
		switch {
		case strings.HasPrefix(text, "shardId"):
			kind = "shard"
		case strings.Contains(text, `":"`):
			kind = "number"
			if strings.HasPrefix(text, `"eventID`) {
				kind = "event"
			}
			before, text, _ = strings.Cut(strings.TrimSuffix(text, `"`), `":"`)
			before, after = before+`":"`, `"`
		}
		short := a.of(kind, text)
		a.byAlias["<"+kind+">"] = text
		return []byte(before + short + after)
	})
}

// of returns the alias of text, a new one if need be.
func (a *aliases) of(kind, text string) string {
	if known, ok := a.byText[text]; ok {
		return known
	}
	if a.counts == nil {
		a.byText, a.byAlias, a.counts = map[string]string{}, map[string]string{}, map[string]int{}
	}
	a.counts[kind]++
	short := fmt.Sprintf("<%s %d>", kind, a.counts[kind])
	a.byText[text], a.byAlias[short] = short, text
	return short
}

// reveal puts opaque texts in the place of their aliases.
func (a *aliases) reveal(body string) string {
	return alias.ReplaceAllStringFunc(body, func(short string) string {
		if text, ok := a.byAlias[short]; ok {
			return text
		}
		return short
	})
}
