package coral

import (
	"encoding/base64"
	"math"
	"strconv"
)

const hexDigits = "0123456789abcdef"

// AppendText appends s as a JSON string. s must be valid UTF-8.
func AppendText[T string | []byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

// AppendBlob appends b as a JSON string of base64.
func AppendBlob(dst, b []byte) []byte {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, b)
	return append(dst, '"')
}

// AppendDouble appends f as AWS prints doubles: always with a point or an exponent, as in 1.0.
func AppendDouble(dst []byte, f float64) []byte {
	from := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	for _, c := range dst[from:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, '.', '0')
}

// AppendSeconds appends t, seconds since 1970, to the millisecond.
func AppendSeconds(dst []byte, t float64) []byte {
	t = math.Round(t*1000) / 1000
	return strconv.AppendFloat(dst, t, 'f', -1, 64)
}
