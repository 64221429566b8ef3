package partiql

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// literalLevelsMax is how deep lists and maps may stand in one another in a literal.
const literalLevelsMax = attr.LevelsMax - 1

// encoder makes values of literals and refuses those that are none (partiql.md §3).
type encoder struct {
	text       string // of the statement
	given      []attr.Value
	bound      bool // parameters are known; they are as if null otherwise
	parameters int  // how many parameters were met
	path       []string
}

// where is the place in a value that refusals name: root.a[0].
func (e *encoder) where() string { return "root" + strings.Join(e.path, "") }

func (e *encoder) at(n *node, what string) *apierr.Error { return at(e.text, n.start, n.end, what) }

// value makes the value of n.
func (e *encoder) value(n *node) (attr.Value, *apierr.Error) {
	if n.value != nil {
		return slices.Clone(n.value), nil
	}
	switch n.form {
	case formString:
		return attr.AppendS(nil, n.text), nil
	case formNumber:
		number, err := e.number(n)
		return attr.AppendN(nil, number), err
	case formTrue, formFalse:
		return attr.AppendBool(nil, n.form == formTrue), nil
	case formNull:
		return attr.AppendNull(nil), nil
	case formMissing:
		return nil, errMissing
	case formIon:
		return nil, e.at(n, "Ion Literals are not supported: "+n.text+" under key "+e.where())
	case formList, formMap:
		return e.container(n)
	case formBag:
		return e.bag(n)
	case formParameter:
		e.parameters++
		if !e.bound {
			return attr.AppendNull(nil), nil
		}
		return slices.Clone(e.given[n.number]), nil
	default:
		return nil, e.at(n, "Unsupported data type: "+e.name(n)+" under key "+e.where())
	}
}

// name is what refusals call what is no literal: that of a function, where it is the whole value.
func (e *encoder) name(n *node) string {
	if n.form == formCall && len(e.path) == 0 {
		return n.text
	}
	if n.form == formStatement {
		return strings.ToUpper(n.text)
	}
	return unsupported[n.form]
}

// number reads a number.
func (e *encoder) number(n *node) (attr.Number, *apierr.Error) {
	text := []byte(n.text)
	switch f := attr.OlderNumberFault(text); f {
	case attr.NumberFine:
	case attr.NumberUnreadable:
		return nil, malformed("")
	default:
		return nil, apierr.Validation(f.String() + " under " + e.where())
	}
	number, _ := attr.ParseNumber(nil, text) // fine in the older layer is fine
	return number, nil
}

// container makes a list or a map.
func (e *encoder) container(n *node) (attr.Value, *apierr.Error) {
	if len(e.path) >= literalLevelsMax {
		return nil, apierr.Validation("Nesting Levels have exceeded supported limits under " + e.where())
	}
	if n.form == formMap {
		it, err := e.item(n, false)
		return attr.AppendM(nil, it), err
	}
	var b attr.Builder
	var dst []byte
	b.Open(dst)
	for i, element := range n.args {
		v, err := e.inside("["+strconv.Itoa(i)+"]", element)
		if err != nil {
			return nil, err
		}
		dst = b.Element(dst, v)
	}
	return b.Close(dst, attr.L), nil
}

// inside makes the value of n one step further inside.
func (e *encoder) inside(step string, n *node) (attr.Value, *apierr.Error) {
	e.path = append(e.path, step)
	v, err := e.value(n)
	e.path = e.path[:len(e.path)-1]
	return v, err
}

// item makes the entries of a map: of those with one name the last counts. The attributes of an item
// to insert are each a root.
func (e *encoder) item(n *node, inserted bool) (attr.Item, *apierr.Error) {
	type entry struct {
		name  string
		value attr.Value
	}
	entries := make([]entry, 0, len(n.args)/2)
	for i := 0; i+1 < len(n.args); i += 2 {
		key := n.args[i]
		switch {
		case key.form != formString:
			return nil, e.at(key, "Unsupported data type: "+e.name(key)+" under key "+e.where())
		case key.text == "":
			return nil, errEmptyComponent
		}
		var v attr.Value
		var err *apierr.Error
		if inserted {
			v, err = e.value(n.args[i+1])
		} else {
			v, err = e.inside("."+key.text, n.args[i+1])
		}
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{key.text, v})
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	var b attr.Builder
	var dst []byte
	b.Open(dst)
	for i, x := range entries {
		if i+1 < len(entries) && entries[i+1].name == x.name {
			continue
		}
		dst = b.Field(dst, []byte(x.name), x.value)
	}
	return b.CloseItem(dst), nil
}

const (
	badMember  = "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"
	invalidSet = "One or more parameter values were invalid: "
)

// bag makes a set. What its first member is decides what the others must be.
func (e *encoder) bag(n *node) (attr.Value, *apierr.Error) {
	if len(n.args) == 0 {
		return nil, apierr.Validation("Empty bags are not supported")
	}
	first := n.args[0].form
	if first != formString && first != formNumber {
		return nil, e.at(n.args[0], badMember)
	}
	members := make([][]byte, len(n.args))
	for i, m := range n.args {
		if m.form != first {
			return nil, e.mixed(first, m)
		}
		if first == formString {
			members[i] = []byte(m.text)
			continue
		}
		number, err := e.number(m)
		if err != nil {
			return nil, err
		}
		members[i] = number
	}
	slices.SortFunc(members, bytes.Compare)
	t := attr.SS
	if first == formNumber {
		t = attr.NS
	}
	var b attr.Builder
	var dst []byte
	b.Open(dst)
	for i, m := range members {
		if i > 0 && bytes.Equal(m, members[i-1]) {
			return nil, e.repeated(n, t)
		}
		dst = b.Member(dst, m)
	}
	return b.Close(dst, t), nil
}

// mixed refuses a member of a set that is not what the first is.
func (e *encoder) mixed(first form, m *node) *apierr.Error {
	switch {
	case m.form == formParameter:
		return e.at(m, "Unsupported data type: Parameter under key "+e.where())
	case m.form == formIon:
		return e.at(m, "Ion Literals are not supported: "+m.text+" under key "+e.where())
	case first == formString:
		return e.at(m, badMember)
	case m.form == formNull:
		return apierr.Validation(invalidSet + "Numeric sets may not contain null under " + e.where())
	}
	return apierr.Validation(badMember)
}

// repeated refuses a set that has a member twice.
func (e *encoder) repeated(n *node, t attr.Type) *apierr.Error {
	words := make([]string, len(n.args))
	for i, m := range n.args {
		words[i] = m.text
	}
	list := invalidSet + "Input collection [" + strings.Join(words, ", ") + "] contains duplicates"
	if t == attr.NS {
		return apierr.Validation(list + "! under " + e.where())
	}
	return apierr.Validation(list + ".")
}
