package partiql

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// column is a part of an item that a SELECT chooses, and what it is called in the answer.
type column struct {
	name string
	path attr.Path
}

// selectList makes columns of what a SELECT chooses, none for *.
func (s *Statement) selectList(list []*node) {
	for _, n := range list {
		if n.form == formAll {
			return
		}
		path, err := s.path(n)
		if err != nil {
			s.badColumn = err
			return
		}
		s.columns = append(s.columns, column{columnName(path), path})
	}
}

// columnName is what a part of an item is called in an answer: its last name, and the indexes behind it.
func columnName(p attr.Path) string {
	last := len(p) - 1
	for p[last].IsIndex() {
		last--
	}
	name := p[last].Name
	for _, s := range p[last+1:] {
		name += "[" + strconv.Itoa(s.Index) + "]"
	}
	return name
}

// path returns the document path that n is, or the refusal that it is none.
func (s *Statement) path(n *node) (attr.Path, *apierr.Error) {
	steps := []*node{n}
	if n.form == formPath {
		steps = n.args
	}
	if steps[0].form != formName {
		return nil, s.at(steps[0], "Unexpected path component")
	}
	path := make(attr.Path, len(steps))
	for i, step := range steps {
		var err *apierr.Error
		if path[i], err = s.step(step); err != nil {
			return nil, err
		}
	}
	return path, nil
}

// step returns one element of a document path.
func (s *Statement) step(n *node) (attr.Step, *apierr.Error) {
	name := n.text
	switch {
	case n.form == formName || n.form == formStep:
	case n.form == formIndex && n.args[0].form == formString:
		name = n.args[0].text
	case n.form == formIndex && n.args[0].form == formNumber:
		index, err := strconv.ParseInt(n.args[0].text, 10, 32)
		if err != nil || index < 0 {
			return attr.Step{}, apierr.Validation("List index is not within the allowable range; index: [" + n.args[0].text + "]")
		}
		return attr.Step{Index: int(index)}, nil
	default:
		return attr.Step{}, s.at(n, "Unexpected path component")
	}
	if name == "" {
		return attr.Step{}, errEmptyComponent
	}
	return attr.Step{Name: name}, nil
}

// at is the refusal of n.
func (s *Statement) at(n *node, what string) *apierr.Error { return at(s.text, n.start, n.end, what) }

// isPath reports whether n has the form of a document path.
func isPath(n *node) bool {
	return n.form == formName || n.form == formPath && n.args[0].form == formName
}

// selection is the columns that a SELECT chooses, in the orders in which they are found and answered.
type selection struct {
	columns []column // ascending by name, those with one name as they are written
	ways    []int    // the columns ascending by path; of those with one path only the last
}

// selectionOf returns the selection of columns, nil if there are none.
func selectionOf(columns []column) *selection {
	if columns == nil {
		return nil
	}
	s := &selection{slices.Clone(columns), make([]int, 0, len(columns))}
	slices.SortStableFunc(s.columns, func(a, b column) int { return strings.Compare(a.name, b.name) })
	for i := range s.columns {
		s.ways = append(s.ways, i)
	}
	path := func(way int) attr.Path { return s.columns[way].path }
	slices.SortStableFunc(s.ways, func(a, b int) int {
		return cmp.Or(slices.CompareFunc(path(a), path(b), compareSteps), cmp.Compare(b, a))
	})
	s.ways = slices.CompactFunc(s.ways, func(a, b int) bool { return slices.Equal(path(a), path(b)) })
	return s
}

func compareSteps(a, b attr.Step) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Index, b.Index))
}

// finding is what an item has of a column.
type finding struct {
	column int
	value  attr.Value
}

// choose appends what the columns choose of it: of those with one name the last that is there. It takes
// as long as the item and what is found are, however many columns there are.
func (s *selection) choose(dst []byte, it attr.Item) attr.Item {
	var room [16]finding
	found := room[:0]
	left := s.ways
	for f := it.Fields(); len(left) > 0 && f.Next(); {
		first, _ := slices.BinarySearchFunc(left, f.Name, s.compareRoot)
		for left = left[first:]; len(left) > 0 && s.compareRoot(left[0], f.Name) == 0; left = left[1:] {
			v := f.Value
			if path := s.columns[left[0]].path; len(path) > 1 {
				v = it.At(path)
			}
			if v != nil {
				found = append(found, finding{left[0], v})
			}
		}
	}
	slices.SortFunc(found, func(a, b finding) int { return cmp.Compare(a.column, b.column) })
	var b attr.Builder
	b.Open(dst)
	for i, x := range found {
		name := s.columns[x.column].name
		if i+1 == len(found) || s.columns[found[i+1].column].name != name {
			dst = b.Field(dst, []byte(name), x.value)
		}
	}
	return b.CloseItem(dst)
}

// compareRoot compares the attribute that the path of a column begins with to name.
func (s *selection) compareRoot(way int, name []byte) int {
	switch root := s.columns[way].path[0].Name; {
	case root < string(name):
		return -1
	case root > string(name):
		return 1
	}
	return 0
}
