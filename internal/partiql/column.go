package partiql

import (
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

// sortedColumns returns columns ascending by name, those with one name as they are written.
func sortedColumns(columns []column) []column {
	sorted := slices.Clone(columns)
	slices.SortStableFunc(sorted, func(a, b column) int { return strings.Compare(a.name, b.name) })
	return sorted
}

// choose appends what columns choose of it: of those with one name the last that is there.
func choose(dst []byte, columns []column, it attr.Item) attr.Item {
	var b attr.Builder
	b.Open(dst)
	var v attr.Value
	for i, c := range columns {
		if found := it.At(c.path); found != nil {
			v = found
		}
		if i+1 < len(columns) && columns[i+1].name == c.name {
			continue
		}
		if v != nil {
			dst = b.Field(dst, []byte(c.name), v)
		}
		v = nil
	}
	return b.CloseItem(dst)
}
