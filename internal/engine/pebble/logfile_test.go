package pebble

import (
	"io"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// readFile returns the contents of a file.
func readFile(t *testing.T, fs vfs.FS, name string) string {
	t.Helper()
	f, err := fs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestLogFile checks that zeros are written ahead of what is written, and never over it, whichever of
// them fails to be written.
func TestLogFile(t *testing.T) {
	parts := []string{"first ", strings.Repeat("second", 1000), strings.Repeat("third", zeroBytes/2), "fourth"}
	for failing := range int32(8) {
		mem := vfs.NewMem()
		index := errorfs.OnIndex(failing)
		inner := errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
			if op.Kind != errorfs.OpFileWriteAt {
				return nil
			}
			return index.MaybeError(op)
		}))
		f, err := logFS{FS: inner, failed: func(reason string) { t.Error(reason) }}.Create("1.log", vfs.WriteCategoryUnspecified)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			if n, err := f.Write([]byte(part)); n != len(part) || err != nil {
				t.Fatalf("Write returned %d, %v", n, err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		got, written := readFile(t, mem, "1.log"), strings.Join(parts, "")
		if !strings.HasPrefix(got, written) || strings.Trim(got[len(written):], "\x00") != "" {
			t.Errorf("with filling number %d failing the file does not hold what was written, and zeros", failing)
		}
		if failing == 7 && len(got) <= len(written) {
			t.Error("the file was not filled")
		}
	}
}

// TestLogReused checks that a log that was used before is not filled again as far as it goes.
func TestLogReused(t *testing.T) {
	mem := vfs.NewMem()
	fs := logFS{FS: mem, failed: func(reason string) { t.Error(reason) }}
	old, err := fs.Create("1.log", vfs.WriteCategoryUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.Write([]byte(strings.Repeat("old", 10))); err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := fs.ReuseForWrite("1.log", "2.log", vfs.WriteCategoryUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := readFile(t, mem, "2.log"); !strings.HasPrefix(got, "newoldold") {
		t.Errorf("the file begins with %q", got[:9])
	}
}
