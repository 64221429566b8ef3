package attr

import (
	"strconv"

	"github.com/cockroachdb/apd/v3"
)

// exact adds and subtracts without rounding: Precision 0 keeps every digit, and the limits of
// numbers keep the digits below 300.
var exact = apd.BaseContext

// Sum appends a+b, or a-b if minus. A result that needs more than 38 digits is an overflow, which is
// what DynamoDB calls it too.
func Sum(dst []byte, a, b Number, minus bool) ([]byte, NumberFault) {
	if sum, ok := sumInts(a, b, minus); ok { // the numbers that people count with
		var buf [24]byte
		return ParseNumber(dst, strconv.AppendInt(buf[:0], sum, 10))
	}
	x, y := a.decimal(), b.decimal()
	op := exact.Add
	if minus {
		op = exact.Sub
	}
	var sum apd.Decimal
	if _, err := op(&sum, x, y); err != nil {
		return dst, NumberOverflow
	}
	var buf [64]byte
	dst, fault := ParseNumber(dst, sum.Append(buf[:0], 'E'))
	if fault == NumberTooPrecise {
		fault = NumberOverflow
	}
	return dst, fault
}

// sumInts is Sum of whole numbers that an int64 has room for.
func sumInts(a, b Number, minus bool) (int64, bool) {
	x, ok := a.Int()
	if !ok {
		return 0, false
	}
	y, ok := b.Int()
	if minus {
		y = -y
	}
	return x + y, ok // Int gives at most 18 digits
}

func (n Number) decimal() *apd.Decimal {
	var buf [64]byte
	d, _, err := apd.NewFromString(string(n.AppendText(buf[:0])))
	if err != nil {
		panic("attr: a Number is not a decimal: " + err.Error())
	}
	return d
}
