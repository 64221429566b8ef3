package api

import (
	"strconv"

	"github.com/statordb/stator/internal/attr"
)

// faultyValue stands for attribute values that were refused, whose encoding cannot be read.
const faultyValue = "…"

func echoAttributesMember(dst []byte, member string, v *Attributes) []byte {
	if v.Item == nil {
		return echoNull(dst, member)
	}
	return append(echoAttributes(append(append(dst, member...), '='), v), ", "...)
}

func echoAttributeListMember(dst []byte, member string, v *AttributeList) []byte {
	if v.Values == nil {
		return echoNull(dst, member)
	}
	return append(echoAttributeList(append(append(dst, member...), '='), v), ", "...)
}

func echoAttributeMember(dst []byte, member string, v *Attribute) []byte {
	if v.Value == nil {
		return echoNull(dst, member)
	}
	dst = append(append(dst, member...), '=')
	if unreadable(&v.Faults) {
		dst = append(dst, faultyValue...)
	} else {
		dst = echoValue(dst, v.Value)
	}
	return append(dst, ", "...)
}

func echoAttributes(dst []byte, v *Attributes) []byte {
	if unreadable(&v.Faults) {
		return append(append(append(dst, '{'), faultyValue...), '}')
	}
	return echoItem(dst, v.Item)
}

func echoAttributeList(dst []byte, v *AttributeList) []byte {
	if unreadable(&v.Faults) {
		return append(append(append(dst, '['), faultyValue...), ']')
	}
	return echoList(dst, v.Values, echoAttributeValue)
}

func unreadable(f *attr.Faults) bool { return f.Any() || f.EmptyName || f.TooDeep() }

func echoItem(dst []byte, it attr.Item) []byte {
	m := make(Map[attr.Value], 0, it.Len())
	for f := it.Fields(); f.Next(); {
		m = append(m, Entry[attr.Value]{string(f.Name), f.Value})
	}
	return echoMap(dst, m, echoAttributeValue)
}

func echoAttributeValue(dst []byte, v *attr.Value) []byte { return echoValue(dst, *v) }

// valueMembers are the members of AWS's class AttributeValue, with the type that each is for.
var valueMembers = [...]struct {
	name string
	t    attr.Type
}{
	{"s", attr.S},
	{"n", attr.N},
	{"b", attr.B},
	{"iNT", attr.Invalid},
	{"dECIMAL", attr.Invalid},
	{"dOUBLE", attr.Invalid},
	{"sS", attr.SS},
	{"nS", attr.NS},
	{"bS", attr.BS},
	{"iNTSET", attr.Invalid},
	{"dECIMALSET", attr.Invalid},
	{"dOUBLESET", attr.Invalid},
	{"m", attr.M},
	{"l", attr.L},
	{"nULL", attr.NULL},
	{"bOOL", attr.BOOL},
}

// echoValue prints a value of at most attr.LevelsMax levels.
func echoValue(dst []byte, v attr.Value) []byte {
	dst = append(dst, "AttributeValue("...)
	for _, m := range valueMembers {
		if m.t == attr.Invalid || m.t != v.Type() {
			dst = echoNull(dst, m.name)
			continue
		}
		dst = append(append(dst, m.name...), '=')
		dst = append(echoContent(dst, v), ", "...)
	}
	return echoEnd(dst)
}

func echoContent(dst []byte, v attr.Value) []byte {
	switch t := v.Type(); t {
	case attr.NULL:
		return append(dst, "true"...)
	case attr.BOOL:
		return strconv.AppendBool(dst, v.Bool())
	case attr.M:
		return echoItem(dst, v.Map())
	case attr.L:
		var list []attr.Value
		for e := v.Elements(); e.Next(); {
			list = append(list, e.Value)
		}
		return echoList(dst, list, echoAttributeValue)
	case attr.SS, attr.NS, attr.BS:
		var list [][]byte
		for m := v.Members(); m.Next(); {
			list = append(list, m.Member)
		}
		return echoList(dst, list, func(dst []byte, b *[]byte) []byte { return echoScalar(dst, t.Element(), *b) })
	default:
		return echoScalar(dst, t, v.Bytes())
	}
}

func echoScalar(dst []byte, t attr.Type, b []byte) []byte {
	switch t {
	case attr.N:
		return attr.Number(b).AppendText(dst)
	case attr.B:
		n := strconv.Itoa(len(b))
		return append(dst, "java.nio.HeapByteBuffer[pos=0 lim="+n+" cap="+n+"]"...)
	default:
		return append(dst, echoText(string(b))...)
	}
}
