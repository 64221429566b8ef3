package engine

import (
	"context"
	"errors"
	"testing"
)

func TestRangeContains(t *testing.T) {
	for _, c := range []struct {
		r    Range
		key  string
		want bool
	}{
		{Range{[]byte("b"), []byte("d")}, "a", false},
		{Range{[]byte("b"), []byte("d")}, "b", true},
		{Range{[]byte("b"), []byte("d")}, "c\xff", true},
		{Range{[]byte("b"), []byte("d")}, "d", false},
		{Range{Lo: []byte("b")}, "\xff\xff", true},
		{Range{Hi: []byte("b")}, "", true},
	} {
		if got := c.r.Contains([]byte(c.key)); got != c.want {
			t.Errorf("[%q, %q) contains %q: %v", c.r.Lo, c.r.Hi, c.key, got)
		}
	}
}

// lender counts how often it is closed.
type lender int

func (l *lender) Close() error {
	*l++
	return nil
}

func TestValueRelease(t *testing.T) {
	var (
		v      Value
		closed lender
	)
	v.Lend([]byte("x"), &closed)
	if !v.Exists || string(v.B) != "x" {
		t.Fatalf("got %+v", v)
	}
	v.Release()
	v.Release()
	if closed != 1 || v.Exists || v.B != nil {
		t.Errorf("after two releases the lender was closed %d times and the value is %+v", closed, v)
	}
	v.Lend([]byte("y"), nil)
	v.Release()
	if v.Exists {
		t.Error("a value that nobody lent is still there after Release")
	}
}

// plain is an engine without optional abilities, able one with all of them.
type (
	plain struct{ Engine }
	able  struct {
		Engine
		dir      string
		verified bool
	}
)

func (a *able) Checkpoint(_ context.Context, dir string) error {
	a.dir = dir
	return nil
}

func (a *able) Verify(context.Context) error {
	a.verified = true
	return nil
}

func TestOptionalAbilities(t *testing.T) {
	ctx := t.Context()
	if err := Checkpoint(ctx, plain{}, "x"); !errors.Is(err, ErrUnsupported) {
		t.Errorf("Checkpoint: %v", err)
	}
	if err := Verify(ctx, plain{}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("Verify: %v", err)
	}
	var a able
	if err := errors.Join(Checkpoint(ctx, &a, "x"), Verify(ctx, &a)); err != nil || a.dir != "x" || !a.verified {
		t.Errorf("%v, %+v", err, a)
	}
}
