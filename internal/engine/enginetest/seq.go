package enginetest

import (
	"encoding/binary"
	"fmt"

	"github.com/statordb/stator/internal/engine"
)

var seqCases = []testCase{
	{"sequences of one key ascend", testSeqAscends},
	{"sequences ascend in time", testSeqAscendsInTime},
	{"Update returns the body's sequence", testSeqReturned},
	{"without Seq there is none", testNoSeq},
	{"StableSeq passes what was acknowledged", testStableAfter},
	{"StableSeq waits for open transactions", testStableOpen},
	{"a reader that follows StableSeq misses nothing", testStableMissesNothing},
}

// sequenced is locked with Seq.
func sequenced(keys ...string) engine.TxnOpt {
	o := locked(keys...)
	o.Seq = true
	return o
}

// record appends a change record of key, as streams do: the sequence is in the key.
func record(t engine.Txn, value string) uint64 {
	seq := t.Seq()
	t.Set(binary.BigEndian.AppendUint64([]byte("log/"), seq), []byte(value))
	return seq
}

// logRange is the range of all records.
var logRange = rangeOf("log/", "log0")

// stable returns StableSeq of all records from a sequence on.
func (s *suite) stable(from uint64) uint64 {
	s.Helper()
	h, err := s.e.StableSeq(s.ctx, logRange, from)
	s.must(err)
	return h
}

func testSeqAscends(s *suite) {
	const workers, each = 8, 20
	concurrently(workers, func(int) {
		for range each {
			var seq uint64
			got, err := s.e.Update(s.ctx, sequenced("a"), func(t engine.Txn) error {
				before := s.inBody(t, "a") // the sequence of the writer before
				seq = record(t, "x")
				now := fmt.Sprintf("%020d", seq)
				if now <= before {
					return fmt.Errorf("sequence %s after %s", now, before)
				}
				return set("a", now)(t)
			})
			if err != nil || got != seq {
				s.Errorf("Update returned %d, %v; the body had %d", got, err, seq)
			}
		}
	})
}

func testSeqAscendsInTime(s *suite) {
	last := uint64(0)
	for i := range 20 { // each locks another key, and every second one writes nothing
		seq := s.update(sequenced(fmt.Sprintf("item%d", i)), func(t engine.Txn) error {
			if seq := t.Seq(); i%2 == 0 {
				t.Set(binary.BigEndian.AppendUint64([]byte("log/"), seq), []byte("x"))
			}
			return nil
		})
		if seq <= last {
			s.Errorf("sequence %d after %d", seq, last)
		}
		last = seq
	}
}

func testSeqReturned(s *suite) {
	var inBody uint64
	seq := s.update(sequenced("a"), func(t engine.Txn) error {
		inBody = t.Seq()
		if again := t.Seq(); again != inBody {
			return fmt.Errorf("two sequences in one transaction: %d, %d", inBody, again)
		}
		t.Set([]byte("a"), []byte("1"))
		return nil
	})
	if seq == 0 || seq != inBody {
		s.Errorf("Update returned %d, the body had %d", seq, inBody)
	}
}

func testNoSeq(s *suite) {
	if seq := s.update(locked("a"), set("a", "1")); seq != 0 {
		s.Errorf("Update returned the sequence %d", seq)
	}
}

func testStableAfter(s *suite) {
	for range 5 {
		seq := s.update(sequenced("a"), func(t engine.Txn) error {
			record(t, "x")
			return nil
		})
		for s.stable(seq) <= seq { // some engines hold back for a while
			s.must(s.ctx.Err())
		}
	}
}

func testStableOpen(s *suite) {
	entered, leave, done := make(chan uint64, 8), make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := s.e.Update(s.ctx, sequenced("a"), func(t engine.Txn) error {
			entered <- record(t, "x")
			<-leave
			return nil
		})
		done <- err
	}()
	open := <-entered
	s.update(sequenced("b"), func(t engine.Txn) error {
		record(t, "y")
		return nil
	})
	if h := s.stable(0); h > open {
		s.Errorf("StableSeq is %d while the transaction of %d is open", h, open)
	}
	close(leave)
	s.must(<-done)
}

func testStableMissesNothing(s *suite) {
	const workers, each = 8, 40
	written := make(chan uint64, workers*each)
	go concurrently(workers, func(w int) {
		for range each {
			seq, err := s.e.Update(s.ctx, sequenced(fmt.Sprintf("item%d", w%3)), func(t engine.Txn) error {
				record(t, "x")
				return nil
			})
			if err != nil {
				s.Error(err)
			}
			written <- seq
		}
	})
	read := make(map[uint64]bool)
	from, last := uint64(0), uint64(0)
	for len(read) < workers*each && !s.Failed() {
		s.must(s.ctx.Err())
		h := s.stable(from)
		if h < from {
			s.Fatalf("StableSeq went from %d to %d", from, h)
		}
		for _, seq := range s.records(from, h) {
			if seq <= last {
				s.Fatalf("record %d came after %d", seq, last)
			}
			last = seq
			read[seq] = true
		}
		from = h
	}
	for range workers * each {
		if seq := <-written; !read[seq] {
			s.Fatalf("the record of %d was missed", seq)
		}
	}
}

// records returns the sequences of the records in [from, to).
func (s *suite) records(from, to uint64) (seqs []uint64) {
	s.Helper()
	r := s.reader(engine.Strong)
	defer r.Close()
	key := func(n uint64) []byte { return binary.BigEndian.AppendUint64([]byte("log/"), n) }
	c := r.Scan(s.ctx, engine.Range{Lo: key(from), Hi: key(to)}, engine.ScanOpt{KeysOnly: true})
	for c.Next() {
		seqs = append(seqs, binary.BigEndian.Uint64(c.Key()[len("log/"):]))
	}
	s.must(c.Close())
	return seqs
}
