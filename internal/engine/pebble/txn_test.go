package pebble

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/statordb/stator/internal/engine"
)

// TestValuesStay holds that every value that a transaction has read stays as it was read until the body has
// returned, however many there are and whatever is written and flushed meanwhile, and that nothing stays borrowed.
func TestValuesStay(t *testing.T) {
	e := openTest(t, Options{Memory: true})
	const n = lendersMax + 50
	key := func(i int) []byte { return fmt.Appendf(nil, "key %03d", i) }
	value := func(i, round int) string { return fmt.Sprintf("value %d of round %d, some bytes long", i, round) }
	errBody := errors.New("the body fails")
	put := func(round int, check func(txn engine.Txn) error) error {
		keys := make([][]byte, n)
		for i := range keys {
			keys[i] = key(i)
		}
		_, err := e.Update(t.Context(), engine.TxnOpt{Locks: keys}, func(txn engine.Txn) error {
			if err := check(txn); err != nil {
				return err
			}
			for i := range keys {
				txn.Set(keys[i], []byte(value(i, round)))
			}
			return nil
		})
		return err
	}
	if err := put(0, func(engine.Txn) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for round := 1; round <= 3; round++ {
		err := put(round, func(txn engine.Txn) error {
			values := make([]engine.Value, n)
			for i := range values {
				if err := txn.Get(t.Context(), key(i), &values[i]); err != nil {
					return err
				}
			}
			if err := e.db.Flush(); err != nil {
				return err
			}
			for i := range values {
				if got := string(values[i].B); got != value(i, round-1) {
					t.Errorf("in round %d key %d has become %q", round, i, got)
				}
			}
			if round == 2 {
				return errBody
			}
			return nil
		})
		if round == 2 {
			if !errors.Is(err, errBody) {
				t.Fatalf("a body that fails gives %v", err)
			}
			err = put(round, func(engine.Txn) error { return nil })
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	m := e.db.Metrics()
	for m.Compact.NumInProgress > 0 { // compactions read too
		time.Sleep(time.Millisecond)
		m = e.db.Metrics()
	}
	if m.TableIters != 0 {
		t.Errorf("%d tables are still read", m.TableIters)
	}
}
