package enginetest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/statordb/stator/internal/engine"
)

var readCases = []testCase{
	{"a scan goes both ways", testScanOrder},
	{"keys are ordered by bytes", testByteOrder},
	{"an upper bound is exclusive, nil is none", testScanBounds},
	{"a limit is kept", testScanLimit},
	{"a scan of keys only", testKeysOnly},
	{"a long scan misses nothing", testLongScan},
	{"a cursor stays at its end", testCursorEnd},
	{"a scan does not see later writes", testScanIsolation},
	{"a snapshot is one cut for all reads", testSnapshot},
	{"a strong read sees what was acknowledged", testStrong},
	{"MultiGet finds each", testMultiGet},
	{"a value is kept until it is released", testValueKept},
	{"a done context ends reads", testReadContext},
}

func testScanOrder(s *suite) {
	s.put("b", "2", "a", "1", "c", "3")
	for _, l := range []engine.Level{engine.Strong, engine.Eventual, engine.Snapshot} {
		r := s.reader(l)
		s.equal(s.scan(r, "", "", engine.ScanOpt{}), "a=1 b=2 c=3")
		s.equal(s.scan(r, "", "", engine.ScanOpt{Reverse: true}), "c=3 b=2 a=1")
		s.must(r.Close())
	}
}

func testByteOrder(s *suite) {
	s.put("a", "1", "a\x00", "2", "a\x00\xff", "3", "a\x01", "4", "b", "5", "\xff\xff", "6", "B", "7")
	s.equal(s.all(), "B=7 a=1 a\x00=2 a\x00\xff=3 a\x01=4 b=5 \xff\xff=6")
}

func testScanBounds(s *suite) {
	s.put("a", "1", "b", "2", "c", "3", "d", "4")
	r := s.reader(engine.Strong)
	defer r.Close()
	s.equal(s.scan(r, "b", "d", engine.ScanOpt{}), "b=2 c=3")
	s.equal(s.scan(r, "b", "d", engine.ScanOpt{Reverse: true}), "c=3 b=2")
	s.equal(s.scan(r, "c", "", engine.ScanOpt{}), "c=3 d=4")
	s.equal(s.scan(r, "c", "", engine.ScanOpt{Reverse: true}), "d=4 c=3")
	s.equal(s.scan(r, "bb", "cc", engine.ScanOpt{}), "c=3")
	s.equal(s.scan(r, "x", "y", engine.ScanOpt{}), "")
	s.equal(s.scan(r, "b", "b", engine.ScanOpt{}), "")
}

func testScanLimit(s *suite) {
	s.put("a", "1", "b", "2", "c", "3")
	r := s.reader(engine.Strong)
	defer r.Close()
	s.equal(s.scan(r, "", "", engine.ScanOpt{Limit: 2}), "a=1 b=2")
	s.equal(s.scan(r, "", "", engine.ScanOpt{Limit: 2, Reverse: true}), "c=3 b=2")
	s.equal(s.scan(r, "", "", engine.ScanOpt{Limit: 9}), "a=1 b=2 c=3")
}

func testKeysOnly(s *suite) {
	s.put("a", "1", "b", "2")
	r := s.reader(engine.Strong)
	defer r.Close()
	s.equal(s.scan(r, "", "", engine.ScanOpt{KeysOnly: true}), "a b")
}

func testLongScan(s *suite) {
	const n = 1000
	var pairs, want []string
	for i := range n {
		key := fmt.Sprintf("k%04d", i)
		pairs = append(pairs, key, "v")
		want = append(want, key)
	}
	s.put(pairs...)
	r := s.reader(engine.Strong)
	defer r.Close()
	s.equal(s.scan(r, "", "", engine.ScanOpt{KeysOnly: true}), strings.Join(want, " "))
	for i := range n / 2 {
		want[i], want[n-1-i] = want[n-1-i], want[i]
	}
	s.equal(s.scan(r, "", "", engine.ScanOpt{KeysOnly: true, Reverse: true}), strings.Join(want, " "))
}

func testCursorEnd(s *suite) {
	s.put("a", "1")
	r := s.reader(engine.Strong)
	defer r.Close()
	c := r.Scan(s.ctx, engine.Range{}, engine.ScanOpt{})
	if !c.Next() || c.Next() || c.Next() {
		s.Error("a cursor over one entry does not stop behind it")
	}
	s.must(c.Close())
}

func testScanIsolation(s *suite) {
	s.put("a", "1", "c", "3")
	r := s.reader(engine.Strong)
	defer r.Close()
	c := r.Scan(s.ctx, engine.Range{}, engine.ScanOpt{})
	found := ""
	for c.Next() {
		if found == "" {
			s.put("b", "2", "c", "4")
		}
		found += string(c.Key()) + "=" + string(c.Value()) + " "
	}
	s.must(c.Close())
	s.equal(found, "a=1 c=3 ")
}

func testSnapshot(s *suite) {
	s.put("a", "1", "b", "1")
	r := s.reader(engine.Snapshot)
	s.put("a", "2", "c", "2")
	s.update(locked("b"), func(t engine.Txn) error {
		t.Delete([]byte("b"))
		return nil
	})
	s.equal(s.scan(r, "", "", engine.ScanOpt{}), "a=1 b=1")
	s.equal(s.getFrom(r, "a"), "1")
	s.equal(s.getFrom(r, "b"), "1")
	s.equal(s.getFrom(r, "c"), "")
	s.must(r.Close())
	s.equal(s.all(), "a=2 c=2")
}

func testStrong(s *suite) {
	r := s.reader(engine.Strong)
	defer r.Close()
	for i := range 20 {
		value := fmt.Sprint(i)
		s.put("a", value)
		s.equal(s.getFrom(r, "a"), value)
		s.equal(s.scan(r, "a", "b", engine.ScanOpt{}), "a="+value)
	}
}

func testMultiGet(s *suite) {
	s.put("a", "1", "b", "2", "d", "4")
	for _, l := range []engine.Level{engine.Strong, engine.Eventual, engine.Snapshot} {
		r := s.reader(l)
		keys := [][]byte{[]byte("d"), []byte("c"), []byte("a"), []byte("d"), []byte("b")}
		vs := make([]engine.Value, len(keys)+1)
		s.must(r.MultiGet(s.ctx, keys, vs))
		found := ""
		for i := range keys {
			found += text(&vs[i]) + ","
			vs[i].Release()
		}
		s.equal(found, "4,,1,4,2,")
		s.must(r.MultiGet(s.ctx, nil, nil))
		s.must(r.Close())
	}
}

func testValueKept(s *suite) {
	s.put("a", "before")
	r := s.reader(engine.Strong)
	var v engine.Value
	s.must(r.Get(s.ctx, []byte("a"), &v))
	s.put("a", "after")
	s.update(locked("a"), func(t engine.Txn) error {
		t.Delete([]byte("a"))
		return nil
	})
	s.equal(text(&v), "before")
	v.Release()
	v.Release()
	if v.Exists || v.B != nil {
		s.Error("a released value is not zero")
	}
	s.must(r.Close())
}

func testReadContext(s *suite) {
	s.put("a", "1", "b", "2")
	ctx, cancel := context.WithCancel(s.ctx)
	r, err := s.e.Read(ctx, engine.Strong)
	s.must(err)
	defer r.Close()
	cancel()
	c := r.Scan(ctx, engine.Range{}, engine.ScanOpt{})
	for c.Next() { // to the end
	}
	if err := c.Err(); !errors.Is(err, context.Canceled) {
		s.Errorf("the scan ended with %v, want context.Canceled", err)
	}
	if err := c.Close(); !errors.Is(err, context.Canceled) {
		s.Errorf("Close returned %v, want what Err does", err)
	}
}
