package streams

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/statordb/stator/test/statortest"
)

// itemText writes an item so that two items are equal if their texts are: names sorted, and members of sets,
// whose order says nothing. No item has the text "".
func itemText(item statortest.Item) string {
	if item == nil {
		return ""
	}
	var b strings.Builder
	appendMap(&b, item)
	return b.String()
}

func appendMap(b *strings.Builder, m map[string]types.AttributeValue) {
	b.WriteByte('{')
	for _, name := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(b, "%q:", name)
		appendValue(b, m[name])
		b.WriteByte(' ')
	}
	b.WriteByte('}')
}

func appendValue(b *strings.Builder, v types.AttributeValue) {
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		appendMap(b, v.Value)
	case *types.AttributeValueMemberL:
		b.WriteByte('[')
		for _, m := range v.Value {
			appendValue(b, m)
			b.WriteByte(' ')
		}
		b.WriteByte(']')
	case *types.AttributeValueMemberS:
		fmt.Fprintf(b, "%q", v.Value)
	case *types.AttributeValueMemberN:
		b.WriteString(v.Value)
	case *types.AttributeValueMemberB:
		fmt.Fprintf(b, "x%x", v.Value)
	case *types.AttributeValueMemberBOOL:
		fmt.Fprint(b, v.Value)
	case *types.AttributeValueMemberNULL:
		b.WriteString("null")
	case *types.AttributeValueMemberSS:
		fmt.Fprintf(b, "SS%q", slices.Sorted(slices.Values(v.Value)))
	case *types.AttributeValueMemberNS:
		fmt.Fprintf(b, "NS%q", slices.Sorted(slices.Values(v.Value)))
	case *types.AttributeValueMemberBS:
		fmt.Fprintf(b, "BS%x", slices.SortedFunc(slices.Values(v.Value), slices.Compare))
	default:
		panic(fmt.Sprintf("streams: a value of type %T", v))
	}
}

// attribute is the text of a string or number attribute, "" if there is none.
func attribute(item statortest.Item, name string) string {
	switch v := item[name].(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	}
	return ""
}

// later tells whether sequence number a follows b. They are whole numbers; "" is before all of them.
func later(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

func TestItemText(t *testing.T) {
	set := func(members ...string) statortest.Item {
		return statortest.Item{"a": &types.AttributeValueMemberNS{Value: members}, "b": statortest.S("x")}
	}
	if itemText(set("1", "2")) != itemText(set("2", "1")) {
		t.Error("the order of a set shows")
	}
	if itemText(set("1", "2")) == itemText(set("1", "3")) || itemText(nil) == itemText(statortest.Item{}) {
		t.Error("different items have the same text")
	}
	if itemText(statortest.Item{"a": statortest.L(statortest.N("1"))}) == itemText(statortest.Item{"a": statortest.L(statortest.S("1"))}) {
		t.Error("a number has the text of a string")
	}
	if !later("10", "9") || later("9", "10") || !later("11", "10") || later("10", "10") || !later("1", "") {
		t.Error("sequence numbers are compared as words")
	}
}
