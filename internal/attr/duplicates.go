package attr

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
)

// duplicateFault words the refusal of a set of type t whose members, as they were sent, are not all
// different (captures-items §1).
func duplicateFault(t Type, members [][]byte) Fault {
	switch t {
	case NS:
		return Fault{
			Duplicate,
			invalidValues + "Input collection contains duplicates.",
			"Input collection contains duplicates",
		}
	case BS:
		return Fault{
			Duplicate,
			invalidValues + "Input collection [" + list(newerOrder(members), quotedBlob, ",") + "]of type BS contains duplicates.",
			invalidValues + "Input collection [" + list(members, base64.StdEncoding.EncodeToString, ", ") + "]of type BS contains duplicates.",
		}
	default:
		return Fault{
			Duplicate,
			invalidValues + "Input collection [" + list(newerOrder(members), quotedText, ", ") + "] contains duplicates.",
			invalidValues + "Input collection [" + list(members, plainText, ", ") + "] contains duplicates.",
		}
	}
}

func plainText(b []byte) string  { return string(b) }
func quotedText(b []byte) string { return `"` + string(b) + `"` }
func quotedBlob(b []byte) string { return `"` + base64.StdEncoding.EncodeToString(b) + `"` }

func list(members [][]byte, word func([]byte) string, comma string) string {
	words := make([]string, len(members))
	for i, m := range members {
		words[i] = word(m)
	}
	return strings.Join(words, comma)
}

// newerOrder is the order in which the newer layer prints members: those read up to the first repeat,
// sorted; the repeated one; then the unread rest as sent.
func newerOrder(members [][]byte) [][]byte {
	seen := make(map[string]bool, len(members))
	out := slices.Clone(members)
	for i, m := range members {
		if seen[string(m)] {
			slices.SortFunc(out[:i], bytes.Compare)
			break
		}
		seen[string(m)] = true
	}
	return out
}
