package pebble

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/statordb/stator/internal/engine"
)

// diskBytes is what the tables in dir take.
func diskBytes(t *testing.T, dir string) (sum int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".sst" {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return nil // a table that is gone by now takes nothing
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// TestDeleteRangeGivesSpaceBack deletes most of what there is and then does nothing: the files must go.
func TestDeleteRangeGivesSpaceBack(t *testing.T) {
	const n, valueBytes = 3000, 4096
	e := openTest(t, Options{})
	source := rand.New(rand.NewPCG(1, 2))
	entries := func(prefix string) func(yield func(k, v []byte) bool) {
		return func(yield func(k, v []byte) bool) {
			value := make([]byte, valueBytes)
			for i := range n {
				for j := range value {
					value[j] = byte(source.Uint32())
				}
				if !yield(fmt.Appendf(nil, "%s%06d", prefix, i), value) {
					return
				}
			}
		}
	}
	// One table of the store by Load, one by writes; the neighbours share files with the range.
	if err := e.Load(t.Context(), engine.Range{Lo: []byte("a")}, entries("loaded")); err != nil {
		t.Fatal(err)
	}
	for k, v := range entries("written") {
		if err := e.db.Set(k, v, e.write); err != nil && k != nil {
			t.Fatal(err)
		}
	}
	for _, neighbour := range []string{"a", "x"} {
		if err := put(e, neighbour, "neighbour"); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.db.Flush(); err != nil {
		t.Fatal(err)
	}
	before := diskBytes(t, e.dir)
	if before < 2*n*valueBytes {
		t.Fatalf("the store takes %d bytes, so this test shows nothing", before)
	}
	if err := e.DeleteRange(t.Context(), engine.Range{Lo: []byte("b"), Hi: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return diskBytes(t, e.dir) < before/20 })
	for _, neighbour := range []string{"a", "x"} {
		if got := mustGet(t, e, neighbour); got != "neighbour" {
			t.Errorf("%q is %q", neighbour, got)
		}
	}
}

// TestUnfinishedLoad checks that what a load leaves when it is cut off is removed.
func TestUnfinishedLoad(t *testing.T) {
	dir := filled(t)
	e, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	l := &loader{e: e, r: engine.Range{}}
	if err := l.add([]byte("k"), []byte("v")); err != nil {
		t.Fatal(err)
	}
	if err := l.closeTable(); err != nil {
		t.Fatal(err)
	}
	closeTest(t, e)
	openTest(t, Options{Dir: dir})
	if left, err := filepath.Glob(filepath.Join(dir, loadPrefix+"*")); err != nil || len(left) > 0 {
		t.Errorf("after opening there are %v, %v", left, err)
	}
}
