package op

import "sync"

// parallel calls do for 0 to n-1 at the same time and returns when all calls have. n is small: the
// limits of the operations bound it.
func parallel(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// firstError returns the first error in errs that is one.
func firstError(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
