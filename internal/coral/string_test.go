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

// TestLone holds what is read in the short way, and that nothing is read of what is not.
func TestLone(t *testing.T) {
	for in, want := range map[string]string{
		`{"S":"text"}`: "S text", `{"S": "text"}`: "S text", `{"N":"1"}`: "N 1", `{"S":""}`: "S ", `{"S":"日本語 und mehr als acht Bytes"}`: "S 日本語 und mehr als acht Bytes",
		`{"B":"text"}`: "", `{"S":"te\"xt"}`: "", `{"S":"te\u0041xt, mehr als acht"}`: "", `{"S":"text" }`: "", `{ "S":"text"}`: "", `{"S" :"text"}`: "",
		`{"S":"text","N":"1"}`: "", `{"S":"te` + "\n" + `xt"}`: "", `{"S":"te` + "\xff" + `xt"}`: "", `{"S":null}`: "", `{"SS":"text"}`: "", `{"S":"text"]`: "",
		`{"S":"text`: "", `{"S":"text"`: "", `{"S":"`: "", `{"S": `: "", `{"S"`: "", ``: "", `["S":"text"}`: "", `{"S":"text\}`: "", `{"S":"text, more than eight\}"}`: "", `{"S":"text` + "\n" + `}`: "",
	} {
		r := reader(in)
		name, text, ok := r.Lone("NS")
		switch {
		case want == "":
			if ok || name != 0 || text != nil || r.Offset() != 0 || r.Failed() {
				t.Errorf("of %q %c %q is read, up to %d", in, name, text, r.Offset())
			}
		case string(name)+" "+string(text) != want || r.Offset() != len(in):
			t.Errorf("of %q %c %q is read, up to %d", in, name, text, r.Offset())
		}
	}
	r := reader(`{"a":{"S":"b"},"c":{"S":"d"}}`)
	r.Struct("", false)
	for _, want := range []string{"a", "c"} {
		name, ok := r.NextMember()
		if _, _, lone := r.Lone("S"); !ok || !lone || string(name) != want {
			t.Errorf("the member is %q, not %q", name, want)
		}
	}
	if _, ok := r.NextMember(); ok || r.Failed() {
		t.Errorf("the structure does not end: %v", r.Err())
	}
	deep := reader(strings.Repeat(`[`, DepthMax) + `{"S":"x"}`)
	for range DepthMax {
		deep.List()
	}
	if _, _, ok := deep.Lone("S"); ok {
		t.Error("a value below the deepest level is read")
	}
}
