package enginetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/statordb/stator/internal/engine"
)

var lockCases = []testCase{
	{"without Wait a held lock is a conflict at once", testNoWait},
	{"a bounded wait ends in a conflict", testBoundedWait},
	{"a wait ends when the lock is free", testWaitGranted},
	{"a conflict on one of several locks leaves the others free", testPartialConflict},
	{"a wait ends with its context", testWaitContext},
	{"duplicates are one lock", testDuplicateLocks},
	{"disjoint transactions do not wait for one another", testDisjoint},
	{"concurrent increments lose nothing", testIncrements},
	{"concurrent inserts of one key succeed once", testInsertOnce},
	{"transfers between locked keys keep the sum", testTransfers},
	{"locks in any order do not deadlock", testLockOrder},
}

// holding runs f while another transaction holds the locks of keys.
func (s *suite) holding(f func(), keys ...string) {
	s.Helper()
	entered, leave, left := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	var once sync.Once
	go func() {
		_, err := s.e.Update(s.ctx, locked(keys...), func(engine.Txn) error {
			once.Do(func() { close(entered) })
			<-leave
			return nil
		})
		left <- err
	}()
	<-entered
	func() {
		defer close(leave)
		f()
	}()
	s.must(<-left)
}

// set is a body that writes value to key.
func set(key, value string) func(engine.Txn) error {
	return func(t engine.Txn) error {
		t.Set([]byte(key), []byte(value))
		return nil
	}
}

func (s *suite) wantConflict(o engine.TxnOpt, key string) {
	s.Helper()
	_, err := s.e.Update(s.ctx, o, set(key, "conflicting"))
	if !errors.Is(err, engine.ErrConflict) {
		s.Errorf("Update returned %v, want ErrConflict", err)
	}
}

func testNoWait(s *suite) {
	o := locked("a")
	o.Wait = 0
	s.holding(func() { s.wantConflict(o, "a") }, "a")
	s.want("a", "")
	s.update(o, set("a", "1"))
	s.want("a", "1")
}

func testBoundedWait(s *suite) {
	o := locked("a")
	o.Wait = shortWait
	s.holding(func() { s.wantConflict(o, "a") }, "a")
	s.want("a", "")
	s.put("a", "1")
}

func testWaitGranted(s *suite) {
	var held atomic.Bool
	done := make(chan error, 1)
	s.holding(func() {
		held.Store(true)
		go func() {
			_, err := s.e.Update(s.ctx, locked("a"), func(t engine.Txn) error {
				if held.Load() {
					return errors.New("entered while the lock was held")
				}
				return set("a", "1")(t)
			})
			done <- err
		}()
		held.Store(false)
	}, "a")
	s.must(<-done)
	s.want("a", "1")
}

func testPartialConflict(s *suite) {
	o := locked("a", "b", "c")
	o.Wait = 0
	s.holding(func() {
		s.wantConflict(o, "a")
		free := locked("a", "c")
		free.Wait = 0
		s.update(free, set("a", "1"))
	}, "b")
	s.equal(s.all(), "a=1")
}

func testWaitContext(s *suite) {
	ctx, cancel := context.WithTimeout(s.ctx, shortWait)
	defer cancel()
	s.holding(func() {
		if _, err := s.e.Update(ctx, locked("a"), set("a", "1")); !errors.Is(err, context.DeadlineExceeded) {
			s.Errorf("Update returned %v, want context.DeadlineExceeded", err)
		}
	}, "a")
	s.want("a", "")
	s.put("a", "2")
}

func testDuplicateLocks(s *suite) {
	o := locked("a", "b", "a", "a")
	o.Wait = 0
	s.update(o, set("a", "1"))
	s.update(o, set("a", "2"))
	s.want("a", "2")
}

func testDisjoint(s *suite) {
	o := locked("b")
	o.Wait = 0
	s.holding(func() { s.update(o, set("b", "1")) }, "a")
	s.want("b", "1")
}

// concurrently runs f in n goroutines and returns when all have.
func concurrently(n int, f func(i int)) {
	var running sync.WaitGroup
	for i := range n {
		running.Go(func() { f(i) })
	}
	running.Wait()
}

// number is the number under key in a body; absent is 0.
func (s *suite) number(t engine.Txn, key string) int {
	n, _ := strconv.Atoi(s.inBody(t, key))
	return n
}

func testIncrements(s *suite) {
	const workers, each = 16, 25
	concurrently(workers, func(int) {
		for range each {
			_, err := s.e.Update(s.ctx, locked("n"), func(t engine.Txn) error {
				return set("n", strconv.Itoa(s.number(t, "n")+1))(t)
			})
			if err != nil {
				s.Error(err)
			}
		}
	})
	s.want("n", strconv.Itoa(workers*each))
}

func testInsertOnce(s *suite) {
	exists := errors.New("exists")
	for round := range 20 {
		key := fmt.Sprintf("key%d", round)
		var winners atomic.Int32
		concurrently(8, func(i int) {
			_, err := s.e.Update(s.ctx, locked(key), func(t engine.Txn) error {
				if s.inBody(t, key) != "" {
					return exists
				}
				return set(key, strconv.Itoa(i+1))(t)
			})
			switch {
			case err == nil:
				winners.Add(1)
			case !errors.Is(err, exists):
				s.Error(err)
			}
		})
		if winners.Load() != 1 {
			s.Fatalf("%d inserts of one key succeeded", winners.Load())
		}
	}
}

func testTransfers(s *suite) {
	const accounts, total = 5, 500
	name := func(i int) string { return fmt.Sprintf("account%d", i%accounts) }
	for i := range accounts {
		s.put(name(i), strconv.Itoa(total/accounts))
	}
	concurrently(8, func(w int) {
		for i := range 40 {
			from, to := name(w+i), name(w+2*i+1)
			if from == to {
				continue
			}
			_, err := s.e.Update(s.ctx, locked(from, to), func(t engine.Txn) error {
				a, b := s.number(t, from), s.number(t, to)
				t.Set([]byte(from), []byte(strconv.Itoa(a-1)))
				t.Set([]byte(to), []byte(strconv.Itoa(b+1)))
				return nil
			})
			if err != nil {
				s.Error(err)
			}
			if sum := s.sum(name, accounts); sum != total {
				s.Errorf("a snapshot has the sum %d, want %d", sum, total)
			}
		}
	})
}

// sum adds up the numbers under n names in one snapshot.
func (s *suite) sum(name func(int) string, n int) (sum int) {
	r, err := s.e.Read(s.ctx, engine.Snapshot)
	if err != nil {
		s.Error(err)
		return 0
	}
	defer r.Close()
	for i := range n {
		var v engine.Value
		if err := r.Get(s.ctx, []byte(name(i)), &v); err != nil {
			s.Error(err)
		}
		balance, _ := strconv.Atoi(string(v.B))
		sum += balance
		v.Release()
	}
	return sum
}

func testLockOrder(s *suite) {
	orders := [][]string{{"a", "b", "c"}, {"c", "b", "a"}, {"b", "c"}, {"c", "a"}, {"b", "a"}}
	concurrently(10, func(w int) {
		for i := range 40 {
			keys := orders[(w+i)%len(orders)]
			if _, err := s.e.Update(s.ctx, locked(keys...), set(keys[0], "1")); err != nil {
				s.Error(err)
			}
		}
	})
}
