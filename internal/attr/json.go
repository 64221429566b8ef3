package attr

import "github.com/statordb/stator/internal/coral"

// AppendJSON appends it as DynamoDB writes a map of attribute values, ascending by name.
func (it Item) AppendJSON(dst []byte) []byte { return it.appendJSON(dst, ascending) }

// AppendJSON appends v as DynamoDB writes an attribute value. Sets ascend: SS and BS by their bytes,
// NS by value.
func (v Value) AppendJSON(dst []byte) []byte { return v.appendJSON(dst, ascending) }

// AppendHashedJSON is AppendJSON with number sets in the order in which AWS's Java code iterates over
// a HashSet: so Scan, PartiQL, transactions and streams write them (captures-tables §2).
func (it Item) AppendHashedJSON(dst []byte) []byte { return it.appendJSON(dst, hashed) }

// AppendHashedJSON is AppendJSON with that order.
func (v Value) AppendHashedJSON(dst []byte) []byte { return v.appendJSON(dst, hashed) }

// numberOrder is the order of the members of number sets in JSON.
type numberOrder uint8

const (
	ascending numberOrder = iota
	hashed
)

func (it Item) appendJSON(dst []byte, o numberOrder) []byte {
	dst = append(dst, '{')
	comma := false
	for f := it.Fields(); f.Next(); {
		if comma {
			dst = append(dst, ',')
		}
		comma = true
		dst = append(coral.AppendText(dst, f.Name), ':')
		dst = f.Value.appendJSON(dst, o)
	}
	return append(dst, '}')
}

func (v Value) appendJSON(dst []byte, o numberOrder) []byte {
	switch v.Type() {
	case S:
		dst = coral.AppendText(append(dst, `{"S":`...), v.Bytes())
	case N:
		dst = appendNumberJSON(append(dst, `{"N":`...), v.Number())
	case B:
		dst = coral.AppendBlob(append(dst, `{"B":`...), v.Bytes())
	case BOOL:
		if v.Bool() {
			return append(dst, `{"BOOL":true}`...)
		}
		return append(dst, `{"BOOL":false}`...)
	case NULL:
		return append(dst, `{"NULL":true}`...)
	case SS, BS:
		dst = v.appendSetJSON(dst)
	case NS:
		dst = v.appendNumbersJSON(dst, o)
	case L:
		dst = v.appendListJSON(dst, o)
	case M:
		dst = v.Map().appendJSON(append(dst, `{"M":`...), o)
	}
	return append(dst, '}')
}

func appendNumberJSON(dst []byte, n Number) []byte {
	dst = append(dst, '"')
	dst = n.AppendText(dst)
	return append(dst, '"')
}

func (v Value) appendSetJSON(dst []byte) []byte {
	t := v.Type()
	dst = append(append(append(dst, `{"`...), t.String()...), `":[`...)
	comma := false
	for m := v.Members(); m.Next(); {
		if comma {
			dst = append(dst, ',')
		}
		comma = true
		if t == SS {
			dst = coral.AppendText(dst, m.Member)
		} else {
			dst = coral.AppendBlob(dst, m.Member)
		}
	}
	return append(dst, ']')
}

func (v Value) appendNumbersJSON(dst []byte, o numberOrder) []byte {
	dst = append(dst, `{"NS":[`...)
	comma := false
	one := func(n Number) {
		if comma {
			dst = append(dst, ',')
		}
		comma = true
		dst = appendNumberJSON(dst, n)
	}
	if o == hashed {
		for _, n := range v.hashOrder() {
			one(n)
		}
	} else {
		for m := v.Members(); m.Next(); {
			one(Number(m.Member))
		}
	}
	return append(dst, ']')
}

func (v Value) appendListJSON(dst []byte, o numberOrder) []byte {
	dst = append(dst, `{"L":[`...)
	comma := false
	for e := v.Elements(); e.Next(); {
		if comma {
			dst = append(dst, ',')
		}
		comma = true
		dst = e.Value.appendJSON(dst, o)
	}
	return append(dst, ']')
}
