package statortest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// What the environment may say.
const (
	binaryVariable = "STATOR_TEST_BINARY"     // the binary to test, instead of one that is built
	flagVariable   = "STATOR_TEST_BUILD_FLAG" // a further flag for go build, for instance -race
)

var (
	binaryDir string // made by Main
	build     = sync.OnceValues(buildBinary)
)

// Main is the TestMain of packages that start servers:
//
//	func TestMain(m *testing.M) { os.Exit(statortest.Main(m)) }
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "statortest-")
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "cannot make a directory for the binary:", err)
		return 1
	}
	binaryDir = dir
	defer func() { _ = os.RemoveAll(dir) }()
	return m.Run()
}

// Binary returns the path of the binary, which is built by the first call.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func buildBinary() (string, error) {
	if path := os.Getenv(binaryVariable); path != "" {
		_, err := os.Stat(path) // with which the go command notes what the result depends on
		return path, err
	}
	if binaryDir == "" {
		return "", errors.New("TestMain does not call statortest.Main")
	}
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	if err := touchSources(root); err != nil {
		return "", err
	}
	path := filepath.Join(binaryDir, "stator")
	args := []string{"build", "-o", path}
	if flag := os.Getenv(flagVariable); flag != "" {
		args = append(args, flag)
	}
	cmd := exec.Command("go", append(args, "./cmd/stator")...) //nolint:gosec // our own
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("cannot build the binary: %w\n%s", err, out)
	}
	return path, nil
}

// touchSources lists every directory with sources of the binary. The go command notes that these tests
// looked there, and so does not take their last result from its cache when a source has changed since;
// of a child like go build it notes nothing.
func touchSources(root string) error {
	for _, name := range []string{"go.mod", "go.sum"} {
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			return fmt.Errorf("cannot look at the sources: %w", err)
		}
	}
	for _, name := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, name), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				_, err = os.ReadDir(path)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("cannot look at the sources: %w", err)
		}
	}
	return nil
}

// moduleRoot is the nearest directory above with a go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("cannot find the module: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("cannot find the module: no go.mod above the working directory")
		}
		dir = parent
	}
}
