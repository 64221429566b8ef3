package attr

import (
	"strings"
	"testing"
)

// TestHashedOrder compares the order of number sets with what Java's HashSet<BigDecimal> printed.
func TestHashedOrder(t *testing.T) {
	f := func(members, want string) {
		t.Helper()
		var b Builder
		var set []byte
		b.Open(set)
		for m := range strings.FieldsSeq(members) {
			n, fault := ParseNumber(nil, []byte(m))
			if fault != NumberFine {
				t.Fatalf("%s: %s", m, fault)
			}
			set = b.Member(set, n)
		}
		var got []string
		for _, n := range Value(b.Close(set, NS)).hashOrder() {
			got = append(got, n.String())
		}
		var wanted []string
		for m := range strings.FieldsSeq(want) {
			n, _ := ParseNumber(nil, []byte(m))
			wanted = append(wanted, Number(n).String())
		}
		if strings.Join(got, " ") != strings.Join(wanted, " ") {
			t.Errorf("%s is written as %s, not %s", members, got, wanted)
		}
	}
	f("7", "7")
	f("-851 -8E+2 -634 -472 -114 81 413 552 736",
		"736 413 -634 -472 552 -8E+2 -851 -114 81")
	f("-3.098 -0.005981 -0.0035553 0.795 2.8154 34.987 3675.8 4.3057E+5 2.6928E+6",
		"2.6928E+6 -3.098 -0.0035553 2.8154 0.795 34.987 3675.8 4.3057E+5 -0.005981")
	f("-39760349103902943596.9308118405967246 7786737379.9488522030332373398445546 5.73138313887150698785300262944301234E+48 1.46826973732605043385880160529534647E+55",
		"7786737379.9488522030332373398445546 5.73138313887150698785300262944301234E+48 1.46826973732605043385880160529534647E+55 -39760349103902943596.9308118405967246")
	f("0 64 8E+1 96 112 176 192 2.4E+2 256 272 304 336 352 416 432 448 4.8E+2 496 512 544",
		"0 64 192 256 448 512 4.8E+2 112 176 304 432 496 96 352 416 544 2.4E+2 272 336 8E+1")
	f("-2892303413234217056 -2302347675573760545 -1.78142186192710223E+18 -1655453033127550936 328379979760548402 1684123529795933497 2661585731847893125 3236986799367421133 3751698573957785753",
		"3751698573957785753 -2302347675573760545 2661585731847893125 -2892303413234217056 3236986799367421133 1684123529795933497 328379979760548402 -1.78142186192710223E+18 -1655453033127550936")
}
