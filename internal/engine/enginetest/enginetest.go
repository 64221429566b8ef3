// Package enginetest is about the promises of the engine contract: it tests any engine against them.
// It promises that two engines that pass behave alike to everything above them, as far as the
// contract goes; what an engine may choose is not tested.
package enginetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/statordb/stator/internal/engine"
)

// Timing of the suite. Nothing is expected to happen within a time; these bound how long a test that
// fails can hang, and how long a lock is held against somebody who is to give up.
const (
	hangMax   = 30 * time.Second
	shortWait = 20 * time.Millisecond
)

// Run tests the engines that open returns. Each case gets an empty engine of its own, which open has
// to arrange to be closed.
func Run(t *testing.T, open func(t *testing.T) engine.Engine) {
	t.Helper()
	groups := []struct {
		name  string
		cases []testCase
	}{
		{"txn", txnCases},
		{"lock", lockCases},
		{"read", readCases},
		{"range", rangeCases},
		{"seq", seqCases},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, c := range g.cases {
				t.Run(c.name, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), hangMax)
					defer cancel()
					c.run(&suite{T: t, ctx: ctx, e: open(t)})
				})
			}
		})
	}
}

type testCase struct {
	name string
	run  func(s *suite)
}

// suite is one case on one engine.
type suite struct {
	*testing.T
	ctx context.Context //nolint:containedctx // of the case
	e   engine.Engine
}

// must fails the case if err is not nil.
func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// locked are the options of a transaction that locks keys and waits for them as long as it takes.
func locked(keys ...string) engine.TxnOpt {
	o := engine.TxnOpt{Wait: hangMax}
	for _, k := range keys {
		o.Locks = append(o.Locks, []byte(k))
	}
	return o
}

// update runs a transaction that is to succeed.
func (s *suite) update(o engine.TxnOpt, body func(t engine.Txn) error) uint64 {
	s.Helper()
	seq, err := s.e.Update(s.ctx, o, body)
	s.must(err)
	return seq
}

// put writes pairs of keys and values in one transaction.
func (s *suite) put(pairs ...string) {
	s.Helper()
	var keys []string
	for i := 0; i < len(pairs); i += 2 {
		keys = append(keys, pairs[i])
	}
	s.update(locked(keys...), func(t engine.Txn) error {
		for i := 0; i < len(pairs); i += 2 {
			t.Set([]byte(pairs[i]), []byte(pairs[i+1]))
		}
		return nil
	})
}

// reader opens a Reader that is closed at the end of the case unless the case closes it.
func (s *suite) reader(l engine.Level) engine.Reader {
	s.Helper()
	r, err := s.e.Read(s.ctx, l)
	s.must(err)
	return r
}

// get reads key at level l; "" is absent.
func (s *suite) get(l engine.Level, key string) string {
	s.Helper()
	r := s.reader(l)
	defer r.Close()
	return s.getFrom(r, key)
}

func (s *suite) getFrom(r engine.Reader, key string) string {
	s.Helper()
	var v engine.Value
	s.must(r.Get(s.ctx, []byte(key), &v))
	defer v.Release()
	return text(&v)
}

func text(v *engine.Value) string {
	if v.Exists != (len(v.B) > 0) {
		return fmt.Sprintf("exists=%t but value %q", v.Exists, v.B)
	}
	return string(v.B)
}

// want fails the case unless key has value, "" for absent, at every level.
func (s *suite) want(key, value string) {
	s.Helper()
	for _, l := range []engine.Level{engine.Strong, engine.Eventual, engine.Snapshot} {
		if got := s.get(l, key); got != value {
			s.Fatalf("key %q at level %d is %q, want %q", key, l, got, value)
		}
	}
}

// scan returns what a scan finds as "key=value key=value".
func (s *suite) scan(r engine.Reader, lo, hi string, o engine.ScanOpt) string {
	s.Helper()
	rg := engine.Range{Lo: []byte(lo)}
	if hi != "" {
		rg.Hi = []byte(hi)
	}
	c := r.Scan(s.ctx, rg, o)
	found := ""
	for c.Next() {
		if found != "" {
			found += " "
		}
		found += string(c.Key())
		if !o.KeysOnly {
			found += "=" + string(c.Value())
		}
	}
	s.must(c.Err())
	s.must(c.Close())
	return found
}

// all returns everything there is, as scan does.
func (s *suite) all() string {
	s.Helper()
	r := s.reader(engine.Strong)
	defer r.Close()
	return s.scan(r, "", "", engine.ScanOpt{})
}

// equal fails the case unless got is want.
func (s *suite) equal(got, want string) {
	s.Helper()
	if got != want {
		s.Fatalf("got  %q\nwant %q", got, want)
	}
}
