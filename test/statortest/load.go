package statortest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
)

// UnderLoad lets all writers write, each one write after the other, while body runs. It counts what is acknowledged.
// If body kills the server it says so before: then a writer may end without an answer, and any other error of
// one fails the test.
func UnderLoad(
	t testing.TB, writers []func(context.Context) error, body func(acknowledged *atomic.Int64, killing *atomic.Bool),
) {
	t.Helper()
	var (
		acknowledged  atomic.Int64
		killing, over atomic.Bool
		wg            sync.WaitGroup
	)
	for i, write := range writers {
		wg.Go(func() {
			for !over.Load() {
				err := write(t.Context())
				switch {
				case err != nil && killing.Load() && !IsAnswer(err):
					return
				case err != nil:
					t.Errorf("writer %d: %v", i, err)
					return
				}
				acknowledged.Add(1)
			}
		})
	}
	body(&acknowledged, &killing)
	over.Store(true)
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
}
