package enginetest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/statordb/stator/internal/engine"
)

var txnCases = []testCase{
	{"writes are visible when Update returns", testVisible},
	{"a body reads its own writes", testOwnWrites},
	{"a value read stays valid in the body", testValuesInBody},
	{"a deferred value is what was filled in", testDeferred},
	{"keys and values may be reused by the caller", testReuse},
	{"an error of the body writes nothing", testBodyError},
	{"a panic of the body writes nothing and locks nothing", testBodyPanic},
	{"a transaction that writes nothing succeeds", testEmpty},
	{"deleting an absent key is no error", testDeleteAbsent},
	{"the last write of a key wins", testLastWrite},
	{"an unlocked key may be read and written", testUnlocked},
	{"a value of one byte is not absence", testOneByte},
	{"large values and many writes commit together", testLarge},
	{"a done context writes nothing", testDoneContext},
	{"Blind and Frees change nothing else", testHints},
}

func testVisible(s *suite) {
	s.put("a", "1", "b", "2")
	s.want("a", "1")
	s.want("b", "2")
	s.want("c", "")
}

func testOwnWrites(s *suite) {
	s.put("a", "old", "b", "old")
	s.update(locked("a", "b", "c"), func(t engine.Txn) error {
		s.equal(s.inBody(t, "a"), "old")
		t.Set([]byte("a"), []byte("new"))
		t.Delete([]byte("b"))
		s.equal(s.inBody(t, "a"), "new")
		s.equal(s.inBody(t, "b"), "")
		s.equal(s.inBody(t, "c"), "")
		t.Set([]byte("b"), []byte("again"))
		s.equal(s.inBody(t, "b"), "again")
		return nil
	})
	s.equal(s.all(), "a=new b=again")
}

// inBody reads key inside a body; "" is absent.
func (s *suite) inBody(t engine.Txn, key string) string {
	s.Helper()
	var v engine.Value
	if err := t.Get(s.ctx, []byte(key), &v); err != nil {
		s.Error(err)
	}
	defer v.Release()
	return text(&v)
}

func testValuesInBody(s *suite) {
	big := strings.Repeat("b", 100_000)
	s.put("a", "1", "b", big, "c", "3")
	s.update(locked("a", "b", "c"), func(t engine.Txn) error {
		vs := make([]engine.Value, 3)
		for i, k := range []string{"a", "b", "c"} {
			if err := t.Get(s.ctx, []byte(k), &vs[i]); err != nil {
				return err
			}
			t.Set([]byte(k), []byte(strings.Repeat("x", 10_000)))
		}
		s.equal(text(&vs[0]), "1")
		s.equal(text(&vs[1]), big)
		s.equal(text(&vs[2]), "3")
		vs[0].Release()
		vs[0].Release()
		return nil // the others are not released: they were valid until here
	})
}

func testDeferred(s *suite) {
	s.update(locked("a", "b"), func(t engine.Txn) error {
		copy(t.SetDeferred([]byte("a"), 3), "one")
		copy(t.SetDeferred([]byte("b"), 5), "other")
		s.equal(s.inBody(t, "a"), "one")
		return nil
	})
	s.equal(s.all(), "a=one b=other")
}

func testReuse(s *suite) {
	s.update(locked("k0", "k1", "k2"), func(t engine.Txn) error {
		key, value := []byte("k?"), []byte("v?")
		for i := range 3 {
			key[1], value[1] = byte('0'+i), byte('0'+i)
			t.Set(key, value)
		}
		copy(key, "xx")
		copy(value, "xx")
		return nil
	})
	s.equal(s.all(), "k0=v0 k1=v1 k2=v2")
}

func testBodyError(s *suite) {
	s.put("a", "1")
	refusal := errors.New("refused")
	_, err := s.e.Update(s.ctx, locked("a"), func(t engine.Txn) error {
		t.Set([]byte("a"), []byte("2"))
		return refusal
	})
	if !errors.Is(err, refusal) {
		s.Fatalf("Update returned %v, want the body's error", err)
	}
	s.want("a", "1")
	s.put("a", "3") // the lock is free
	s.want("a", "3")
}

func testBodyPanic(s *suite) {
	func() {
		defer func() {
			if recover() == nil {
				s.Error("the panic was swallowed")
			}
		}()
		_, _ = s.e.Update(s.ctx, locked("a"), func(t engine.Txn) error {
			t.Set([]byte("a"), []byte("1"))
			panic("defect")
		})
	}()
	s.want("a", "")
	s.put("a", "2")
	s.want("a", "2")
}

func testEmpty(s *suite) {
	s.update(locked("a"), func(engine.Txn) error { return nil })
	s.update(engine.TxnOpt{}, func(engine.Txn) error { return nil })
	s.equal(s.all(), "")
}

func testDeleteAbsent(s *suite) {
	s.update(locked("a"), func(t engine.Txn) error {
		t.Delete([]byte("a"))
		return nil
	})
	s.want("a", "")
}

func testLastWrite(s *suite) {
	s.update(locked("a", "b"), func(t engine.Txn) error {
		t.Set([]byte("a"), []byte("1"))
		t.Delete([]byte("a"))
		t.Set([]byte("b"), []byte("1"))
		t.Set([]byte("b"), []byte("2"))
		return nil
	})
	s.equal(s.all(), "b=2")
}

func testUnlocked(s *suite) {
	s.put("other", "1")
	s.update(locked("a"), func(t engine.Txn) error {
		t.Set([]byte("derived"), []byte(s.inBody(t, "other")))
		return nil
	})
	s.want("derived", "1")
}

func testOneByte(s *suite) {
	s.put("a", "\x00")
	s.want("a", "\x00")
}

func testLarge(s *suite) {
	const n = 64
	value := strings.Repeat("v", 100_000)
	var pairs []string
	for i := range n {
		pairs = append(pairs, fmt.Sprintf("k%02d", i), value)
	}
	s.put(pairs...)
	for i := range n {
		s.equal(s.get(engine.Strong, fmt.Sprintf("k%02d", i)), value)
	}
}

func testDoneContext(s *suite) {
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	_, err := s.e.Update(ctx, locked("a"), func(t engine.Txn) error {
		t.Set([]byte("a"), []byte("1"))
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		s.Fatalf("Update returned %v, want context.Canceled", err)
	}
	s.want("a", "")
}

func testHints(s *suite) {
	o := locked("a")
	o.Blind, o.Frees = true, true
	s.update(o, func(t engine.Txn) error {
		t.Set([]byte("a"), []byte("1"))
		return nil
	})
	s.want("a", "1")
	s.update(o, func(t engine.Txn) error {
		t.Delete([]byte("a"))
		return nil
	})
	s.want("a", "")
}
