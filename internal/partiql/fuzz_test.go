package partiql

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
)

// FuzzStatement holds that whatever is given as a statement is refused with a ValidationException, or
// can be bound and planned, and that this is so of every statement of the scripts.
func FuzzStatement(f *testing.F) {
	scripts, err := filepath.Glob("testdata/script/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range scripts {
		if text, err := os.ReadFile(name); err == nil {
			for line := range strings.Lines(string(text)) {
				f.Add(strings.TrimRight(line, "\n"))
			}
		}
	}
	t := &catalog.Table{
		Name: "t", Key: []string{"pk", "sk"},
		Attributes: []catalog.Attribute{{Name: "pk", Type: attr.S}, {Name: "sk", Type: attr.N}},
	}
	find := func(string) (*catalog.Table, *apierr.Error) { return t, nil }
	given := make([]attr.Value, 64)
	for i := range given {
		given[i] = attr.AppendS(nil, "x")
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			checkRefusal(t, err)
			return
		}
		b, err := s.Bind(Alone, given, find)
		if err != nil {
			checkRefusal(t, err)
			return
		}
		if s.Reads() {
			_, err = b.Read(false)
		} else if !s.Exists() {
			_, err = b.Write()
		}
		checkRefusal(t, err)
	})
}

func checkRefusal(t *testing.T, err *apierr.Error) {
	if err != nil && (err.Code != "ValidationException" || err.Message == "") {
		t.Errorf("refused with %v", err)
	}
}

// TestLongStatements holds that statements that nest or repeat as much as their length allows are read
// in a time that does not grow faster than they do.
func TestLongStatements(t *testing.T) {
	const charsMax = 8192
	for _, c := range []struct{ before, repeated, after string }{
		{"SELECT * FROM t WHERE ", "(", ""},
		{"SELECT * FROM t WHERE a = ", "[", ""},
		{"SELECT * FROM t WHERE ", "NOT ", "a = 1"},
		{"SELECT * FROM t WHERE a = ", "- ", "1"},
		{"SELECT * FROM t WHERE a = 1", " OR a=1", ""},
		{"SELECT * FROM t WHERE a = 1", "+1", ""},
		{"SELECT * FROM t WHERE ", "f(", ""},
		{"SELECT a", ".b", " FROM t"},
		{"SELECT * FROM t WHERE a IN [1", ",1", "]"},
		{"", "CASE ", ""},
		{"", "SELECT ", ""},
		{"UPDATE t SET a = 1", ", a = 1", ""},
		{"SELECT * FROM t WHERE a = `", "[", "`"},
		{"SELECT * FROM t WHERE a = `", "a::", "1`"},
	} {
		n := (charsMax - len(c.before) - len(c.after)) / len(c.repeated)
		started := time.Now()
		_, err := Parse(c.before + strings.Repeat(c.repeated, n) + c.after)
		if took := time.Since(started); took > time.Second {
			t.Errorf("%s: %s", c.repeated, took)
		}
		checkRefusal(t, err)
	}
}
