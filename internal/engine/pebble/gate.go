package pebble

import (
	"math"
	"sync"
	"sync/atomic"
)

// gate lets users into the store until it is shut.
type gate struct {
	users atomic.Int64 // plus shutBit when shut
	once  sync.Once
	empty chan struct{}
}

const shutBit = math.MinInt64

func (g *gate) init() { g.empty = make(chan struct{}) }

// enter reports whether the gate is open; if so, leave must be called.
func (g *gate) enter() bool {
	if g.users.Add(1) > 0 {
		return true
	}
	g.leave()
	return false
}

func (g *gate) leave() {
	if g.users.Add(-1) == shutBit {
		// Those turned away later find the gate empty again.
		g.once.Do(func() { close(g.empty) })
	}
}

// shut closes the gate for good and waits until nobody is inside. It must be called once.
func (g *gate) shut() {
	if g.users.Add(shutBit) != shutBit {
		<-g.empty
	}
}
