package expr

import (
	"bytes"

	"github.com/statordb/stator/internal/attr"
)

// appendList appends the list of the elements of v and then those of w.
func appendList(dst []byte, v, w attr.Value) []byte {
	var b attr.Builder
	b.Open(dst)
	for _, list := range []attr.Value{v, w} {
		for e := list.Elements(); e.Next(); {
			dst = b.Element(dst, e.Value)
		}
	}
	return b.Close(dst, attr.L)
}

// appendUnion appends the set of the members of v and of w, which are of one type.
func appendUnion(dst []byte, v, w attr.Value) []byte {
	return mergeSets(dst, v, w, func(inV, inW bool) bool { return inV || inW })
}

// appendDifference appends the set of the members of v that are not in w. It may be empty, and is then
// no value to store.
func appendDifference(dst []byte, v, w attr.Value) []byte {
	return mergeSets(dst, v, w, func(inV, inW bool) bool { return inV && !inW })
}

// mergeSets appends the members of v and w that keep wants. Both are in order, so this is a merge.
func mergeSets(dst []byte, v, w attr.Value, keep func(inV, inW bool) bool) []byte {
	var b attr.Builder
	b.Open(dst)
	left, right := v.Members(), w.Members()
	moreLeft, moreRight := left.Next(), right.Next()
	for moreLeft || moreRight {
		c := 0
		switch {
		case !moreRight:
			c = -1
		case !moreLeft:
			c = 1
		default:
			c = bytes.Compare(left.Member, right.Member)
		}
		inV, inW := c <= 0, c >= 0
		member := left.Member
		if !inV {
			member = right.Member
		}
		if keep(inV, inW) {
			dst = b.Member(dst, member)
		}
		if inV {
			moreLeft = left.Next()
		}
		if inW {
			moreRight = right.Next()
		}
	}
	return b.Close(dst, v.Type())
}
