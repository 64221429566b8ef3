package pebble

import "testing"

func TestRecent(t *testing.T) {
	r := new(recent)
	first, second, other := latchID(1<<20), latchID(2<<20), latchID(3<<20)
	r.add(first)
	r.turn()
	r.add(second)
	if !r.has(first) || !r.has(second) {
		t.Error("a key of one of the two generations is forgotten")
	}
	if r.has(other) {
		t.Error("a key that was never written is known")
	}
	r.turn()
	if r.has(first) {
		t.Error("a key is known two generations later")
	}
	if !r.has(second) {
		t.Error("a key is forgotten one generation later")
	}
}
