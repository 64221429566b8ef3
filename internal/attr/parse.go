package attr

import "math"

// NumberFault says why a text is no number that DynamoDB stores.
type NumberFault uint8

// The faults of a number, from the one AWS checks first.
const (
	NumberFine NumberFault = iota
	NumberUnreadable
	NumberOverflow
	NumberUnderflow
	NumberTooPrecise
)

var numberFaultTexts = [...]string{
	NumberUnreadable: "The parameter cannot be converted to a numeric value",
	NumberOverflow:   "Number overflow. Attempting to store a number with magnitude larger than supported range",
	NumberUnderflow:  "Number underflow. Attempting to store a number with magnitude smaller than supported range",
	NumberTooPrecise: "Attempting to store more than 38 significant digits in a Number",
}

// String returns the text of the fault in error messages.
func (f NumberFault) String() string { return numberFaultTexts[f] }

// literal is a number as it was written.
type literal struct {
	decimal
	precise  bool  // no significant digit was left out
	fraction int64 // digits behind the point
	written  int64 // digits from the first that is not zero, trailing zeros included; 1 for zero
	exponent int64 // as written after e, saturated
	huge     bool  // the exponent does not fit into 64 bits
}

// ParseNumber appends the number that text stands for. On a fault it returns dst as it was. Texts
// follow captures-items §3.3: an optional sign, digits with at most one point, an optional exponent.
func ParseNumber(dst, text []byte) ([]byte, NumberFault) {
	l, ok := parseLiteral(text)
	if !ok || l.huge {
		return dst, NumberUnreadable
	}
	if f := l.fault(); f != NumberFine {
		return dst, f
	}
	return appendDecimal(dst, &l.decimal), NumberFine
}

// fault checks the limits. Zero is checked as if its last written digit were 1.
func (l *literal) fault() NumberFault {
	first := l.exponent // exponent of the first significant digit
	if l.n == 0 {
		first -= l.fraction
	} else {
		first += int64(l.exp)
	}
	switch {
	case l.exponent > math.MaxInt32 || first > exponentMax:
		return NumberOverflow
	case l.exponent < math.MinInt32 || first < exponentMin:
		return NumberUnderflow
	case !l.precise:
		return NumberTooPrecise
	}
	l.exp = int(first)
	return NumberFine
}

// OlderNumberFault is the fault that AWS's older validation layer, which reads PartiQL, finds in text.
// What has none ParseNumber reads.
func OlderNumberFault(text []byte) NumberFault { return olderFault(text) }

// olderFault is the fault that AWS's older validation layer finds in text, which it reads into a Java
// BigDecimal: exponents beyond 32 bits are unreadable, and a magnitude that overflows them wraps.
func olderFault(text []byte) NumberFault {
	l, ok := parseLiteral(text)
	if !ok || l.huge {
		return NumberUnreadable
	}
	scale := l.fraction - l.exponent
	if l.exponent != int64(int32(l.exponent)) || scale != int64(int32(scale)) { //nolint:gosec // the wrap is the point
		return NumberUnreadable
	}
	if magnitude := l.written - scale; magnitude >= math.MaxInt32 {
		return NumberUnderflow
	}
	return l.fault()
}

// parseLiteral reads the grammar of numbers. It takes time linear in text and looks at no more than
// 38 significant digits.
func parseLiteral(text []byte) (l literal, ok bool) {
	p := 0
	if p < len(text) && (text[p] == '+' || text[p] == '-') {
		l.neg = text[p] == '-'
		p++
	}
	p, seen := l.mantissa(text, p)
	if !seen {
		return l, false
	}
	if p < len(text) && (text[p] == 'e' || text[p] == 'E') {
		if p, ok = l.readExponent(text, p+1); !ok {
			return l, false
		}
	}
	if l.n == 0 {
		l.neg, l.written = false, 1
	}
	return l, p == len(text)
}

// mantissa reads digits with at most one point and reports whether there was a digit.
func (l *literal) mantissa(text []byte, p int) (end int, seen bool) {
	l.precise = true
	point := false
	zeros := 0 // zeros since the last significant digit: significant only if another follows
	for ; p < len(text); p++ {
		c := text[p]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		seen = true
		if point {
			l.fraction++
		}
		l.digit(c-'0', point, &zeros)
	}
	return p, seen
}

// digit takes the next digit of the mantissa.
func (l *literal) digit(d byte, point bool, zeros *int) {
	if l.written > 0 || d != 0 {
		l.written++
	}
	switch {
	case l.n == 0 && d == 0: // a leading zero
		if point {
			l.exp--
		}
		return
	case l.n == 0:
		if point {
			l.exp--
		}
	case !point:
		l.exp++
	}
	if d == 0 {
		*zeros++
		return
	}
	if l.n+*zeros >= digitsMax {
		l.precise = false
		return
	}
	l.n += *zeros // the digits are zero already
	*zeros = 0
	l.digits[l.n] = d
	l.n++
}

// readExponent reads what follows the e.
func (l *literal) readExponent(text []byte, p int) (end int, ok bool) {
	neg := false
	if p < len(text) && (text[p] == '+' || text[p] == '-') {
		neg = text[p] == '-'
		p++
	}
	for ; p < len(text) && '0' <= text[p] && text[p] <= '9'; p++ {
		ok = true
		d := int64(text[p] - '0')
		if l.exponent > (math.MaxInt64-d)/10 {
			l.huge = true
			continue
		}
		l.exponent = 10*l.exponent + d
	}
	if neg {
		l.exponent = -l.exponent
	}
	return p, ok
}
