package robustness

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
)

// appending is an operation on lists that can only grow, by numbers each of which is appended once. What
// a list was at any time can be told from what it is in the end, so a history can be checked in linear
// time, however many clients made it (the idea is Elle's: Kingsbury and Alvaro, VLDB 2020).
type appending struct {
	call, ret int64
	reads     map[string][]int64 // what lists were seen to be
	lengths   map[string]int     // how long lists were seen to be
	writes    map[string]int64   // what was appended
	outcome   outcome
}

type outcome uint8

const (
	happened outcome = iota
	refused
	unknown
)

// checkAppends tells whether there is an order of the operations, in which each that ended before another
// began comes before it, that explains all that was seen. ends is what the lists are in the end.
func checkAppends(ops []appending, ends map[string][]int64) error {
	g := &appendGraph{ops: ops, ends: ends, writers: map[int64]int{}, places: map[int64]int{}}
	if err := g.findWriters(); err != nil {
		return err
	}
	g.next = make([][]int, len(ops))
	for i := range ops {
		if ops[i].outcome == refused || ops[i].outcome == unknown && !g.visible(i) {
			continue
		}
		if err := g.connect(i); err != nil {
			return err
		}
	}
	g.connectTime()
	if cycle := g.cycle(); cycle != nil {
		err := errors.New("no order explains what was seen")
		for _, i := range cycle {
			if i < len(ops) {
				err = fmt.Errorf("%w\n%d: %+v", err, i, ops[i])
			}
		}
		return err
	}
	return nil
}

// appendGraph has the operations as nodes, and moments in time. An edge says that one comes before another.
type appendGraph struct {
	ops     []appending
	ends    map[string][]int64
	writers map[int64]int // the operation that appended a number
	places  map[int64]int // where the number is in its list
	next    [][]int
}

func (g *appendGraph) findWriters() error {
	for i := range g.ops {
		for _, n := range g.ops[i].writes {
			g.writers[n] = i
		}
	}
	for key, list := range g.ends {
		for at, n := range list {
			i, ok := g.writers[n]
			if _, again := g.places[n]; again || !ok || g.ops[i].writes[key] != n || g.ops[i].outcome == refused {
				return fmt.Errorf("%s has %d, which is there twice, or that nobody was told was appended to it", key, n)
			}
			g.places[n] = at
		}
	}
	for i := range g.ops {
		seen := 0
		for _, n := range g.ops[i].writes {
			if _, ok := g.places[n]; ok {
				seen++
			}
		}
		if seen != len(g.ops[i].writes) && (g.ops[i].outcome == happened || seen > 0) && g.ops[i].outcome != refused {
			return fmt.Errorf("of the numbers %v, %d are there: %+v", g.ops[i].writes, seen, g.ops[i])
		}
	}
	return nil
}

// visible reports whether what i wrote is there.
func (g *appendGraph) visible(i int) bool {
	for _, n := range g.ops[i].writes {
		_, ok := g.places[n]
		return ok
	}
	return false
}

// connect draws the edges of operation i that follow from lists.
func (g *appendGraph) connect(i int) error {
	o := &g.ops[i]
	for key, list := range o.reads {
		end := g.ends[key]
		if len(list) > len(end) || !slices.Equal(list, end[:len(list)]) {
			return fmt.Errorf("%s was seen as %v, which it never was on the way to %v", key, list, end)
		}
		g.saw(i, key, len(list))
	}
	for key, length := range o.lengths {
		if length > len(g.ends[key]) {
			return fmt.Errorf("%s was seen to have %d numbers, in the end it has %d", key, length, len(g.ends[key]))
		}
		g.saw(i, key, length)
	}
	for key, n := range o.writes {
		if at := g.places[n]; at+1 < len(g.ends[key]) {
			g.before(i, g.writers[g.ends[key][at+1]])
		}
	}
	return nil
}

// saw draws the edges of an operation that saw the first numbers of a list.
func (g *appendGraph) saw(i int, key string, numbers int) {
	list := g.ends[key]
	if numbers > 0 {
		g.before(g.writers[list[numbers-1]], i)
	}
	if numbers < len(list) {
		g.before(i, g.writers[list[numbers]])
	}
}

func (g *appendGraph) before(a, b int) {
	if a != b {
		g.next[a] = append(g.next[a], b)
	}
}

// connectTime draws edges from each operation to all that began after it ended: by way of moments, one
// for each end, in their order.
func (g *appendGraph) connectTime() {
	n := len(g.ops)
	byEnd := make([]int, n)
	for i := range byEnd {
		byEnd[i] = i
	}
	slices.SortFunc(byEnd, func(a, b int) int { return int(g.ops[a].ret - g.ops[b].ret) })
	ends := make([]int64, n)
	g.next = append(g.next, make([][]int, n)...)
	for at, i := range byEnd {
		ends[at] = g.ops[i].ret
		g.before(i, n+at)
		if at > 0 {
			g.before(n+at-1, n+at)
		}
	}
	for i := range g.ops {
		if at, _ := slices.BinarySearch(ends, g.ops[i].call); at > 0 {
			g.before(n+at-1, i)
		}
	}
}

// cycle returns the nodes of a cycle, or nil if there is none.
func (g *appendGraph) cycle() []int {
	in := make([]int, len(g.next))
	for _, next := range g.next {
		for _, b := range next {
			in[b]++
		}
	}
	var free []int
	for i := range in {
		if in[i] == 0 {
			free = append(free, i)
		}
	}
	left := len(g.next)
	for ; len(free) > 0; left-- {
		i := free[len(free)-1]
		free = free[:len(free)-1]
		for _, b := range g.next[i] {
			if in[b]--; in[b] == 0 {
				free = append(free, b)
			}
		}
	}
	if left == 0 {
		return nil
	}
	return g.walkBack(in)
}

// walkBack goes from a node that is left to one before it that is left, and so on, until it comes to one
// again.
func (g *appendGraph) walkBack(in []int) []int {
	from := make([]int, len(g.next)) // some node before, among those left
	for i := range g.next {
		if in[i] == 0 {
			continue
		}
		for _, b := range g.next[i] {
			from[b] = i
		}
	}
	at := slices.IndexFunc(in, func(n int) bool { return n > 0 })
	seen := map[int]int{}
	var path []int
	for {
		if first, ok := seen[at]; ok {
			cycle := path[first:]
			slices.Reverse(cycle)
			return cycle
		}
		seen[at] = len(path)
		path = append(path, at)
		at = from[at]
	}
}

// TestCheckAppends shows that the checker accepts what is right and refuses what is wrong.
func TestCheckAppends(t *testing.T) {
	type lists = map[string][]int64
	type numbers = map[string]int64
	both := appending{call: 0, ret: 10, writes: numbers{"x": 1, "y": 2}}
	second := appending{call: 20, ret: 30, writes: numbers{"x": 3}}
	read := func(call, ret int64, r lists) appending { return appending{call: call, ret: ret, reads: r} }
	ends := lists{"x": {1, 3}, "y": {2}}
	for _, c := range []struct {
		name string
		ok   bool
		ends lists
		ops  []appending
	}{
		{"writes in order", true, ends, []appending{both, second}},
		{"a read between", true, ends, []appending{both, second, read(0, 40, lists{"x": {1}, "y": {2}})}},
		{"half of a transaction", false, ends, []appending{both, second, read(0, 40, lists{"x": {1}, "y": {}})}},
		{"the other half", false, ends, []appending{both, second, read(0, 40, lists{"x": {}, "y": {2}})}},
		{"a stale read", false, ends, []appending{both, second, read(15, 18, lists{"x": {}})}},
		{"a read of the future", false, ends, []appending{both, second, read(15, 18, lists{"x": {1, 3}})}},
		{"reads that disagree on the order", false, lists{"x": {1}, "y": {2}}, []appending{
			{call: 0, ret: 100, writes: numbers{"x": 1}},
			{call: 0, ret: 100, writes: numbers{"y": 2}},
			read(0, 100, lists{"x": {1}, "y": {}}), read(0, 100, lists{"x": {}, "y": {2}}),
		}},
		{"a lost write", false, lists{"x": {3}, "y": {2}}, []appending{both, second}},
		{"an order that time refutes", false, lists{"x": {3, 1}, "y": {2}}, []appending{both, second}},
		{"a list that never was", false, ends, []appending{both, second, read(0, 40, lists{"x": {3}})}},
		{"a write twice", false, lists{"x": {1, 1}, "y": {2}}, []appending{both}},
		{"a length that was", true, ends, []appending{both, second, {call: 0, ret: 40, lengths: map[string]int{"x": 1}}}},
		{"a length that was no more", false, ends, []appending{both, second, {call: 40, ret: 50, lengths: map[string]int{"x": 1}}}},
		{"a refused write that is there", false, lists{"x": {1}}, []appending{{ret: 10, writes: numbers{"x": 1}, outcome: refused}}},
		{"a refused write", true, lists{}, []appending{{ret: 10, writes: numbers{"x": 1}, outcome: refused}}},
		{"an unanswered write that happened", true, lists{"x": {1}}, []appending{{ret: math.MaxInt64, writes: numbers{"x": 1}, outcome: unknown}}},
		{"an unanswered write that did not happen", true, lists{}, []appending{{ret: 10, writes: numbers{"x": 1}, outcome: unknown}}},
		{"an unanswered write that half happened", false, lists{"x": {1}}, []appending{{ret: 10, writes: numbers{"x": 1, "y": 2}, outcome: unknown}}},
	} {
		if err := checkAppends(c.ops, c.ends); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
