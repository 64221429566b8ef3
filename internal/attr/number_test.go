package attr

import (
	"bytes"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func mustNumber(t testing.TB, text string) Number {
	t.Helper()
	n, fault := ParseNumber(nil, []byte(text))
	if fault != NumberFine {
		t.Fatalf("ParseNumber(%q): %v", text, fault)
	}
	return n
}

func TestNumberText(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "0.0e126": "0", "+1.5": "1.5", "5.": "5", ".5": "0.5", "-.5": "-0.5",
		"1e2": "100", "1E-2": "0.01", "0012.3400": "12.34", "100": "100", "10": "10", "1000.001": "1000.001",
		"123456789012345678901234567890123456780": "123456789012345678901234567890123456780",
		"1e125":  "1" + strings.Repeat("0", 125),
		"1e-130": "0." + strings.Repeat("0", 129) + "1",
		"9.9999999999999999999999999999999999999E125": strings.Repeat("9", 38) + strings.Repeat("0", 88),
		"-12.3e-5": "-0.000123", "0.1e1": "1",
	} {
		if got := mustNumber(t, in).String(); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestNumberBytes(t *testing.T) {
	for in, want := range map[string]string{
		"0": "\x80", "1": "\xc1\x02", "-1": "\x3e\x64\x66", "1e-130": "\x80\x02", "1e125": "\xff\x0b", "12.3": "\xc1\x0d\x1f",
	} {
		if got := mustNumber(t, in); string(got) != want {
			t.Errorf("%q: got % x, want % x", in, []byte(got), want)
		}
	}
}

// TestNumberFaults holds captures-items §1 (wording by layer) and §3.3.
func TestNumberFaults(t *testing.T) {
	for _, c := range []struct {
		text         string
		newer, older NumberFault
	}{
		{"", NumberUnreadable, NumberUnreadable},
		{"abc", NumberUnreadable, NumberUnreadable},
		{"+e2", NumberUnreadable, NumberUnreadable},
		{"1+2", NumberUnreadable, NumberUnreadable},
		{"1.2.3", NumberUnreadable, NumberUnreadable},
		{"++5", NumberUnreadable, NumberUnreadable},
		{"1e", NumberUnreadable, NumberUnreadable},
		{".", NumberUnreadable, NumberUnreadable},
		{"NaN", NumberUnreadable, NumberUnreadable},
		{"1_000", NumberUnreadable, NumberUnreadable},
		{" 1", NumberUnreadable, NumberUnreadable},
		{"1e126", NumberOverflow, NumberOverflow},
		{"1e-131", NumberUnderflow, NumberUnderflow},
		{"0e126", NumberOverflow, NumberOverflow},
		{"0e-131", NumberUnderflow, NumberUnderflow},
		{"0.0e-130", NumberUnderflow, NumberUnderflow},
		{"1e99999999999", NumberOverflow, NumberUnreadable},
		{"1e-99999999999", NumberUnderflow, NumberUnreadable},
		{"0e99999999999", NumberOverflow, NumberUnreadable},
		{"1e2147483647", NumberOverflow, NumberUnderflow},
		{"1e99999999999999999999", NumberUnreadable, NumberUnreadable},
		{"1.0e100000000", NumberOverflow, NumberOverflow},
		{strings.Repeat("1", 39), NumberTooPrecise, NumberTooPrecise},
		{"1" + strings.Repeat("0", 37) + "1", NumberTooPrecise, NumberTooPrecise},
	} {
		dst := []byte("kept")
		if got, fault := ParseNumber(dst, []byte(c.text)); fault != c.newer || string(got) != "kept" {
			t.Errorf("%q: got %d and %q, want %d", c.text, fault, got, c.newer)
		}
		if fault := olderFault([]byte(c.text)); fault != c.older {
			t.Errorf("%q, older layer: got %d, want %d", c.text, fault, c.older)
		}
	}
}

// TestNumberSize holds the sizes of behaviour §3.
func TestNumberSize(t *testing.T) {
	for text, want := range map[string]int{
		"0": 1, "1": 2, "-1": 3, "10": 2, "100": 2, "12.3": 3, "0.001": 2, "123": 3, "1E125": 2, "1010": 3,
		"0042": 2, "100.5": 4, "3.14159": 5, "-0.15": 3, "-1E125": 3, "12345678901234567890123456789012345678": 20,
		"-12345678901234567890123456789012345678": 21, "1.2345678901234567890123456789012345678": 21,
	} {
		if got := mustNumber(t, text).Size(); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
}

func drawNumber(t *rapid.T, label string) string {
	return rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{0,17})?(e-?[0-9]{1,2})?`).Draw(t, label)
}

func rat(t rapid.TB, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("big.Rat does not read %q", text)
	}
	return r
}

func TestNumberProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawNumber(t, "a"), drawNumber(t, "b")
		na, fa := ParseNumber(nil, []byte(a))
		nb, fb := ParseNumber(nil, []byte(b))
		if fa != NumberFine || fb != NumberFine {
			t.Skip("outside the limits")
		}
		ra, rb := rat(t, a), rat(t, b)
		if got, want := bytes.Compare(na, nb), ra.Cmp(rb); got != want {
			t.Fatalf("order of %s and %s: bytes say %d, numbers %d", a, b, got, want)
		}
		if rat(t, Number(na).String()).Cmp(ra) != 0 {
			t.Fatalf("%s prints as %s", a, Number(na))
		}
		if got := Number(na).Sign(); got != ra.Sign() {
			t.Fatalf("sign of %s: %d", a, got)
		}
		if got, want := Number(na).Size(), documentedSize(Number(na).String()); got != want {
			t.Fatalf("size of %s: got %d, want %d", a, got, want)
		}
	})
}

// documentedSize computes the size from the digits, as AWS's documentation words it.
func documentedSize(text string) int {
	digits, neg := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	whole = strings.TrimLeft(whole, "0")
	if fraction == "" {
		whole = strings.TrimRight(whole, "0")
	}
	if whole == "" {
		fraction = strings.TrimLeft(fraction, "0")
	}
	size := 1 + (len(whole)+1)/2 + (len(fraction)+1)/2
	if neg {
		size++
	}
	return size
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"0", "-1.5e3", "1e-130", ".", "1e99999999999", "123456789012345678901234567890123456789"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		olderFault(text)
		n, fault := ParseNumber(nil, text)
		if fault != NumberFine {
			return
		}
		again, fault := ParseNumber(nil, Number(n).AppendText(nil))
		if fault != NumberFine || !bytes.Equal(n, again) {
			t.Fatalf("%q: % x prints as %s, which reads as % x (%d)", text, n, Number(n), again, fault)
		}
	})
}

func TestSum(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		minus bool
		want  string
		fault NumberFault
	}{
		{"1", "2", false, "3", NumberFine},
		{"0.1", "0.2", false, "0.3", NumberFine},
		{"1", "10000000000000000000000", false, "10000000000000000000001", NumberFine},
		{"10000000000000000000000", "1", true, "9999999999999999999999", NumberFine},
		{"5", "5", true, "0", NumberFine},
		{"1e50", "1", false, "", NumberOverflow},
		{"1e50", "1", true, "", NumberOverflow},
		{"9e125", "9e125", false, "", NumberOverflow},
	} {
		got, fault := Sum(nil, mustNumber(t, c.a), mustNumber(t, c.b), c.minus)
		if fault != c.fault || (fault == NumberFine && Number(got).String() != c.want) {
			t.Errorf("%s, %s: got % x, fault %d", c.a, c.b, got, fault)
		}
	}
}

func TestNumberWhole(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "1": "1", "0.99": "0", "1e-130": "0", "1.5": "1", "99": "99", "100": "100", "1795521600": "1795521600",
		"1795521600.999": "1795521600", "1795521600000": "1795521600000", "12e9": "12000000000",
		"18446744073709551615": "18446744073709551615", "18446744073709551615.9": "18446744073709551615",
		"18446744073709551616": "", "2e19": "", "1e20": "", "1e125": "", "-1": "", "-0.5": "", "-1e125": "",
	} {
		got, ok := mustNumber(t, in).Whole()
		if text := strconv.FormatUint(got, 10); ok != (want != "") || ok && text != want {
			t.Errorf("%s: got %s, %v, want %s", in, text, ok, want)
		}
	}
}

// TestNumberWholeProperty compares Whole with math/big.
func TestNumberWholeProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?[0-9]{1,21}(\.[0-9]{1,10})?`).Draw(t, "number")
		n, fault := ParseNumber(nil, []byte(text))
		if fault != NumberFine {
			t.Fatalf("%q: %v", text, fault)
		}
		exact, _ := new(big.Rat).SetString(text)
		whole := new(big.Int).Div(exact.Num(), exact.Denom())
		got, ok := Number(n).Whole()
		if want := exact.Sign() >= 0 && whole.IsUint64(); ok != want || ok && got != whole.Uint64() {
			t.Fatalf("%s: got %d, %v, want %s, %v", text, got, ok, whole, want)
		}
	})
}
