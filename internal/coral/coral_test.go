package coral

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func reader(text string) *Reader {
	var r Reader
	r.Reset([]byte(text))
	return &r
}

func TestScalars(t *testing.T) {
	r := reader(` {"i":4294967296,"j":-0.5,"l":1e3,"d":2.5,"s":"x\u00e9","b":"AQI=","t":"YES","n":null} `)
	if !r.OpenObject() {
		t.Fatal(r.Err())
	}
	got := map[string]any{}
	for name, ok := r.NextMember(); ok; name, ok = r.NextMember() {
		switch string(name) {
		case "i", "j":
			got[string(name)] = r.Int()
		case "l":
			got["l"] = r.Long()
		case "d":
			got["d"] = r.Double()
		case "s":
			got["s"] = string(r.Text())
		case "b":
			got["b"] = string(r.Blob([]byte("pre")))
		case "t":
			got["t"] = r.Bool()
		case "n":
			got["n"] = r.Null()
		}
	}
	if err := r.End(); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"i": int32(math.MaxInt32), "j": int32(0), "l": int64(1000), "d": 2.5,
		"s": "xé", "b": "pre\x01\x02", "t": true, "n": true,
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s: got %v, want %v", k, got[k], v)
		}
	}
	if !r.Coerced || !r.StringBool {
		t.Errorf("coerced %v, string for a boolean %v", r.Coerced, r.StringBool)
	}
}

func TestIntegers(t *testing.T) {
	for text, want := range map[string]struct {
		v       int64
		coerced bool
	}{
		"0": {0, false}, "-0": {0, false}, "9223372036854775807": {math.MaxInt64, false},
		"9223372036854775808": {math.MaxInt64, true}, "-1e99": {math.MinInt64, true},
		"1.5": {1, true}, "-1.5": {-1, true}, "1.0": {1, true}, "1e400": {math.MaxInt64, true},
	} {
		r := reader(text)
		if got := r.Long(); got != want.v || r.Coerced != want.coerced || r.End() != nil {
			t.Errorf("%s: got %d, coerced %v, %v", text, got, r.Coerced, r.Err())
		}
	}
}

// TestRefusalTexts holds the texts of behaviour §1.
func TestRefusalTexts(t *testing.T) {
	class := Class("com.amazonaws.dynamodb.v20120810.Thing")
	for _, c := range []struct {
		name string
		read func(r *Reader)
		want map[string]string
	}{
		{"text", func(r *Reader) { r.Text() }, map[string]string{
			`1`: "NUMBER_VALUE cannot be converted to String", `1.0`: "DECIMAL_VALUE cannot be converted to String",
			`true`: "TRUE_VALUE cannot be converted to String", `false`: "FALSE_VALUE cannot be converted to String",
			`[]`: "Unrecognized collection type class java.lang.String", `{}`: structureUnexpected, `x`: "", ``: "",
		}},
		{"int", func(r *Reader) { r.Int() }, map[string]string{
			`"23"`: "STRING_VALUE cannot be converted to Integer", `true`: "TRUE_VALUE cannot be converted to Integer",
			`[]`: "Unrecognized collection type class java.lang.Integer", `{}`: structureUnexpected,
		}},
		{"long", func(r *Reader) { r.Long() }, map[string]string{
			`"23"`: "STRING_VALUE cannot be converted to Long", `[]`: "Unrecognized collection type class java.lang.Long",
		}},
		{"double", func(r *Reader) { r.Double() }, map[string]string{`"2"`: "STRING_VALUE cannot be converted to Double"}},
		{"date", func(r *Reader) { r.Date() }, map[string]string{`"2"`: "STRING_VALUE cannot be converted to Date"}},
		{"bool", func(r *Reader) { r.Bool() }, map[string]string{
			`23`: "NUMBER_VALUE cannot be converted to Boolean", `-0`: "NUMBER_VALUE cannot be converted to Boolean",
			`34.56`: "DECIMAL_VALUE cannot be converted to Boolean", `"23"`: tokenUnexpected, `"trueish"`: tokenUnexpected,
			`[]`: "", `{}`: structureUnexpected,
		}},
		{"blob", func(r *Reader) { r.Blob(nil) }, map[string]string{
			`1`: blobUnexpected, `true`: blobUnexpected, `[]`: "Unrecognized collection type class java.nio.ByteBuffer",
			`{}`: structureUnexpected, `"23456"`: "Base64 encoded length is expected a multiple of 4 bytes but found: 5",
			`"+/+="`: base64Tail,
		}},
		{"list", func(r *Reader) { r.List() }, map[string]string{
			`1`: fieldUnexpected, `"x"`: fieldUnexpected, `{}`: structureUnexpected,
		}},
		{"map", func(r *Reader) { r.Map(class) }, map[string]string{
			`1`: fieldUnexpected, `[]`: "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.Thing>",
		}},
		{"field", func(r *Reader) { r.Struct(class, false) }, map[string]string{
			`1`: fieldUnexpected, `[]`: "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.Thing",
		}},
		{"element", func(r *Reader) { r.Struct(class, true) }, map[string]string{`1`: valueUnexpected}},
	} {
		for text, want := range c.want {
			r := reader(text)
			c.read(r)
			refusal, ok := r.Err().(*Error) //nolint:errorlint // Err returns it as it is
			if !ok || refusal.Message != want {
				t.Errorf("%s of %s: got %v, want %q", c.name, text, r.Err(), want)
			}
		}
	}
}

func TestFirstProblemStays(t *testing.T) {
	r := reader(`[1,"x",{}]`)
	r.List()
	for r.NextElement() {
		r.Text()
	}
	if r.End() == nil || !strings.HasPrefix(r.Err().Error(), "NUMBER_VALUE") {
		t.Errorf("got %v", r.Err())
	}
	if r.Text() != nil || r.Null() || r.OpenArray() {
		t.Error("a failed reader goes on")
	}
}

func TestDepth(t *testing.T) {
	deep := func(n int) error {
		r := reader(strings.Repeat("[", n) + strings.Repeat("]", n))
		r.Skip()
		return r.End()
	}
	if err := deep(DepthMax); err != nil {
		t.Errorf("%d levels: %v", DepthMax, err)
	}
	if err := deep(DepthMax + 1); err == nil {
		t.Errorf("%d levels are read", DepthMax+1)
	}
}

func TestAppendDouble(t *testing.T) {
	for f, want := range map[float64]string{0: "0.0", 1: "1.0", 0.5: "0.5", 1234567: "1234567.0", 1e21: "1000000000000000000000.0"} {
		if got := string(AppendDouble(nil, f)); got != want {
			t.Errorf("%g: got %s, want %s", f, got, want)
		}
	}
	if got := string(AppendSeconds(nil, 1790000000.1234)); got != "1790000000.123" {
		t.Errorf("got %s", got)
	}
}

func TestTextIsNotOverwritten(t *testing.T) {
	r := reader(`["a\n","b\n","` + strings.Repeat("c\\n", 1000) + `"]`)
	r.List()
	var all []string
	var kept [][]byte
	for r.NextElement() {
		s := r.Text()
		kept = append(kept, s)
		all = append(all, string(s))
	}
	for i := range kept {
		if string(kept[i]) != all[i] {
			t.Errorf("string %d changed under its holder", i)
		}
	}
}

// FuzzReader compares what is read with encoding/json.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,-2.5e3,true,null,"x\n\u00e9\ud83d\ude00"],"b":{}}`, `[]`, `"\ud800"`, `01`, `{"a":1,}`, `[1 2]`, "\"\xff\"", `nul`, ` 1 `,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var r Reader
		r.Reset(text)
		r.Skip()
		ours := r.End() == nil
		std := json.Valid(text) && utf8.Valid(text)
		if ours != std && r.depth < DepthMax {
			t.Fatalf("%q: we say %v, encoding/json says %v", text, ours, std)
		}
		r.Reset(text)
		if r.Peek() != String {
			return
		}
		s := r.Text()
		if r.End() != nil {
			return
		}
		var want string
		if err := json.Unmarshal(text, &want); err != nil || want != string(s) {
			t.Fatalf("%q: got %q, want %q (%v)", text, s, want, err)
		}
		var again string
		if err := json.Unmarshal(AppendText(nil, s), &again); err != nil || again != want {
			t.Fatalf("%q is written as %s", want, AppendText(nil, s))
		}
	})
}
