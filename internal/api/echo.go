package api

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/statordb/stator/internal/coral"
)

// echoBytesMax is the size from which on no more of a value is printed in a member error. AWS prints
// values whole; how it prints very large ones is not known.
const echoBytesMax = 16 << 10

// echoText is a string as a member error prints it.
func echoText(s string) string {
	if len(s) <= echoBytesMax {
		return s
	}
	cut := echoBytesMax
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}

// The functions below append values as Java prints them, which is how AWS's older validation layer
// repeats lists, maps and structures (captures-tables §3.1, §5, §6.2).

func echoString(dst []byte, s *string) []byte { return append(dst, echoText(*s)...) }

func echoList[T any](dst []byte, list []T, echo func(dst []byte, v *T) []byte) []byte {
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if len(dst) > echoBytesMax {
			break
		}
		dst = echo(dst, &list[i])
	}
	return append(dst, ']')
}

func echoMap[V any](dst []byte, m Map[V], echo func(dst []byte, v *V) []byte) []byte {
	keys := make([]string, len(m))
	for i := range m {
		keys[i] = m[i].Key
	}
	dst = append(dst, '{')
	for n, i := range HashOrder(keys, SizedBuckets(len(keys))) {
		if n > 0 {
			dst = append(dst, ", "...)
		}
		if len(dst) > echoBytesMax {
			break
		}
		dst = append(echoString(dst, &m[i].Key), '=')
		dst = echo(dst, &m[i].V)
	}
	return append(dst, '}')
}

// The functions below append a member of a structure with the comma that follows; echoEnd takes the
// last one away. An absent member is null.

func echoEnd(dst []byte) []byte { return append(dst[:len(dst)-len(", ")], ')') }

func echoNull(dst []byte, member string) []byte { return append(append(dst, member...), "=null, "...) }

func echoTextMember(dst []byte, member string, v Opt[string]) []byte {
	if !v.Set {
		return echoNull(dst, member)
	}
	return append(echoString(append(append(dst, member...), '='), &v.V), ", "...)
}

func echoBoolMember(dst []byte, member string, v Opt[bool]) []byte {
	if !v.Set {
		return echoNull(dst, member)
	}
	return append(strconv.AppendBool(append(append(dst, member...), '='), v.V), ", "...)
}

func echoIntegerMember[T int32 | int64](dst []byte, member string, v Opt[T]) []byte {
	if !v.Set {
		return echoNull(dst, member)
	}
	return append(strconv.AppendInt(append(append(dst, member...), '='), int64(v.V), 10), ", "...)
}

func echoDoubleMember(dst []byte, member string, v Opt[float64]) []byte {
	if !v.Set {
		return echoNull(dst, member)
	}
	return append(coral.AppendDouble(append(append(dst, member...), '='), v.V), ", "...)
}

// echoed is implemented by pointers to structures that are printed.
type echoed[T any] interface {
	*T
	echo(dst []byte) []byte
}

func echoStructure[T any, P echoed[T]](dst []byte, v *T) []byte { return P(v).echo(dst) }

func echoStructures[T any, P echoed[T]](dst []byte, v *[]T) []byte {
	return echoList(dst, *v, echoStructure[T, P])
}

func echoStructureMember[T any, P echoed[T]](dst []byte, member string, v *T) []byte {
	if v == nil {
		return echoNull(dst, member)
	}
	return append(P(v).echo(append(append(dst, member...), '=')), ", "...)
}

func echoListMember[T any](dst []byte, member string, list []T, echo func(dst []byte, v *T) []byte) []byte {
	if list == nil {
		return echoNull(dst, member)
	}
	return append(echoList(append(append(dst, member...), '='), list, echo), ", "...)
}

func echoMapMember[V any](dst []byte, member string, m Map[V], echo func(dst []byte, v *V) []byte) []byte {
	if m == nil {
		return echoNull(dst, member)
	}
	return append(echoMap(append(append(dst, member...), '='), m, echo), ", "...)
}

// ListLength notes a list of structures that has fewer than low or more than high elements.
func ListLength[T any, P echoed[T]](c *Constraints, path string, list []T, low, high int) {
	constrainSize(c, path, list, low, high, echoStructure[T, P])
}

// EchoBatchWrite prints the RequestItems of a BatchWriteItem.
func EchoBatchWrite(m Map[[]WriteRequest]) string {
	return string(echoMap(nil, m, echoStructures[WriteRequest]))
}

// EchoBatchGet prints the RequestItems of a BatchGetItem: as JSON, sorted by name (captures-tables §5).
func EchoBatchGet(m Map[KeysAndAttributes]) string {
	sorted := slices.SortedFunc(slices.Values(m), func(a, b Entry[KeysAndAttributes]) int { return strings.Compare(a.Key, b.Key) })
	for i := range sorted {
		for k := range sorted[i].V.Keys {
			if unreadable(&sorted[i].V.Keys[k].Faults) {
				return "{" + faultyValue + "}"
			}
		}
	}
	out := BatchGetItemOutput{UnprocessedKeys: sorted}
	text := strings.TrimPrefix(string(out.AppendJSON(nil)), `{"UnprocessedKeys":`)
	return echoText(strings.TrimSuffix(text, "}"))
}
