package coral

import (
	"encoding/base64"
	"math"
	"strconv"
)

// Class names the Java class that a refusal mentions, such as "class java.lang.String".
type Class string

// Classes of the scalar shapes.
const (
	StringClass  Class = "java.lang.String"
	BooleanClass Class = "java.lang.Boolean"
	IntegerClass Class = "java.lang.Integer"
	LongClass    Class = "java.lang.Long"
	DoubleClass  Class = "java.lang.Double"
	DateClass    Class = "java.util.Date"
	blobClass    Class = "java.nio.ByteBuffer"
)

// MapClass is the class of a map from strings to element.
func MapClass(element Class) Class {
	return "java.util.Map<java.lang.String, " + element + ">"
}

// Texts of refusals, as AWS has them (typing error included).
const (
	structureUnexpected = "Start of structure or map found where not expected"
	tokenUnexpected     = "Unexpected token received from parser"
	fieldUnexpected     = "Unexpected field type"
	valueUnexpected     = "Unexpected value type in payload"
	blobUnexpected      = "only base-64-encoded strings are convertible to bytes"
	base64Tail          = "Invalid last non-pad Base64 character dectected"
)

// token names the next scalar as AWS does in "X cannot be converted to Y".
func (r *Reader) token() string {
	switch r.Peek() {
	case True:
		return "TRUE_VALUE"
	case False:
		return "FALSE_VALUE"
	case String:
		return "STRING_VALUE"
	default:
		for _, c := range r.number() {
			if c == '.' || c == 'e' || c == 'E' {
				return "DECIMAL_VALUE"
			}
		}
		return "NUMBER_VALUE"
	}
}

// refuse records why the next value is no scalar of class; simple is the class without its package.
func (r *Reader) refuse(class Class, simple string) {
	switch r.Peek() {
	case Array:
		r.Fail("Unrecognized collection type class " + string(class))
	case Object:
		r.Fail(structureUnexpected)
	case Broken:
		r.Fail("")
	default:
		r.Fail(r.token() + " cannot be converted to " + simple)
	}
}

// Text reads a string.
func (r *Reader) Text() []byte {
	if r.Peek() != String {
		r.refuse(StringClass, "String")
		return nil
	}
	return r.quoted()
}

// Bool reads a boolean. Strings that mean one are accepted, in any letter case, and noted in
// StringBool.
func (r *Reader) Bool() bool {
	switch r.Peek() {
	case True:
		r.literal("true")
		return r.err == nil
	case False:
		r.literal("false")
		return false
	case String:
		v, ok := meansBool(r.quoted())
		if !ok {
			r.Fail(tokenUnexpected)
		}
		r.StringBool = true
		return v
	case Array: // AWS says nothing about a list here
		r.Fail("")
		return false
	default:
		r.refuse(BooleanClass, "Boolean")
		return false
	}
}

// meansBool reads the words that stand for a boolean.
func meansBool(s []byte) (v, ok bool) {
	var low [5]byte
	if len(s) > len(low) {
		return false, false
	}
	for i, c := range s {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	switch string(low[:len(s)]) {
	case "true", "t", "yes", "y", "1":
		return true, true
	case "false", "f", "no", "n", "0":
		return false, true
	}
	return false, false
}

// Int reads a 32-bit integer: a number outside the range saturates, a fraction is cut off, and
// either is noted in Coerced.
func (r *Reader) Int() int32 {
	if r.Peek() != Number {
		r.refuse(IntegerClass, "Integer")
		return 0
	}
	v := r.integer(math.MinInt32, math.MaxInt32)
	return int32(v) //nolint:gosec // integer keeps the bounds
}

// Long reads a 64-bit integer as Int reads a 32-bit one.
func (r *Reader) Long() int64 {
	if r.Peek() != Number {
		r.refuse(LongClass, "Long")
		return 0
	}
	return r.integer(math.MinInt64, math.MaxInt64)
}

func (r *Reader) integer(low, high int64) int64 {
	s := string(r.number())
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		f, _ := strconv.ParseFloat(s, 64) // out of range gives an infinity, which saturates
		v, r.Coerced = saturate(f), true
	}
	if v < low || v > high {
		v, r.Coerced = min(max(v, low), high), true
	}
	return v
}

// saturate cuts f to an integer of 64 bits.
func saturate(f float64) int64 {
	switch {
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}

// Double reads a number.
func (r *Reader) Double() float64 { return r.float(DoubleClass, "Double") }

// Date reads a time as seconds since 1970.
func (r *Reader) Date() float64 { return r.float(DateClass, "Date") }

func (r *Reader) float(class Class, simple string) float64 {
	if r.Peek() != Number {
		r.refuse(class, simple)
		return 0
	}
	f, _ := strconv.ParseFloat(string(r.number()), 64)
	return f
}

// Blob reads a base64 string and appends its bytes to dst.
func (r *Reader) Blob(dst []byte) []byte {
	switch r.Peek() {
	case String:
	case Array, Object, Broken:
		r.refuse(blobClass, "")
		return dst
	default:
		r.Fail(blobUnexpected)
		return dst
	}
	s := r.quoted()
	if len(s)%4 != 0 {
		r.Fail("Base64 encoded length is expected a multiple of 4 bytes but found: " + strconv.Itoa(len(s)))
		return dst
	}
	out, err := base64Strict.AppendDecode(dst, s)
	if err != nil {
		r.Fail(base64Tail)
		return dst
	}
	return out
}

// base64Strict refuses bits behind the last byte, as AWS does.
var base64Strict = base64.StdEncoding.Strict()

// Struct opens the members of a structure that is itself a member, list element or map value.
// The caller walks them with NextMember if Struct returns true.
func (r *Reader) Struct(class Class, nested bool) bool {
	switch r.Peek() {
	case Object:
		return r.OpenObject()
	case Array:
		r.Fail("Unrecognized collection type class " + string(class))
	case Broken:
		r.Fail("")
	default:
		if nested {
			r.Fail(valueUnexpected)
		} else {
			r.Fail(fieldUnexpected)
		}
	}
	return false
}

// List opens the elements of a list, which the caller walks with NextElement if it returns true.
func (r *Reader) List() bool {
	switch r.Peek() {
	case Array:
		return r.OpenArray()
	case Object:
		r.Fail(structureUnexpected)
	case Broken:
		r.Fail("")
	default:
		r.Fail(fieldUnexpected)
	}
	return false
}

// Map opens the entries of a map, which the caller walks with NextMember if it returns true.
func (r *Reader) Map(element Class) bool {
	switch r.Peek() {
	case Object:
		return r.OpenObject()
	case Array:
		r.Fail("Unrecognized collection type " + string(MapClass(element)))
	case Broken:
		r.Fail("")
	default:
		r.Fail(fieldUnexpected)
	}
	return false
}
