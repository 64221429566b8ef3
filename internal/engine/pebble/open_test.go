package pebble

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	pebbledb "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/atomicfs"

	"github.com/statordb/stator/internal/engine"
)

// TestInUse opens a directory twice: in this process and in another one.
func TestInUse(t *testing.T) {
	if dir := os.Getenv(brokenEnv); dir != "" {
		_, err := Open(Options{Dir: dir})
		fmt.Println(err) //nolint:forbidigo // for the parent process
		return
	}
	e := openTest(t, Options{})
	var inUse *InUseError
	if _, err := Open(Options{Dir: e.dir}); !errors.As(err, &inUse) || inUse.Dir != e.dir {
		t.Errorf("opening it again returned %v, want *InUseError", err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestInUse$") //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), brokenEnv+"="+e.dir)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), (&InUseError{Dir: e.dir}).Error()) {
		t.Errorf("another process got %v: %s", err, out)
	}
	if err := put(e, "a", "1"); err != nil {
		t.Errorf("after others tried to open it, a write returned %v", err)
	}
}

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 {
		e, err := Open(Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		for j := range i {
			if got := mustGet(t, e, fmt.Sprint(j)); got != "x" {
				t.Errorf("at opening %d, the value of opening %d is %q", i, j, got)
			}
		}
		if err := put(e, fmt.Sprint(i), "x"); err != nil {
			t.Fatal(err)
		}
		if format := e.db.FormatMajorVersion(); format != Format {
			t.Errorf("the format is %d, want %d", format, Format)
		}
		closeTest(t, e)
	}
}

func TestNewer(t *testing.T) {
	dir := filled(t)
	marker, _, err := atomicfs.LocateMarker(vfs.Default, dir, formatMarker)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(marker.Move("099"), marker.Close()); err != nil {
		t.Fatal(err)
	}
	var newer *NewerError
	if _, err := Open(Options{Dir: dir}); !errors.As(err, &newer) || newer.Format != 99 || newer.Known != uint64(Format) {
		t.Errorf("Open returned %v, want *NewerError", err)
	}
}

func TestNotADirectory(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	var corrupt *CorruptError
	if _, err := Open(Options{Dir: name}); err == nil || errors.As(err, &corrupt) {
		t.Errorf("Open of a file returned %v", err)
	}
}

// nowhere is a file system that no directory can be made in, as /proc is.
type nowhere struct{ vfs.FS }

func (nowhere) MkdirAll(dir string, _ os.FileMode) error {
	return &os.PathError{Op: "mkdir", Path: dir, Err: os.ErrNotExist}
}

// What could not even be made is not damaged.
func TestNoPlaceForDirectory(t *testing.T) {
	var corrupt *CorruptError
	if _, err := Open(Options{Dir: "data", FS: nowhere{vfs.NewMem()}}); err == nil || errors.As(err, &corrupt) {
		t.Errorf("Open returned %v", err)
	}
}

// filled returns the directory of a closed store that has tables, a log and a manifest.
func filled(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	e, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		if err := put(e, fmt.Sprintf("key%03d", i*7%200), strings.Repeat(fmt.Sprint(i), 500)); err != nil {
			t.Fatal(err)
		}
		if i == 150 {
			if err := e.db.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	closeTest(t, e)
	return dir
}

// spoil changes what files of a kind hold.
func spoil(t *testing.T, dir, pattern string, change func(b []byte) []byte) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no %s: %v", pattern, err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if b = change(slices.Clone(b)); b == nil {
			err = os.Remove(name)
		} else {
			err = os.WriteFile(name, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestDamage damages each kind of file. Either opening the store or verifying it must say so.
func TestDamage(t *testing.T) {
	flip := func(at func(n int) int) func([]byte) []byte {
		return func(b []byte) []byte {
			b[at(len(b))] ^= 0x40
			return b
		}
	}
	middle := flip(func(n int) int { return n / 2 })
	early := flip(func(int) int { return 40 })
	gone := func([]byte) []byte { return nil }
	short := func(b []byte) []byte { return b[:len(b)/2] }
	for _, c := range []struct {
		name, pattern string
		change        func([]byte) []byte
	}{
		{"a bit of a table", "*.sst", middle},
		{"a short table", "*.sst", short},
		{"a table that is gone", "*.sst", gone},
		{"a bit of the manifest", "MANIFEST-*", early},
		{"a manifest that is gone", "MANIFEST-*", gone},
		{"a bit of a log", "*.log", early},
		{"the name of the manifest that is gone", "marker.manifest.*", gone},
		{"the format that is gone", "marker.format-version.*", gone},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filled(t)
			spoil(t, dir, c.pattern, c.change)
			e, err := Open(Options{Dir: dir})
			if err == nil {
				err = e.Verify(t.Context())
				_ = e.Close()
			}
			var corrupt *CorruptError
			if !errors.As(err, &corrupt) || corrupt.Dir != dir {
				t.Errorf("the answer is %v, want *CorruptError", err)
			}
			var inUse *InUseError
			if e, err := Open(Options{Dir: dir}); errors.As(err, &inUse) {
				t.Error("the store that could not be opened is still in use")
			} else if err == nil {
				_ = e.Close()
			}
		})
	}
}

func TestVerify(t *testing.T) {
	e := openTest(t, Options{Dir: filled(t)})
	if err := e.Verify(t.Context()); err != nil {
		t.Errorf("Verify of a sound store: %v", err)
	}
}

func TestCheckpoint(t *testing.T) {
	e := openTest(t, Options{})
	if err := put(e, "a", "1"); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "copy")
	if err := e.Checkpoint(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if err := put(e, "a", "2"); err != nil {
		t.Fatal(err)
	}
	copied := openTest(t, Options{Dir: dir})
	if got := mustGet(t, copied, "a"); got != "1" {
		t.Errorf("the copy has %q", got)
	}
	if err := e.Checkpoint(t.Context(), dir); err == nil {
		t.Error("a copy into a directory that exists succeeded")
	}
}

// TestReadOnly checks that a store opened to be read is not changed, and that writing it is refused.
func TestReadOnly(t *testing.T) {
	dir := filled(t)
	before, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := Open(Options{Dir: dir, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if mustGet(t, e, "key000") == "" || mustGet(t, e, "key199") == "" {
		t.Error("keys are missing")
	}
	if err := e.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := e.Update(t.Context(), locked("a"), func(engine.Txn) error { return nil }); err != nil {
		t.Errorf("an Update that writes nothing returned %v", err)
	}
	for name, err := range map[string]error{
		"Update":      put(e, "a", "1"),
		"DeleteRange": e.DeleteRange(t.Context(), engine.Range{}),
		"Load":        e.Load(t.Context(), engine.Range{}, one("k", "v")),
	} {
		if !errors.Is(err, engine.ErrUnsupported) {
			t.Errorf("%s returned %v, want ErrUnsupported", name, err)
		}
	}
	closeTest(t, e)
	after, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("the files were %v and are %v, %v", before, after, err)
	}
	if _, err := Open(Options{Dir: filepath.Join(dir, "none"), ReadOnly: true}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("opening what does not exist returned %v", err)
	}
}

// TestEngineKeysHidden checks that scans and range deletes do not meet the engine's own keys.
func TestEngineKeysHidden(t *testing.T) {
	e := openTest(t, Options{Memory: true})
	if _, err := e.seqs.take(); err != nil {
		t.Fatal(err)
	}
	e.seqs.end(e.seqs.low.Load())
	if _, closer, err := e.db.Get(sequenceKey); err != nil {
		t.Fatal(err)
	} else if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := e.Read(t.Context(), engine.Strong)
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Scan(t.Context(), engine.Range{}, engine.ScanOpt{}); c.Next() {
		t.Errorf("a scan finds %q", c.Key())
	} else if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.DeleteRange(t.Context(), engine.Range{}); err != nil {
		t.Fatal(err)
	}
	if _, closer, err := e.db.Get(sequenceKey); errors.Is(err, pebbledb.ErrNotFound) {
		t.Error("a range delete removed the engine's own key")
	} else {
		_ = closer.Close()
	}
}
