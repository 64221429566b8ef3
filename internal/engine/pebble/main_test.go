package pebble

import (
	"context"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/statordb/stator/internal/engine"
)

// brokenEnv is set in a process that runs one test which leaves broken engines behind: Pebble cannot
// be closed after its log has failed, so goroutines of it stay.
const brokenEnv = "STATOR_TEST_BROKEN_ENGINES"

func TestMain(m *testing.M) {
	if os.Getenv(brokenEnv) != "" {
		os.Exit(m.Run())
	}
	goleak.VerifyTestMain(m)
}

// openTest opens an engine that is closed at the end of the test.
func openTest(t *testing.T, o Options) *Engine {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	e, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// locked are the options of a transaction that locks keys and waits for them.
func locked(keys ...string) engine.TxnOpt {
	o := engine.TxnOpt{Wait: time.Minute}
	for _, k := range keys {
		o.Locks = append(o.Locks, []byte(k))
	}
	return o
}

// put writes one value.
func put(e *Engine, key, value string) error {
	_, err := e.Update(context.Background(), locked(key), func(t engine.Txn) error {
		t.Set([]byte(key), []byte(value))
		return nil
	})
	return err
}

// get reads one value at level l; "" is absent.
func get(ctx context.Context, e *Engine, l engine.Level, key string) (string, error) {
	r, err := e.Read(ctx, l)
	if err != nil {
		return "", err
	}
	defer r.Close()
	var v engine.Value
	if err := r.Get(ctx, []byte(key), &v); err != nil {
		return "", err
	}
	defer v.Release()
	return string(v.B), nil
}

// mustGet is get at Strong that cannot fail.
func mustGet(t *testing.T, e *Engine, key string) string {
	t.Helper()
	value, err := get(t.Context(), e, engine.Strong, key)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// eventually waits until done reports true.
func eventually(t *testing.T, done func() bool) {
	t.Helper()
	for start := time.Now(); !done(); time.Sleep(time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatal("it did not happen")
		}
	}
}
