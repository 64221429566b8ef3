package coral

import (
	"encoding/base64"
	"math"
	"math/bits"
	"strconv"
)

const hexDigits = "0123456789abcdef"

// AppendText appends s as a JSON string. s must be valid UTF-8.
func AppendText[T string | []byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	from := 0
	for i := plain(s, 0); i < len(s); i = plain(s, i+1) {
		c := s[i]
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

// plain returns the first place from i on where s has a byte that a JSON string must escape, or the
// length of s. It looks at eight bytes at a time, each in a lane of its own: what is below a space, or
// is a quote or a backslash after an XOR made that zero, borrows into the top bit of its lane. A borrow
// that goes on into the next lane can only follow a byte that is found anyway.
func plain[T string | []byte](s T, i int) int {
	const (
		ones = 0x0101010101010101
		tops = 0x8080808080808080
	)
	for ; i+8 <= len(s); i += 8 {
		w := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		quote, backslash := w^'"'*ones, w^'\\'*ones
		found := (w-' '*ones)&^w | (quote-ones)&^quote | (backslash-ones)&^backslash
		if found &= tops; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return i
		}
	}
	return i
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
