package op_test

import (
	"bytes"
	"encoding/json"
	"strings"
)

// lineWidth is how long a line of a script may get before an object or list in it is broken up.
const lineWidth = 110

// layout returns JSON as scripts show it: members in the order of the response, objects and lists
// that fit on one line.
func layout(raw []byte) string {
	if len(raw) == 0 {
		return "(no body)\n"
	}
	var b strings.Builder
	appendLayout(&b, raw, 0)
	return b.String() + "\n"
}

func appendLayout(b *strings.Builder, raw json.RawMessage, depth int) {
	elements, opening, closing := split(raw)
	if line := oneLine(raw); elements == nil || len(line)+2*depth <= lineWidth {
		b.WriteString(line)
		return
	}
	b.WriteString(opening)
	for i, e := range elements {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n" + strings.Repeat("  ", depth+1))
		if e.name != nil {
			b.WriteString(string(e.name) + ": ")
		}
		appendLayout(b, e.value, depth+1)
	}
	b.WriteString("\n" + strings.Repeat("  ", depth) + closing)
}

// element is a member of an object or an element of a list, which has no name.
type element struct{ name, value json.RawMessage }

// split takes an object or a list apart. Of anything else it returns no elements.
func split(raw json.RawMessage) (elements []element, opening, closing string) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	first, err := d.Token()
	brace, ok := first.(json.Delim)
	if err != nil || !ok {
		return nil, "", ""
	}
	for d.More() {
		var e element
		if brace == '{' {
			name, _ := d.Token() // a response that is no JSON shows below
			e.name, _ = json.Marshal(name)
		}
		if d.Decode(&e.value) != nil {
			return nil, "", ""
		}
		elements = append(elements, e)
	}
	if brace == '{' {
		return elements, "{", "}"
	}
	return elements, "[", "]"
}

// oneLine returns raw on one line, with spaces where people write them.
func oneLine(raw json.RawMessage) string {
	elements, opening, closing := split(raw)
	if opening == "" {
		return string(raw)
	}
	parts := make([]string, len(elements))
	for i, e := range elements {
		parts[i] = oneLine(e.value)
		if e.name != nil {
			parts[i] = string(e.name) + ": " + parts[i]
		}
	}
	return opening + strings.Join(parts, ", ") + closing
}
