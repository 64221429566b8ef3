package attr

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Step is one element of a document path: the name of an attribute or map entry, or, if Name is
// empty, the index of a list element. (No attribute has an empty name.)
type Step struct {
	Name  string
	Index int
}

// IsIndex reports whether s selects a list element.
func (s Step) IsIndex() bool { return s.Name == "" }

func (s Step) compare(o Step) int {
	return cmp.Or(strings.Compare(s.Name, o.Name), cmp.Compare(s.Index, o.Index))
}

// Path is a document path. Its first step is a name.
type Path []Step

// String prints p by its parts, as error texts do: [a, b, [1]].
func (p Path) String() string {
	parts := make([]string, len(p))
	for i, s := range p {
		if parts[i] = s.Name; s.IsIndex() {
			parts[i] = "[" + strconv.Itoa(s.Index) + "]"
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// At returns the value that p leads to, or nil.
func (it Item) At(p Path) Value {
	v := it.Get(p[0].Name)
	for _, s := range p[1:] {
		switch t := v.Type(); {
		case s.IsIndex() && t == L:
			v = v.Index(s.Index)
		case !s.IsIndex() && t == M:
			v = v.Map().Get(s.Name)
		default:
			return nil
		}
	}
	return v
}

// tree holds paths that start with the same steps as one branch. A leaf ends a path; whoever builds
// a tree sees to it that no path goes on beyond a leaf, and that the branches of one node are all
// names or all indexes.
type tree struct {
	step     Step
	branches []tree // ascending by step
	leaf     bool
	value    Value // of a Patch: what is set there; nil: what is there is removed
}

// add returns the leaf for p, made if it is not there yet.
func (t *tree) add(p Path) *tree {
	for _, s := range p {
		i, found := slices.BinarySearchFunc(t.branches, s, func(b tree, s Step) int { return b.step.compare(s) })
		if !found {
			t.branches = slices.Insert(t.branches, i, tree{step: s})
		}
		t = &t.branches[i]
	}
	t.leaf = true
	return t
}

// container returns the type that a value must have for the branches of t to lead into it.
func (t *tree) container() Type {
	if t.branches[0].step.IsIndex() {
		return L
	}
	return M
}
