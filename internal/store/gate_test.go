package store

import (
	"context"
	"errors"
	"testing"
)

// TestGate holds that a turn waits for all who entered before it and for nobody else. Whoever gives up
// at once learns whether there is anybody to wait for.
func TestGate(t *testing.T) {
	givesUp, cancel := context.WithCancel(t.Context())
	cancel()
	var g gate
	enter := func() ticket {
		t.Helper()
		at, ok := g.enter()
		if !ok {
			t.Fatal("the gate is shut")
		}
		return at
	}
	waits := func(want bool) {
		t.Helper()
		if err := g.turn(givesUp); errors.Is(err, context.Canceled) != want {
			t.Fatalf("a turn gives %v", err)
		}
	}
	waits(false)
	first := enter()
	waits(true)
	second := enter()
	waits(true) // for the first, although another turn has begun since
	g.leave(second)
	waits(true)
	g.leave(first)
	waits(false)
	third := enter()
	waits(true)
	fourth := enter()
	g.leave(third)
	if err := g.turn(givesUp); err == nil {
		t.Fatal("a turn does not wait for who entered during another")
	}
	g.leave(fourth)
	waits(false)
}

// TestGateShut holds that nobody enters a gate that is being shut, and that it is shut once all have left.
func TestGateShut(t *testing.T) {
	givesUp, cancel := context.WithCancel(t.Context())
	cancel()
	var g gate
	at, _ := g.enter()
	if err := g.turn(givesUp); err == nil {
		t.Fatal("a turn does not wait")
	}
	other, _ := g.enter() // of the next turn
	for range 2 {
		if err := g.shut(givesUp); err == nil {
			t.Fatal("a gate is shut with somebody inside")
		}
		if _, ok := g.enter(); ok {
			t.Fatal("a gate that is being shut lets somebody in")
		}
		g.leave(at)
		at = other
	}
	if err := g.shut(givesUp); err != nil {
		t.Fatalf("nobody is inside: %v", err)
	}
}
