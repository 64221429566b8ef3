package pebble

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/engine"
)

// stuckFS is a file system on which logs are not synced while it is stuck.
type stuckFS struct {
	*vfs.MemFS
	mu    sync.Mutex
	freed sync.Cond
	stuck bool
}

func newStuckFS() *stuckFS {
	fs := &stuckFS{MemFS: vfs.NewCrashableMem()}
	fs.freed.L = &fs.mu
	return fs
}

func (fs *stuckFS) setStuck(stuck bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.stuck = stuck
	fs.freed.Broadcast()
}

func (fs *stuckFS) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := fs.MemFS.Create(name, category)
	if err != nil || !strings.HasSuffix(name, ".log") {
		return f, err
	}
	return &stuckFile{File: f, fs: fs}, nil
}

type stuckFile struct {
	vfs.File
	fs *stuckFS
}

func (f *stuckFile) wait() {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	for f.fs.stuck {
		f.fs.freed.Wait()
	}
}

func (f *stuckFile) Sync() error     { f.wait(); return f.File.Sync() }
func (f *stuckFile) SyncData() error { f.wait(); return f.File.SyncData() }

// openStuck returns an engine on which a is "1" for good, and "2" visible but not durable. The returned
// function frees the file system and waits for the write of "2".
func openStuck(t *testing.T) (e *Engine, fs *stuckFS, free func()) {
	t.Helper()
	fs = newStuckFS()
	e = openTest(t, Options{Dir: "data", FS: fs})
	for _, key := range []string{"a", "b"} {
		if err := put(e, key, "1"); err != nil {
			t.Fatal(err)
		}
	}
	fs.setStuck(true)
	written := make(chan error, 1)
	go func() { written <- put(e, "a", "2") }()
	eventually(t, func() bool {
		value, err := get(t.Context(), e, engine.Eventual, "a")
		return err != nil || value == "2"
	})
	return e, fs, sync.OnceFunc(func() {
		fs.setStuck(false)
		if err := <-written; err != nil {
			t.Error(err)
		}
	})
}

// waiters is how many wait for a commit to become durable.
func (e *Engine) waiters() int {
	e.commits.mu.Lock()
	defer e.commits.mu.Unlock()
	return len(e.commits.waiters)
}

var errRefused = errors.New("refused")

// reading reads "a" in some way.
type reading func(ctx context.Context, e *Engine) (string, error)

// scanning reads by a scan at a level.
func scanning(level engine.Level) reading {
	return func(ctx context.Context, e *Engine) (string, error) {
		r, err := e.Read(ctx, level)
		if err != nil {
			return "", err
		}
		defer r.Close()
		c := r.Scan(ctx, engine.Range{}, engine.ScanOpt{Limit: 1})
		c.Next()
		value := string(c.Value())
		return value, c.Close()
	}
}

// deciding reads in a transaction whose body ends with an error, nil or errRefused.
func deciding(end error) reading {
	return func(ctx context.Context, e *Engine) (value string, err error) {
		_, err = e.Update(ctx, locked("a"), func(txn engine.Txn) error {
			var v engine.Value
			if err := txn.Get(ctx, []byte("a"), &v); err != nil {
				return err
			}
			value = string(v.B)
			return end
		})
		if errors.Is(err, errRefused) {
			err = nil
		}
		return value, err
	}
}

// TestNothingRestsOnWhatIsNotDurable checks everything that can tell a caller about a version which a crash could
// still take back: each has to wait.
func TestNothingRestsOnWhatIsNotDurable(t *testing.T) {
	for _, c := range []struct {
		name string
		read reading
	}{
		{"strong get", func(ctx context.Context, e *Engine) (string, error) { return get(ctx, e, engine.Strong, "a") }},
		{"snapshot get", func(ctx context.Context, e *Engine) (string, error) { return get(ctx, e, engine.Snapshot, "a") }},
		{"strong multiget", func(ctx context.Context, e *Engine) (string, error) {
			vs := make([]engine.Value, 2)
			err := e.strong.MultiGet(ctx, [][]byte{[]byte("b"), []byte("a")}, vs)
			return string(vs[1].B), err
		}},
		{"strong scan", scanning(engine.Strong)},
		{"snapshot scan", scanning(engine.Snapshot)},
		{"a transaction that refuses", deciding(errRefused)},
		{"a transaction that writes nothing", deciding(nil)},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, _, free := openStuck(t)
			defer free()
			type answer struct {
				value string
				err   error
			}
			answers := make(chan answer, 1)
			go func() {
				value, err := c.read(t.Context(), e)
				answers <- answer{value, err}
			}()
			eventually(t, func() bool { return e.waiters() > 0 || len(answers) > 0 })
			if len(answers) > 0 {
				t.Fatalf("it did not wait: %+v", <-answers)
			}
			free()
			if got := <-answers; got.err != nil || got.value != "2" {
				t.Errorf("it returned %+v", got)
			}
		})
	}
}

// TestStuckDisk checks what goes on while a commit waits for the disk.
func TestStuckDisk(t *testing.T) {
	e, fs, free := openStuck(t)
	defer free()
	if got := mustGet(t, e, "b"); got != "1" {
		t.Errorf("a strong read of another key is %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := get(ctx, e, engine.Strong, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("a strong read with a done context returned %v", err)
	}
	written := make(chan error, 1)
	go func() { written <- put(e, "a", "3") }() // the latch is free already
	eventually(t, func() bool {
		value, err := get(t.Context(), e, engine.Eventual, "a")
		return err != nil || value == "3"
	})
	after := recovered(t, fs.MemFS, nil, 0)
	if got := mustGet(t, after, "a"); got != "1" {
		t.Errorf("after a crash the value is %q, so this test shows nothing", got)
	}
	closeTest(t, after)
	free()
	if err := <-written; err != nil {
		t.Error(err)
	}
	if got := mustGet(t, e, "a"); got != "3" {
		t.Errorf("the value is %q", got)
	}
}

// TestInterval checks that with an interval nothing waits for the disk.
func TestInterval(t *testing.T) {
	fs := newStuckFS()
	e := openTest(t, Options{Dir: "data", FS: fs, SyncInterval: 1})
	fs.setStuck(true)
	if err := put(e, "a", "1"); err != nil {
		t.Fatal(err)
	}
	if got := mustGet(t, e, "a"); got != "1" {
		t.Errorf("the value is %q", got)
	}
	fs.setStuck(false)
	eventually(t, func() bool {
		after := recovered(t, fs.MemFS, nil, 0)
		defer closeTest(t, after)
		return mustGet(t, after, "a") == "1"
	})
}
