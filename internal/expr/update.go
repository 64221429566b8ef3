package expr

import (
	"iter"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// Update is a parsed update.
type Update struct {
	actions []action
	refs    []ref
}

// action is what an update does at one path.
type action struct {
	section section
	target  int         // ref of the path
	value   *expression // of SET
	operand int         // ref of the value, of ADD and DELETE
}

// section is the part of an update that an action stands in.
type section uint8

const (
	sectionSet section = iota
	sectionRemove
	sectionAdd
	sectionDelete
)

// sectionNames are the keywords. No path of an update may begin with one.
var sectionNames = []string{sectionSet: "SET", sectionRemove: "REMOVE", sectionAdd: "ADD", sectionDelete: "DELETE"}

// expression is the right-hand side of a SET, or an operand in one.
type expression struct {
	form     form
	ref      int // of a path or value
	operands []*expression
	name     string // of a function or operator
	grouped  bool   // it stands in parentheses
}

type form uint8

const (
	formOperand form = iota // a path or value
	formSum
	formDifference
	formIfNotExists
	formListAppend
	formUnknown // a function that is refused
)

// updateForms are the functions and operators. All have two operands.
var updateForms = map[string]form{
	"+": formSum, "-": formDifference, "if_not_exists": formIfNotExists, "list_append": formListAppend,
}

// isUpdateFunction reports whether name is that of a function for updates.
func isUpdateFunction(name string) bool { return updateForms[name] >= formIfNotExists }

// BoundUpdate is a change of items. It may be used concurrently once SetKey has been called.
type BoundUpdate struct {
	actions []action
	refs    []bound
	legacy  bool
	key     attr.Item
}

// Bind returns what u means with the placeholders of s.
func (u *Update) Bind(s *Scope) (*BoundUpdate, *apierr.Error) {
	refs, err := bindAll(UpdateKind, u.refs, s)
	if err != nil {
		return nil, err
	}
	b := &BoundUpdate{actions: u.actions, refs: refs}
	if err := checkPaths(UpdateKind, b.Paths()); err != nil {
		return nil, err
	}
	if err := b.check(); err != nil {
		return nil, err
	}
	return b, nil
}

// SetKey makes an item that does not exist begin with the attributes of key when it is created. The
// update reads them as if they were stored.
func (b *BoundUpdate) SetKey(key attr.Item) { b.key = key }

// Paths returns the paths that are changed, as they are written.
func (b *BoundUpdate) Paths() []attr.Path {
	paths := make([]attr.Path, len(b.actions))
	for i := range b.actions {
		paths[i] = b.refs[b.actions[i].target].path
	}
	return paths
}

// EachPath yields the paths that are changed or read, as they are written.
func (b *BoundUpdate) EachPath() iter.Seq[attr.Path] {
	return func(yield func(attr.Path) bool) {
		for i := range b.refs {
			if p := b.refs[i].path; p != nil && !yield(p) {
				return
			}
		}
	}
}

// OnlyRemoves reports whether b puts nothing into an item, so that it does not create one.
func (b *BoundUpdate) OnlyRemoves() bool {
	for i := range b.actions {
		if s := b.actions[i].section; s == sectionSet || s == sectionAdd {
			return false
		}
	}
	return len(b.actions) > 0
}

// JustRemoves reports whether b has no other section than REMOVE, after which UPDATED_NEW shows
// nothing.
func (b *BoundUpdate) JustRemoves() bool {
	for i := range b.actions {
		if b.actions[i].section != sectionRemove {
			return false
		}
	}
	return true
}

// Touched returns what UPDATED_OLD and UPDATED_NEW show of an item. An attribute that is changed
// through a list is shown whole, since indexes do not mean the same before and after.
func (b *BoundUpdate) Touched() *attr.Mask {
	mask, whole := &attr.Mask{}, map[string]bool{}
	paths := b.Paths()
	for _, p := range paths {
		for _, s := range p {
			if s.IsIndex() && !whole[p[0].Name] {
				whole[p[0].Name] = true
				mask.Add(p[:1])
			}
		}
	}
	for _, p := range paths {
		if !whole[p[0].Name] {
			mask.Add(p)
		}
	}
	return mask
}
