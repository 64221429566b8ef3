package pebble

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/statordb/stator/internal/engine"
)

// inBrokenProcess runs the calling test in a process of its own and returns what that prints and
// whether it ended well. In that process it returns with here set.
func inBrokenProcess(t *testing.T, env string) (out string, ok, here bool) {
	t.Helper()
	if os.Getenv(brokenEnv) != "" {
		return "", true, true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=5m") //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), brokenEnv+"="+env)
	b, err := cmd.CombinedOutput()
	return string(b), err == nil, false
}

// TestFileErrors fails every file operation once. Whatever was acknowledged must be there afterwards,
// and nothing may hang. Pebble may stop the process, which is the right answer to a log that cannot
// be written; then the rest is tried in another one.
func TestFileErrors(t *testing.T) {
	if start := os.Getenv(brokenEnv); start != "" {
		first, err := strconv.Atoi(start)
		if err != nil {
			t.Fatal(err)
		}
		failFileOperations(t, first)
		return
	}
	stops := 0
	for first := 0; ; stops++ {
		out, ok, _ := inBrokenProcess(t, strconv.Itoa(first))
		if ok {
			break
		}
		last := strings.LastIndex(out, operationLine)
		if last < 0 || stops > stopsMax || !strings.Contains(out, "storage engine has stopped") || strings.Contains(out, "--- FAIL") {
			t.Fatal(out)
		}
		if _, err := fmt.Sscanf(out[last:], operationLine+"%d", &first); err != nil {
			t.Fatal(err)
		}
		first++
	}
	t.Logf("%d file operations stopped the process", stops)
}

// stopsMax bounds how many of them may stop the process.
const stopsMax = 60

// operationsMin is how many file operations there are at least.
const operationsMin = 100

// operationLine begins the lines that say which file operation is to fail.
const operationLine = "failing file operation "

// failFileOperations fails the file operations from number first on.
func failFileOperations(t *testing.T, first int) {
	for i := first; ; i++ {
		fmt.Printf("%s%d\n", operationLine, i) //nolint:forbidigo // for the parent process
		w := &work{t: t, fs: vfs.NewCrashableMem(), left: i, acknowledged: make(map[string]string)}
		w.run()
		w.check()
		if t.Failed() {
			t.Fatalf("at file operation %d", i)
		}
		if !w.failed() { // there were fewer operations
			if i < operationsMin {
				t.Errorf("there were only %d file operations", i)
			}
			return
		}
	}
}

// work is what is done to an engine while a file operation fails.
type work struct {
	t  *testing.T
	fs *vfs.MemFS

	mu           sync.Mutex
	left         int // operations until one fails; less than 0: it has
	acknowledged map[string]string
}

// MaybeError fails one operation. What was acknowledged before it is checked at once, because the
// process may not live on.
func (w *work) MaybeError(errorfs.Op) error {
	w.mu.Lock()
	w.left--
	fail := w.left == -1
	w.mu.Unlock()
	if !fail {
		return nil
	}
	w.check()
	return errorfs.ErrInjected
}

// failed reports whether an operation was failed.
func (w *work) failed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.left < 0
}

func (w *work) String() string { return "one file operation" }

// check opens what a crash would leave now and looks for what was acknowledged.
func (w *work) check() {
	w.mu.Lock()
	defer w.mu.Unlock()
	after := recovered(w.t, w.fs, nil, 0)
	for key, value := range w.acknowledged {
		if got := mustGet(w.t, after, key); got != value {
			w.t.Errorf("%q is %.5q after a crash, acknowledged was %.5q", key, got, value)
		}
	}
	closeTest(w.t, after)
}

// printFatal tells the parent process why the engine has stopped.
func printFatal(err error) { fmt.Println(err) } //nolint:forbidigo // for the parent process

// run opens, writes, flushes and closes. After an error it goes on, as callers would.
func (w *work) run() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		e, err := Open(Options{Dir: "data", FS: errorfs.Wrap(w.fs, w), OnFatal: printFatal})
		if err != nil {
			return
		}
		padding := strings.Repeat("p", zeroBytes/4) // so that the log is filled several times
		for i := range 10 {
			if i%3 == 2 && e.failure.Load() == nil {
				flush(w.t, e) // the third log is the first one again
			}
			w.put(e, fmt.Sprintf("key%d", i%5), strconv.Itoa(i)+padding)
		}
		if err := e.Close(); err != nil && !errors.Is(err, engine.ErrUnavailable) {
			w.t.Logf("Close: %v", err)
		}
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		w.t.Error("it hangs")
	}
}

func (w *work) put(e *Engine, key, value string) {
	w.mu.Lock()
	delete(w.acknowledged, key) // until it is, it may have either value
	w.mu.Unlock()
	switch err := put(e, key, value); {
	case err == nil:
		w.mu.Lock()
		w.acknowledged[key] = value
		w.mu.Unlock()
	case !errors.Is(err, engine.ErrUnavailable) && !errors.Is(err, engine.ErrUndetermined):
		w.t.Errorf("a write returned %v", err)
	}
}

// flush writes the memtable out. Pebble tries again after an error; after a fatal one it never ends.
func flush(t *testing.T, e *Engine) {
	t.Helper()
	flushed, err := e.db.AsyncFlush()
	if err != nil {
		t.Logf("flush: %v", err)
		return
	}
	for e.failure.Load() == nil {
		select {
		case <-flushed:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// TestSyncFails checks that after a log cannot be synced nothing is acknowledged or read any more.
func TestSyncFails(t *testing.T) {
	if out, ok, here := inBrokenProcess(t, "1"); !here {
		if !ok {
			t.Error(out)
		}
		return
	}
	var broken errorfs.Toggle
	broken.Injector = errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpFileSyncData && strings.HasSuffix(op.Path, ".log") {
			return errorfs.ErrInjected
		}
		return nil
	})
	fatal := make(chan error, 2)
	e, err := Open(Options{Dir: "data", FS: errorfs.Wrap(vfs.NewCrashableMem(), &broken), OnFatal: func(err error) { fatal <- err }})
	if err != nil {
		t.Fatal(err)
	}
	if err := put(e, "a", "1"); err != nil {
		t.Fatal(err)
	}
	broken.On()
	if err := put(e, "a", "2"); !errors.Is(err, engine.ErrUndetermined) {
		t.Errorf("the write whose sync failed returned %v, want ErrUndetermined", err)
	}
	broken.Off()
	if err := put(e, "a", "3"); !errors.Is(err, engine.ErrUnavailable) {
		t.Errorf("a write afterwards returned %v, want ErrUnavailable", err)
	}
	for _, l := range []engine.Level{engine.Strong, engine.Eventual, engine.Snapshot} {
		if _, err := get(t.Context(), e, l, "a"); !errors.Is(err, engine.ErrUnavailable) {
			t.Errorf("a read at level %d returned %v, want ErrUnavailable", l, err)
		}
	}
	var told *FatalError
	if err := <-fatal; !errors.As(err, &told) {
		t.Errorf("OnFatal got %v", err)
	}
	if err := e.Close(); !errors.Is(err, engine.ErrUnavailable) {
		t.Errorf("Close returned %v, want ErrUnavailable", err)
	}
	if len(fatal) > 0 {
		t.Error("OnFatal was called again")
	}
}
