package enginetest

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/statordb/stator/internal/engine"
)

var rangeCases = []testCase{
	{"DeleteRange removes the range and nothing else", testDeleteRange},
	{"DeleteRange without an upper bound", testDeleteRangeNil},
	{"DeleteRange of nothing", testDeleteRangeEmpty},
	{"Load fills a range", testLoad},
	{"Load of nothing", testLoadEmpty},
	{"Load refuses keys that do not ascend", testLoadOrder},
	{"Load refuses keys outside the range", testLoadOutside},
	{"Split changes nothing that can be read", testSplit},
	{"Size grows with what is stored", testSize},
}

func rangeOf(lo, hi string) engine.Range { return engine.Range{Lo: []byte(lo), Hi: []byte(hi)} }

func testDeleteRange(s *suite) {
	s.put("a", "1", "b", "2", "bb", "3", "c", "4", "d", "5")
	s.must(s.e.DeleteRange(s.ctx, rangeOf("b", "d")))
	s.equal(s.all(), "a=1 d=5")
	s.want("bb", "")
	s.must(s.e.DeleteRange(s.ctx, rangeOf("b", "d")))
	s.equal(s.all(), "a=1 d=5")
}

func testDeleteRangeNil(s *suite) {
	s.put("a", "1", "b", "2", "\xff\xff\xff", "3")
	s.must(s.e.DeleteRange(s.ctx, engine.Range{Lo: []byte("b")}))
	s.equal(s.all(), "a=1")
	s.must(s.e.DeleteRange(s.ctx, engine.Range{}))
	s.equal(s.all(), "")
	s.put("a", "again")
	s.equal(s.all(), "a=again")
}

func testDeleteRangeEmpty(s *suite) {
	s.put("a", "1")
	s.must(s.e.DeleteRange(s.ctx, rangeOf("b", "c")))
	s.must(s.e.DeleteRange(s.ctx, rangeOf("a", "a")))
	s.equal(s.all(), "a=1")
}

// entries yields n entries "k00000".. with values of valueBytes.
func entries(n, valueBytes int) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		key, value := []byte(nil), []byte(strings.Repeat("v", valueBytes))
		for i := range n {
			key = fmt.Appendf(key[:0], "k%05d", i)
			if !yield(key, value) {
				return
			}
		}
	}
}

func testLoad(s *suite) {
	const n = 2000
	s.put("a", "1", "z", "2")
	s.must(s.e.Load(s.ctx, rangeOf("k", "l"), entries(n, 10)))
	r := s.reader(engine.Strong)
	defer r.Close()
	if got := strings.Count(s.scan(r, "", "", engine.ScanOpt{KeysOnly: true}), " ") + 1; got != n+2 {
		s.Errorf("after a load of %d and two others there are %d entries", n, got)
	}
	s.want("k00000", "vvvvvvvvvv")
	s.want("k01999", "vvvvvvvvvv")
	s.want("k02000", "")
	s.put("k00001", "changed")
	s.want("k00001", "changed")
}

func testLoadEmpty(s *suite) {
	s.must(s.e.Load(s.ctx, rangeOf("k", "l"), entries(0, 0)))
	s.equal(s.all(), "")
}

func pairs(keys ...string) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		for _, k := range keys {
			if !yield([]byte(k), []byte("v")) {
				return
			}
		}
	}
}

func testLoadOrder(s *suite) {
	if err := s.e.Load(s.ctx, rangeOf("k", "l"), pairs("k1", "k3", "k2")); err == nil {
		s.Error("Load took keys that do not ascend")
	}
	if err := s.e.Load(s.ctx, rangeOf("k", "l"), pairs("k1", "k1")); err == nil {
		s.Error("Load took a key twice")
	}
	s.equal(s.all(), "")
}

func testLoadOutside(s *suite) {
	if err := s.e.Load(s.ctx, rangeOf("k", "l"), pairs("k1", "m")); err == nil {
		s.Error("Load took a key outside the range")
	}
	s.equal(s.all(), "")
}

func testSplit(s *suite) {
	s.put("a", "1", "b", "2", "c", "3")
	s.must(s.e.Split(s.ctx, [][]byte{[]byte("b"), []byte("bb")}))
	s.equal(s.all(), "a=1 b=2 c=3")
	s.put("b", "4")
	s.equal(s.all(), "a=1 b=4 c=3")
}

func testSize(s *suite) {
	size, err := s.e.Size(s.ctx, rangeOf("k", "l"))
	if errors.Is(err, engine.ErrUnsupported) {
		s.Skip("the engine cannot tell sizes")
	}
	s.must(err)
	s.must(s.e.Load(s.ctx, rangeOf("k", "l"), entries(2000, 1000)))
	loaded, err := s.e.Size(s.ctx, rangeOf("k", "l"))
	s.must(err)
	if loaded <= size {
		s.Errorf("the size of a range went from %d to %d when 2 MB were loaded", size, loaded)
	}
	outside, err := s.e.Size(s.ctx, engine.Range{Lo: []byte("l")})
	s.must(err)
	if outside >= loaded {
		s.Errorf("the empty range behind has %d bytes, the loaded one %d", outside, loaded)
	}
}
