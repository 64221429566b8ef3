package attr

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/statordb/stator/internal/coral"
)

func decode(text string) (Item, Faults, error) {
	var r coral.Reader
	var d Decoder
	r.Reset([]byte(text))
	it, faults := d.Item(&r)
	return it, faults, r.End()
}

func mustDecode(t testing.TB, text string) Item {
	t.Helper()
	it, faults, err := decode(text)
	if err != nil || faults.Any() {
		t.Fatalf("%s: %v, %+v", text, err, faults)
	}
	if err := it.Check(); err != nil {
		t.Fatalf("%s encodes to % x: %v", text, []byte(it), err)
	}
	return it
}

func TestJSONRoundTrip(t *testing.T) {
	for in, want := range map[string]string{
		`{}`:                                `{}`,
		`{"b":{"S":"x"},"a":{"N":"01.50"}}`: `{"a":{"N":"1.5"},"b":{"S":"x"}}`,
		`{"a":{"S":""},"b":{"B":""},"c":{"B":"AAECAw=="}}`:                                                  `{"a":{"S":""},"b":{"B":""},"c":{"B":"AAECAw=="}}`,
		`{"a":{"BOOL":true},"b":{"BOOL":"No"},"c":{"NULL":true}}`:                                           `{"a":{"BOOL":true},"b":{"BOOL":false},"c":{"NULL":true}}`,
		`{"a":{"SS":["b","a",""]},"b":{"NS":["10","-1","2"]},"c":{"BS":["Ag==","AQ=="]}}`:                   `{"a":{"SS":["","a","b"]},"b":{"NS":["-1","2","10"]},"c":{"BS":["AQ==","Ag=="]}}`,
		`{"l":{"L":[{"S":"a"},{"L":[]},{"M":{}}]},"m":{"M":{"z":{"N":"1"},"y":{"M":{"x":{"NULL":true}}}}}}`: `{"l":{"L":[{"S":"a"},{"L":[]},{"M":{}}]},"m":{"M":{"y":{"M":{"x":{"NULL":true}}},"z":{"N":"1"}}}}`,
		`{"a":{"S":"1"},"a":{"S":"2"}}`:                                                                     `{"a":{"S":"2"}}`,
		`{"a":{"S":"a\"\\\/\b\f\n\r\t\u0001é\u00e9😀\ud83d\ude00"}}`:                                         `{"a":{"S":"a\"\\/\u0008\u000c\n\r\t\u0001éé😀😀"}}`,
		`{"a":{"S":"x","N":null,"Unknown":{"deep":[1]}}}`:                                                   `{"a":{"S":"x"}}`,
	} {
		if got := string(mustDecode(t, in).AppendJSON(nil)); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

// TestRefusals holds the texts of behaviour §1 and captures-items §2.
func TestRefusals(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":{"S":1}}`:              "NUMBER_VALUE cannot be converted to String",
		`{"a":{"N":1.5}}`:            "DECIMAL_VALUE cannot be converted to String",
		`{"a":{"S":true}}`:           "TRUE_VALUE cannot be converted to String",
		`{"a":{"S":[]}}`:             "Unrecognized collection type class java.lang.String",
		`{"a":{"S":{}}}`:             "Start of structure or map found where not expected",
		`{"a":{"B":1}}`:              "only base-64-encoded strings are convertible to bytes",
		`{"a":{"B":"23456"}}`:        "Base64 encoded length is expected a multiple of 4 bytes but found: 5",
		`{"a":{"B":"=+/="}}`:         "Invalid last non-pad Base64 character dectected",
		`{"a":{"BOOL":"abc"}}`:       "Unexpected token received from parser",
		`{"a":{"BOOL":1}}`:           "NUMBER_VALUE cannot be converted to Boolean",
		`{"a":{"BOOL":1e0}}`:         "DECIMAL_VALUE cannot be converted to Boolean",
		`{"a":{"BOOL":{}}}`:          "Start of structure or map found where not expected",
		`{"a":{"NULL":[]}}`:          "",
		`{"a":{"SS":"x"}}`:           "Unexpected field type",
		`{"a":{"SS":[1]}}`:           "NUMBER_VALUE cannot be converted to String",
		`{"a":{"L":{}}}`:             "Start of structure or map found where not expected",
		`{"a":{"L":["x"]}}`:          "Unexpected value type in payload",
		`{"a":{"L":[[]]}}`:           "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
		`{"a":{"M":[]}}`:             "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>",
		`{"a":"x"}`:                  "Unexpected value type in payload",
		`[]`:                         "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>",
		`{"a":{"S":"x"}`:             "",
		`{"a":{"S":"x"}} x`:          "",
		"{\"a\":{\"S\":\"\xff\"}}":   "",
		`{"a":{"S":"\u12"}}`:         "",
		`{"a":{"S":"` + "\n" + `"}}`: "",
		`{"a":{"S":"x"},}`:           "",
		`{"a":{"SS":["a",]}}`:        "",
		`{"a":{"X":01}}`:             "",
	} {
		_, _, err := decode(in)
		refusal, ok := err.(*coral.Error) //nolint:errorlint // the reader returns it as it is
		if !ok || refusal.Message != want {
			t.Errorf("%s: got %v, want %q", in, err, want)
		}
	}
}

// TestFaults holds the texts of captures-items §1 and §3.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ in, newer, older string }{
		{`{"a":{}}`, faultNoType.Newer, ""},
		{`{"a":null}`, faultNoType.Newer, ""},
		{`{"a":{"S":null}}`, faultNoType.Newer, ""},
		{`{"a":{"S":"x","N":"1"}}`, faultManyTypes.Newer, ""},
		{`{"a":{"SS":[],"S":"x"}}`, invalidValues + "An string set  may not be empty", ""},
		{`{"a":{"S":"x","NULL":false}}`, faultNullIsFalse.Newer, ""},
		{`{"a":{"S":"x","BOOL":"no"}}`, faultManyTypes.Newer, ""},
		{`{"a":{"NULL":false,"N":"x"}}`, "The parameter cannot be converted to a numeric value: x", ""},
		{`{"a":{"NS":[]}}`, invalidValues + "An number set  may not be empty", ""},
		{`{"a":{"BS":[]}}`, invalidValues + "Binary sets should not be empty", ""},
		{`{"a":{"N":""}}`, "The parameter cannot be converted to a numeric value: ", "The parameter cannot be converted to a numeric value"},
		{`{"a":{"SS":["b","a","b","C"]}}`, invalidValues + `Input collection ["a", "b", "b", "C"] contains duplicates.`, invalidValues + "Input collection [b, a, b, C] contains duplicates."},
		{`{"a":{"BS":["fw==","AA==","AA=="]}}`, invalidValues + `Input collection ["AA==","fw==","AA=="]of type BS contains duplicates.`, invalidValues + "Input collection [fw==, AA==, AA==]of type BS contains duplicates."},
		{`{"a":{"NS":["1","1.0"]}}`, invalidValues + "Input collection contains duplicates.", "Input collection contains duplicates"},
		{`{"a":{"M":{"b":{"L":[{"N":"x"}]}}}}`, "The parameter cannot be converted to a numeric value: x", ""},
	} {
		_, faults, err := decode(c.in)
		if c.older == "" {
			c.older = c.newer
		}
		if err != nil || faults.First.Newer != c.newer || faults.First.Older != c.older || faults.FirstKey != "a" {
			t.Errorf("%s: %v\n got %+v\nwant %s", c.in, err, faults, c.newer)
		}
	}
	_, faults, _ := decode(`{"a":{"M":{"":{"S":"x"}}},"b":{"NULL":false},"c":{"S":"x","N":"1"}}`)
	if !faults.EmptyName || faults.EmptyNameKey != "a" || !faults.NullFalse || !faults.ManyTypes {
		t.Errorf("got %+v", faults)
	}
}

// nested returns an item whose leaf is wrapped in n containers.
func nested(n int) string {
	return `{"a":` + strings.Repeat(`{"L":[{"M":{"b":`, n/2) + strings.Repeat(`{"L":[`, n%2) + `{"S":"leaf"}` +
		strings.Repeat(`]}`, n%2) + strings.Repeat(`}}]}`, n/2) + `}`
}

func TestNesting(t *testing.T) {
	it := mustDecode(t, nested(31))
	if it.Levels() != 32 {
		t.Errorf("31 containers make %d levels", it.Levels())
	}
	for _, n := range []int{32, 33, 62, 2000} {
		_, faults, err := decode(nested(n))
		if err != nil || !faults.TooDeep() || faults.Levels != n+1 || faults.DeepKey != "a" {
			t.Errorf("%d: %v, %+v", n, err, faults)
		}
	}
	if _, _, err := decode(strings.Repeat(`{"M":{"a":`, 500_000)); err == nil {
		t.Error("half a million open maps are read")
	}
}

func TestSizes(t *testing.T) {
	for in, want := range map[string]int{
		`{"a":{"S":"héllo"}}`: 7, `{"ab":{"N":"12.3"}}`: 5, `{"a":{"B":"AAECAw=="}}`: 5, `{"a":{"BOOL":true}}`: 2,
		`{"a":{"NULL":true}}`: 2, `{"a":{"SS":["x","yz"]}}`: 4, `{"a":{"NS":["1","100"]}}`: 5,
		`{"a":{"L":[]}}`: 4, `{"a":{"L":[{"S":"x"}]}}`: 6, `{"a":{"M":{"k":{"S":"v"}}}}`: 7,
	} {
		it := mustDecode(t, in)
		if got := it.Size(); got != want {
			t.Errorf("%s: got %d, want %d", in, got, want)
		}
		if !it.Fits(want) || it.Fits(want-1) {
			t.Errorf("%s does not fit just %d", in, want)
		}
	}
}

// TestFits holds that the length of an item is never taken for too small: the values with the shortest encodings for
// their sizes.
func TestFits(t *testing.T) {
	for _, value := range []string{`{"NULL":true}`, `{"BOOL":false}`, `{"N":"0"}`, `{"N":"-1"}`, `{"S":""}`, `{"L":[]}`, `{"M":{}}`, `{"NS":["0","-1"]}`} {
		in := `{"a":{"L":[` + strings.Repeat(value+",", 1000) + value + `]}}`
		if it := mustDecode(t, in); !it.Fits(it.Size()) || it.Fits(it.Size()-1) {
			t.Errorf("1,001 times %s, encoded in %d bytes: does not fit just its size %d", value, len(it), it.Size())
		}
	}
}

func TestRow(t *testing.T) {
	it := mustDecode(t, `{"pk":{"S":"a"},"n":{"N":"1"}}`)
	row := make([]byte, RowSize(it, it.Size()))
	PutRow(row, it, it.Size())
	got, size, err := ParseRow(row)
	if err != nil || !got.Equal(it) || size != it.Size() || CheckRow(row) != nil {
		t.Fatalf("%v, %d, % x", err, size, row)
	}
	for i := range row {
		for _, flip := range []byte{0x01, 0x80} {
			bad := bytes.Clone(row)
			bad[i] ^= flip
			_ = CheckRow(bad) // must not panic; most flips are found, some make another valid row
		}
	}
	row[0]++
	if _, _, err := ParseRow(row); err == nil || CheckRow(row) == nil {
		t.Error("a row of another version is read")
	}
}

func TestEqualIgnoresOrderOfWriting(t *testing.T) {
	a := mustDecode(t, `{"m":{"M":{"x":{"NS":["1","2"]},"y":{"S":"s"}}}}`)
	b := mustDecode(t, `{"m":{"M":{"y":{"S":"s"},"x":{"NS":["2.0","01"]}}}}`)
	if !a.Equal(b) || !a.Get("m").Equal(b.Get("m")) {
		t.Error("the same item has two encodings")
	}
}

// FuzzDecode compares the encoding with encoding/json: what is accepted must be JSON, must be
// canonical, and must come back as it was.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"a":{"S":"x"}}`, `{"a":{"L":[{"M":{"b":{"NS":["1","2"]}}},{"NULL":true}]}}`,
		`{"b":{"B":"AA=="},"a":{"BOOL":"t"}}`, `{"a":{"SS":["b","a","b"]}}`, nested(33), `{"a":{"S":"\ud800x"}}`,
		`{"":{"L":[{"NULL":true},{"BOOL":true},{"N":"-0.1"},{"L":[]},{"M":{}}]}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		it, faults, err := decode(string(text))
		if err != nil {
			return
		}
		// Most values are read in a shorter way if there is no white space in them.
		var spaced bytes.Buffer
		if err := json.Indent(&spaced, text, "", " "); err != nil {
			t.Fatalf("%q is read but is not JSON: %v", text, err)
		}
		if other, otherFaults, err := decode(spaced.String()); err != nil || !bytes.Equal(other, it) || otherFaults != faults {
			t.Fatalf("%q, %+v, is with white space %q, %+v: %v", it, faults, other, otherFaults, err)
		}
		var std any
		if err := json.Unmarshal(text, &std); err != nil {
			t.Fatalf("%q is read but is not JSON: %v", text, err)
		}
		if faults.Any() || faults.EmptyName || faults.TooDeep() {
			return
		}
		if err := it.Check(); err != nil {
			t.Fatalf("%q encodes to % x: %v", text, []byte(it), err)
		}
		if size := it.Size(); !it.Fits(size) || it.Fits(size-1) {
			t.Fatalf("%q has the size %d, and does not fit just that", text, size)
		}
		out := it.AppendJSON(nil)
		again, faults, err := decode(string(out))
		if err != nil || faults.Any() || !again.Equal(it) {
			t.Fatalf("%q became %q, which reads differently: %v", text, out, err)
		}
		var ours map[string]any
		if err := json.Unmarshal(out, &ours); err != nil || len(ours) != it.Len() {
			t.Fatalf("%q became %q: %v", text, out, err)
		}
	})
}

func FuzzCheckRow(f *testing.F) {
	it := mustDecode(f, `{"pk":{"S":"a"},"l":{"L":[{"M":{"b":{"NS":["1","-2"]}}}]}}`)
	row := make([]byte, RowSize(it, it.Size()))
	PutRow(row, it, it.Size())
	f.Add(row)
	f.Fuzz(func(t *testing.T, row []byte) {
		if CheckRow(row) != nil {
			return
		}
		it, _, err := ParseRow(row)
		if err != nil {
			t.Fatal(err)
		}
		again, faults, err := decode(string(it.AppendJSON(nil)))
		if err != nil || faults.EmptyName || !reflect.DeepEqual(again, it) {
			if faults.EmptyName {
				return
			}
			t.Fatalf("% x passes the check but reads as % x: %v %+v", []byte(it), []byte(again), err, faults)
		}
	})
}
