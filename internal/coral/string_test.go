package coral

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestStringsOfAllLengths holds that a string is read as it is written, and refused if a byte of it is no part of one,
// wherever in it that byte stands: strings are read eight bytes at a time.
func TestStringsOfAllLengths(t *testing.T) {
	for length := range 40 {
		for at := range length {
			for c := range 256 {
				b := []byte(strings.Repeat("x", length))
				b[at] = byte(c)
				in := `{"` + string(b) + `":{}}`
				r := reader(in)
				var got []byte
				if r.Struct("", false) {
					got, _ = r.NextMember()
				}
				switch {
				case c == '"' && at == length-1, c == '\\':
				case c < ' ' || c >= utf8.RuneSelf || c == '"':
					if !r.Failed() && string(got) == string(b) {
						t.Fatalf("%q is read as a string", in)
					}
				case string(got) != string(b):
					t.Fatalf("%q is read as %q", in, got)
				}
			}
		}
	}
	for _, text := range []string{"é", "日本語", strings.Repeat("ü", 30), "abcdefg€", "1234567é12345678", "\U0001F600"} {
		for pad := range 9 {
			want := strings.Repeat("x", pad) + text
			r := reader(`{"` + want + `":{}}`)
			if !r.Struct("", false) {
				t.Fatal("no structure")
			}
			if got, ok := r.NextMember(); !ok || string(got) != want {
				t.Errorf("%q is read as %q", want, got)
			}
		}
	}
}
