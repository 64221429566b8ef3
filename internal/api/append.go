package api

import (
	"strconv"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/coral"
)

// name begins a member of the object that dst ends in.
func name(dst []byte, member string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(append(dst, '"'), member...)
	return append(dst, '"', ':')
}

// The functions below append a member of a structure, or nothing if it is absent.

func appendText(dst []byte, member string, v Opt[string]) []byte {
	if !v.Set {
		return dst
	}
	return coral.AppendText(name(dst, member), v.V)
}

func appendBool(dst []byte, member string, v Opt[bool]) []byte {
	if !v.Set {
		return dst
	}
	return strconv.AppendBool(name(dst, member), v.V)
}

func appendInteger[T int32 | int64](dst []byte, member string, v Opt[T]) []byte {
	if !v.Set {
		return dst
	}
	return strconv.AppendInt(name(dst, member), int64(v.V), 10)
}

func appendDouble(dst []byte, member string, v Opt[float64]) []byte {
	if !v.Set {
		return dst
	}
	return coral.AppendDouble(name(dst, member), v.V)
}

func appendSeconds(dst []byte, member string, v Opt[float64]) []byte {
	if !v.Set {
		return dst
	}
	return coral.AppendSeconds(name(dst, member), v.V)
}

func appendAttributes(dst []byte, member string, v *Attributes) []byte {
	if v.Item == nil {
		return dst
	}
	if v.Hashed {
		return v.Item.AppendHashedJSON(name(dst, member))
	}
	return v.Item.AppendJSON(name(dst, member))
}

// output is implemented by pointers to structures that are members of outputs.
type output[T any] interface {
	*T
	AppendJSON(dst []byte) []byte
}

func appendStructure[T any, P output[T]](dst []byte, member string, v *T) []byte {
	if v == nil {
		return dst
	}
	return P(v).AppendJSON(name(dst, member))
}

func appendList[T any](dst []byte, member string, list []T, element func(dst []byte, v *T) []byte) []byte {
	if list == nil {
		return dst
	}
	return appendElements(name(dst, member), list, element)
}

func appendElements[T any](dst []byte, list []T, element func(dst []byte, v *T) []byte) []byte {
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = element(dst, &list[i])
	}
	return append(dst, ']')
}

func appendMap[V any](dst []byte, member string, m Map[V], value func(dst []byte, v *V) []byte) []byte {
	if m == nil {
		return dst
	}
	dst = append(name(dst, member), '{')
	for i := range m {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(coral.AppendText(dst, m[i].Key), ':')
		dst = value(dst, &m[i].V)
	}
	return append(dst, '}')
}

// The functions below append an element of a list or a value of a map.

func appendTextElement(dst []byte, v *string) []byte { return coral.AppendText(dst, *v) }

func appendStructureElement[T any, P output[T]](dst []byte, v *T) []byte { return P(v).AppendJSON(dst) }

func appendStructuresElement[T any, P output[T]](dst []byte, v *[]T) []byte {
	return appendElements(dst, *v, appendStructureElement[T, P])
}

func appendItemElement(dst []byte, v *attr.Item) []byte { return v.AppendJSON(dst) }

func appendItemsElement(dst []byte, v *[]attr.Item) []byte {
	return appendElements(dst, *v, appendItemElement)
}

func appendAttributesElement(dst []byte, v *Attributes) []byte { return v.Item.AppendJSON(dst) }

func appendDoubleElement(dst []byte, v *float64) []byte { return coral.AppendDouble(dst, *v) }
