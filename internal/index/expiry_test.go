package index_test

import (
	"strings"
	"testing"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/index"
)

// TestExpires holds which values mean that an item expires, and when.
func TestExpires(t *testing.T) {
	for name, c := range map[string]struct {
		value attr.Value
		want  uint64 // 0: never
	}{
		"seconds":          {number("1795521600"), 1795521600},
		"part of a second": {number("1795521600.9"), 1795521600},
		"the first second": {number("1"), 1},
		"milliseconds":     {number("1795521600000"), 1795521600000},
		"the last":         {number("18446744073709551615"), 18446744073709551615},
		"beyond the last":  {number("18446744073709551616"), 0},
		"far beyond":       {number("1e125"), 0},
		"zero":             {number("0"), 0},
		"almost zero":      {number("0.5"), 0},
		"before 1970":      {number("-1"), 0},
		"a string":         {attr.AppendS(nil, "1795521600"), 0},
		"bytes":            {attr.AppendB(nil, []byte{1}), 0},
		"null":             {attr.AppendNull(nil), 0},
		"true":             {attr.AppendBool(nil, true), 0},
		"a set of numbers": {numberSet("1795521600"), 0},
		"nothing":          {nil, 0},
		"another name":     {nil, 0},
		"a long string":    {attr.AppendS(nil, strings.Repeat("1", 300)), 0},
	} {
		it := item{"pk": attr.AppendS(nil, "k")}
		if c.value != nil {
			it["at"] = c.value
		}
		if name == "another name" {
			it["att"] = number("5")
		}
		if got := index.Expires(it.encoded(), "at"); got != c.want {
			t.Errorf("%s: it expires at %d, want %d", name, got, c.want)
		}
	}
	if got := index.Expires(nil, "at"); got != 0 {
		t.Errorf("no item expires at %d", got)
	}
}

func numberSet(text string) attr.Value {
	var b attr.Builder
	b.Open(nil)
	return b.Close(b.Member(nil, number(text).Bytes()), attr.NS)
}
