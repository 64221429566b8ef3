package faulty_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"go.uber.org/goleak"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/enginetest"
	"github.com/statordb/stator/internal/engine/faulty"
	"github.com/statordb/stator/internal/engine/pebble"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, plan faulty.Plan) *faulty.Engine {
	t.Helper()
	e, err := pebble.Open(pebble.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return faulty.Wrap(e, plan)
}

func TestSuite(t *testing.T) {
	for name, plan := range map[string]faulty.Plan{"no faults": {}, "twice": {Twice: true}} {
		t.Run(name, func(t *testing.T) {
			enginetest.Run(t, func(t *testing.T) engine.Engine { return open(t, plan) })
		})
	}
}

// put writes "v" under key and returns how often the body ran.
func put(e engine.Engine, key string) (runs int, err error) {
	o := engine.TxnOpt{Locks: [][]byte{[]byte(key)}}
	_, err = e.Update(context.Background(), o, func(t engine.Txn) error {
		runs++
		var v engine.Value
		if err := t.Get(context.Background(), []byte(key), &v); err != nil {
			return err
		}
		v.Release()
		t.Set([]byte(key), []byte("v"))
		return nil
	})
	return runs, err
}

func exists(t *testing.T, e engine.Engine, key string) bool {
	t.Helper()
	r, err := e.Read(t.Context(), engine.Strong)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var v engine.Value
	if err := r.Get(t.Context(), []byte(key), &v); err != nil {
		t.Fatal(err)
	}
	defer v.Release()
	return v.Exists
}

func TestTwice(t *testing.T) {
	e := open(t, faulty.Plan{Twice: true})
	if runs, err := put(e, "a"); runs != 2 || err != nil {
		t.Errorf("the body ran %d times: %v", runs, err)
	}
}

func TestFaults(t *testing.T) {
	broken := errors.New("broken")
	e := open(t, faulty.Plan{Faults: []faulty.Fault{
		{Call: faulty.Update, N: 2, Err: engine.ErrConflict},
		{Call: faulty.Update, N: 3, Err: engine.ErrUndetermined, Done: true},
		{Call: faulty.Update, N: 4, Err: engine.ErrUndetermined},
		{Call: faulty.TxnGet, N: 3, Err: broken},
	}})
	for i, c := range []struct {
		key    string
		err    error
		exists bool
	}{
		{"a", nil, true},
		{"b", engine.ErrConflict, false},
		{"c", engine.ErrUndetermined, true},
		{"d", engine.ErrUndetermined, false},
		{"e", broken, false},
		{"f", nil, true},
	} {
		if _, err := put(e, c.key); !errors.Is(err, c.err) {
			t.Errorf("Update number %d returned %v, want %v", i+1, err, c.err)
		}
		if got := exists(t, e, c.key); got != c.exists {
			t.Errorf("after Update number %d the key exists: %t", i+1, got)
		}
	}
	if got := e.Count(faulty.Update); got != 6 {
		t.Errorf("%d Updates were counted", got)
	}
}

func TestReadFaults(t *testing.T) {
	broken := errors.New("broken")
	e := open(t, faulty.Plan{Faults: []faulty.Fault{
		{Call: faulty.Get, N: 1, Err: broken},
		{Call: faulty.MultiGet, N: 1, Err: broken},
		{Call: faulty.Scan, N: 1, Err: broken, Entries: 1},
		{Call: faulty.Read, N: 2, Err: broken},
	}})
	for _, key := range []string{"a", "b"} {
		if _, err := put(e, key); err != nil {
			t.Fatal(err)
		}
	}
	r, err := e.Read(t.Context(), engine.Strong)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var v engine.Value
	if err := r.Get(t.Context(), []byte("a"), &v); !errors.Is(err, broken) {
		t.Errorf("Get returned %v", err)
	}
	if err := r.MultiGet(t.Context(), nil, nil); !errors.Is(err, broken) {
		t.Errorf("MultiGet returned %v", err)
	}
	c, n := r.Scan(t.Context(), engine.Range{}, engine.ScanOpt{}), 0
	for c.Next() {
		n++
	}
	if err := c.Close(); n != 1 || !errors.Is(err, broken) {
		t.Errorf("the scan had %d entries and ended with %v", n, err)
	}
	if _, err := e.Read(t.Context(), engine.Strong); !errors.Is(err, broken) {
		t.Errorf("Read returned %v", err)
	}
}

func TestRandom(t *testing.T) {
	if !reflect.DeepEqual(faulty.Random(1, 100, 20), faulty.Random(1, 100, 20)) {
		t.Error("one seed gives two plans")
	}
	if reflect.DeepEqual(faulty.Random(1, 100, 20), faulty.Random(2, 100, 20)) {
		t.Error("two seeds give one plan")
	}
}
