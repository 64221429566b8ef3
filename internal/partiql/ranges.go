package partiql

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/store"
)

// keyRange is a range of sort keys in one partition. The zero bounds are the whole partition.
type keyRange struct {
	partition attr.Value
	bounds    store.Bounds
	point     bool // there is one sort key in it
}

// rangeOf returns the range that a branch is about: of several conditions on the sort key that which
// all of them leave.
func rangeOf(b *branch) keyRange {
	r := keyRange{partition: b.partition.test.from}
	if b.sort.test == nil {
		return r
	}
	r.bounds = boundsOf(b.sort.test)
	r.point = b.sort.test.operator == "="
	for _, t := range b.sort.more {
		narrow(&r.bounds, boundsOf(t))
		r.point = false
	}
	return r
}

// boundsOf returns what a condition says of the bytes of a sort key. A prefix is a range like others.
func boundsOf(t *keyTest) store.Bounds {
	v := t.from.Bytes()
	switch t.operator {
	case "<":
		return store.Bounds{To: v, ToOpen: true}
	case "<=":
		return store.Bounds{To: v}
	case ">":
		return store.Bounds{From: v, FromOpen: true}
	case ">=":
		return store.Bounds{From: v}
	case "between":
		return store.Bounds{From: v, To: t.to.Bytes()}
	case "begins_with":
		return store.Bounds{From: v, To: behindPrefix(v), ToOpen: true}
	}
	return store.Bounds{From: v, To: v}
}

// behindPrefix returns the first bytes behind all that begin with p, nil if there are none.
func behindPrefix(p []byte) []byte {
	end := bytes.TrimRight(p, "\xff")
	if len(end) == 0 {
		return nil
	}
	end = bytes.Clone(end)
	end[len(end)-1]++
	return end
}

// narrow leaves of a what is in b as well.
func narrow(a *store.Bounds, b store.Bounds) {
	if compareFrom(a, &b) < 0 {
		a.From, a.FromOpen = b.From, b.FromOpen
	}
	if compareTo(a, &b) > 0 {
		a.To, a.ToOpen = b.To, b.ToOpen
	}
}

// empty reports whether nothing lies in b.
func empty(b *store.Bounds) bool {
	if b.To == nil {
		return false
	}
	c := bytes.Compare(b.From, b.To)
	return c > 0 || c == 0 && (b.FromOpen || b.ToOpen)
}

// compareFrom orders bounds by where they begin.
func compareFrom(a, b *store.Bounds) int {
	if c := bytes.Compare(a.From, b.From); c != 0 { // no bound is before all: no key is empty
		return c
	}
	return cmp.Compare(toInt(a.FromOpen), toInt(b.FromOpen))
}

// compareTo orders bounds by where they end.
func compareTo(a, b *store.Bounds) int {
	if a.To == nil || b.To == nil {
		return cmp.Compare(toInt(a.To == nil), toInt(b.To == nil))
	}
	if c := bytes.Compare(a.To, b.To); c != 0 {
		return c
	}
	return cmp.Compare(toInt(b.ToOpen), toInt(a.ToOpen))
}

func toInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// meet reports whether b, which does not begin before a, begins before a ends.
func meet(a, b *store.Bounds) bool {
	if a.To == nil {
		return true
	}
	c := bytes.Compare(a.To, b.From)
	return c > 0 || c == 0 && !a.ToOpen && !b.FromOpen
}

// merge sorts rs by partition and then by sort key, joins those that meet, and reports whether any do.
func merge(rs []keyRange) (_ []keyRange, overlap bool) {
	slices.SortStableFunc(rs, func(a, b keyRange) int {
		return cmp.Or(attr.Compare(a.partition, b.partition), compareFrom(&a.bounds, &b.bounds))
	})
	out := rs[:1]
	for _, r := range rs[1:] {
		last := &out[len(out)-1]
		if !bytes.Equal(last.partition, r.partition) || !meet(&last.bounds, &r.bounds) {
			out = append(out, r)
			continue
		}
		overlap = true
		if compareTo(&last.bounds, &r.bounds) < 0 {
			last.bounds.To, last.bounds.ToOpen = r.bounds.To, r.bounds.ToOpen
		}
		last.point = last.point && r.point
	}
	return out, overlap
}
