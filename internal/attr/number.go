package attr

import "math"

// Number is a decimal in the byte form that DynamoDB sorts and hashes by: comparing the bytes
// compares the numbers, and equal numbers have equal bytes.
//
//	zero      80
//	positive  80+(e+64)     one byte per pair of digits p1 p2 … : pair+1
//	negative  7f-(e+64)     101-pair …                            then 102, if there are fewer than 20 pairs
//
// The value is 0.p1p2p3… × 100^e with p1 > 0 and the last pair > 0. The form is dynalite's finding
// (db/index.js, numToBuffer).
type Number []byte

// Limits of numbers, from "Constraints in Amazon DynamoDB".
const (
	digitsMax   = 38   // significant decimal digits
	exponentMax = 125  // of the first significant digit: 9.99…E+125 is the largest
	exponentMin = -130 // 1E-130 is the smallest magnitude
)

const (
	numberZero       = 0x80
	numberTerminator = 102 // ends a negative number, so that a longer, smaller one sorts before it
	numberPairsMax   = 20  // a number with so many pairs needs no terminator
)

// decimal is a number as its significant digits (each 0 to 9, the first and the last not 0) and the
// exponent of the first: ±d.ddd × 10^exp. No digits are zero.
type decimal struct {
	digits [digitsMax]byte
	n      int
	exp    int
	neg    bool
}

// Sign returns -1, 0 or 1.
func (n Number) Sign() int {
	switch {
	case n[0] < numberZero:
		return -1
	case len(n) == 1:
		return 0
	}
	return 1
}

// Size returns the bytes that DynamoDB counts for n: one for every two significant digits on either
// side of the point, one more, and one for a minus sign; zero counts 1. Zeros at either end are no
// significant digits.
func (n Number) Size() int {
	sign := n.Sign()
	if sign == 0 {
		return 1
	}
	size := 1
	if sign < 0 {
		size++
	}
	digits, point := n.extent()
	whole := min(max(point, 0), digits)
	return size + (whole+1)/2 + (digits-whole+1)/2
}

// extent returns the number of significant digits and the place of the point before, in or behind them.
func (n Number) extent() (digits, point int) {
	p, head := n.pairs(), int(n[0])
	first, last := p[0]-1, p[len(p)-1]-1
	if n.Sign() < 0 {
		first, last, head = 101-p[0], 101-p[len(p)-1], 0xff-head
	}
	digits, point = 2*len(p), 2*(head-numberZero-64)
	if first < 10 {
		digits--
		point--
	}
	if last%10 == 0 {
		digits--
	}
	return digits, point
}

// pairs returns the bytes between the exponent and the terminator.
func (n Number) pairs() []byte {
	p := n[1:]
	if n[0] < numberZero && p[len(p)-1] == numberTerminator {
		return p[:len(p)-1]
	}
	return p
}

// appendDecimal appends the byte form of d.
func appendDecimal(dst []byte, d *decimal) []byte {
	if d.n == 0 {
		return append(dst, numberZero)
	}
	// whole is the number of digits before the point, even or made so by a leading zero.
	whole := d.exp + 1
	lead := whole & 1
	head := byte((whole+lead)/2 + 64) //nolint:gosec // 0 to 127 within the limits of numbers
	if d.neg {
		dst = append(dst, 0x7f-head)
	} else {
		dst = append(dst, numberZero+head)
	}
	pairs := 0
	for i := -lead; i < d.n; i += 2 {
		var pair byte
		if i >= 0 {
			pair = 10 * d.digits[i]
		}
		if i+1 < d.n {
			pair += d.digits[i+1]
		}
		if d.neg {
			dst = append(dst, 101-pair)
		} else {
			dst = append(dst, pair+1)
		}
		pairs++
	}
	if d.neg && pairs < numberPairsMax {
		dst = append(dst, numberTerminator)
	}
	return dst
}

// AppendText appends n as DynamoDB prints it: without an exponent, a leading plus or unneeded zeros.
func (n Number) AppendText(dst []byte) []byte {
	sign := n.Sign()
	if sign == 0 {
		return append(dst, '0')
	}
	if sign < 0 {
		dst = append(dst, '-')
	}
	var buf [2 * numberPairsMax]byte
	text := buf[:0]
	for _, p := range n.pairs() {
		if sign < 0 {
			p = 102 - p
		}
		p--
		text = append(text, '0'+p/10, '0'+p%10)
	}
	digits, point := n.extent()
	if text[0] == '0' {
		text = text[1:]
	}
	text = text[:digits]
	switch {
	case point <= 0:
		dst = appendZeros(append(dst, '0', '.'), -point)
		return append(dst, text...)
	case point >= digits:
		return appendZeros(append(dst, text...), point-digits)
	}
	dst = append(append(dst, text[:point]...), '.')
	return append(dst, text[point:]...)
}

func appendZeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '0')
	}
	return dst
}

// String returns n as DynamoDB prints it.
func (n Number) String() string { return string(n.AppendText(nil)) }

// Int returns n as a whole number and whether it is one that fits.
func (n Number) Int() (int64, bool) {
	var v int64
	text := n.AppendText(make([]byte, 0, 2*numberPairsMax))
	neg := text[0] == '-'
	if neg {
		text = text[1:]
	}
	if len(text) > 18 {
		return 0, false
	}
	for _, c := range text {
		if c == '.' {
			return 0, false
		}
		v = 10*v + int64(c-'0')
	}
	if neg {
		v = -v
	}
	return v, true
}

// Whole returns n rounded down, and whether n is not negative and the result fits.
func (n Number) Whole() (v uint64, ok bool) {
	switch n.Sign() {
	case -1:
		return 0, false
	case 0:
		return 0, true
	}
	pairs, whole := n.pairs(), int(n[0])-numberZero-64 // how many pairs stand before the point
	for i := range whole {
		var pair uint64
		if i < len(pairs) {
			pair = uint64(pairs[i] - 1)
		}
		if v > (math.MaxUint64-pair)/100 {
			return 0, false
		}
		v = 100*v + pair
	}
	return v, true
}
