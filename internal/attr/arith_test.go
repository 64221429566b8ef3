package attr

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestSumInts compares sums of whole numbers, on both sides of what an int64 has room for, with those
// of math/big.
func TestSumInts(t *testing.T) {
	const most = 999_999_999_999_999_999 // 18 digits
	rapid.Check(t, func(rt *rapid.T) {
		whole := rapid.OneOf(rapid.Int64Range(-10, 10), rapid.Int64(), rapid.Int64Range(most-5, most+5), rapid.Int64Range(-most-5, -most+5))
		a, b := big.NewInt(whole.Draw(rt, "a")), big.NewInt(whole.Draw(rt, "b"))
		minus := rapid.Bool().Draw(rt, "minus")
		want := new(big.Int).Add(a, b)
		if minus {
			want.Sub(a, b)
		}
		got, fault := Sum(nil, mustNumber(t, a.String()), mustNumber(t, b.String()), minus)
		if fault != NumberFine || Number(got).String() != want.String() {
			rt.Fatalf("%s and %s, minus %v, make %s, %s; should be %s", a, b, minus, Number(got), fault, want)
		}
	})
}

// TestSumAllocates holds that counting costs no memory.
func TestSumAllocates(t *testing.T) {
	a, b, buf := mustNumber(t, "-123456789"), mustNumber(t, "1"), make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() { buf, _ = Sum(buf[:0], a, b, false) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
