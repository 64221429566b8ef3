package attr

import "github.com/statordb/stator/internal/coral"

// AppendJSON appends it as DynamoDB writes a map of attribute values, ascending by name.
func (it Item) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	comma := false
	for f := it.Fields(); f.Next(); {
		if comma {
			dst = append(dst, ',')
		}
		comma = true
		dst = append(coral.AppendText(dst, f.Name), ':')
		dst = f.Value.AppendJSON(dst)
	}
	return append(dst, '}')
}

// AppendJSON appends v as DynamoDB writes an attribute value. Sets ascend: SS and BS by their bytes,
// NS by value.
func (v Value) AppendJSON(dst []byte) []byte {
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
	case SS, NS, BS:
		dst = v.appendSetJSON(dst)
	case L:
		dst = v.appendListJSON(dst)
	case M:
		dst = v.Map().AppendJSON(append(dst, `{"M":`...))
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
		switch t {
		case SS:
			dst = coral.AppendText(dst, m.Member)
		case NS:
			dst = appendNumberJSON(dst, Number(m.Member))
		default:
			dst = coral.AppendBlob(dst, m.Member)
		}
	}
	return append(dst, ']')
}

func (v Value) appendListJSON(dst []byte) []byte {
	dst = append(dst, `{"L":[`...)
	comma := false
	for e := v.Elements(); e.Next(); {
		if comma {
			dst = append(dst, ',')
		}
		comma = true
		dst = e.Value.AppendJSON(dst)
	}
	return append(dst, ']')
}
