package expr

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// pathTree holds paths as they are written and finds two that cannot go together: one inside the
// other, or one that takes for a list what the other takes for a map. It looks at every step of a path
// once, whatever the number of paths.
type pathTree struct {
	branches map[attr.Step]*pathTree
	leaf     int // 1 + the path that ends here, 0 for none
	name     int // 1 + the first path that goes on with a name
	index    int // 1 + the first path that goes on with an index
}

// checkPaths refuses the first overlap among paths, or else the first conflict; the two paths are
// named in the order they are written in.
func checkPaths(k Kind, paths []attr.Path) *apierr.Error {
	if len(paths) < 2 {
		return nil
	}
	var root pathTree
	var conflict *apierr.Error
	for i, p := range paths {
		overlapped, conflicting := root.add(p, i+1)
		if overlapped > 0 {
			return twoPaths(k, "overlap", paths[overlapped-1], p)
		}
		if conflicting > 0 && conflict == nil {
			conflict = twoPaths(k, "conflict", paths[conflicting-1], p)
		}
	}
	return conflict
}

func twoPaths(k Kind, do string, one, two attr.Path) *apierr.Error {
	if k == StatementKind { // names the later one first
		one, two = two, one
	}
	return k.refuse("Two document paths " + do + " with each other; must remove or rewrite one of these paths; path one: " +
		one.String() + ", path two: " + two.String())
}

// add adds path number n and returns the numbers of the first paths that it overlaps and conflicts
// with, 0 for none.
func (t *pathTree) add(p attr.Path, n int) (overlapped, conflicting int) {
	for _, s := range p {
		if t.leaf > 0 {
			return t.leaf, 0
		}
		mine, other := &t.name, t.index
		if s.IsIndex() {
			mine, other = &t.index, t.name
		}
		if *mine == 0 {
			*mine = n
		}
		if conflicting == 0 {
			conflicting = other
		}
		if t.branches == nil {
			t.branches = map[attr.Step]*pathTree{}
		}
		branch := t.branches[s]
		if branch == nil {
			branch = &pathTree{}
			t.branches[s] = branch
		}
		t = branch
	}
	switch {
	case t.leaf > 0:
		return t.leaf, 0
	case t.name > 0 && (t.index == 0 || t.name < t.index):
		return t.name, 0
	case t.index > 0:
		return t.index, 0
	}
	t.leaf = n
	return 0, conflicting
}
