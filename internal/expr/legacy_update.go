package expr

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// AttributeUpdate is an entry of AttributeUpdates.
type AttributeUpdate struct {
	Attribute string
	Action    string     // "": PUT
	Value     attr.Value // nil: absent
}

// Actions of AttributeUpdates.
const (
	actionPut    = "PUT"
	actionAdd    = "ADD"
	actionDelete = "DELETE"
)

// typesAdded are the types of values that ADD takes.
var typesAdded = typesOf(attr.N, attr.SS, attr.NS, attr.BS, attr.L)

// LegacyUpdate returns the change that AttributeUpdates means. The actions of all entries are checked
// before anything else.
func LegacyUpdate(us []AttributeUpdate) (*BoundUpdate, *apierr.Error) {
	for i := range us {
		switch us[i].Action {
		case "", actionPut, actionAdd, actionDelete:
		default:
			return nil, apierr.Validation("Member must satisfy enum value set: [ADD, DELETE, PUT]' for Action")
		}
	}
	b := &BoundUpdate{legacy: true}
	for i := range us {
		if err := us[i].check(); err != nil {
			return nil, err
		}
		b.addLegacy(&us[i])
	}
	return b, nil
}

func (u *AttributeUpdate) check() *apierr.Error {
	t := u.Value.Type()
	switch {
	case u.Value == nil && u.Action != actionDelete:
		return apierr.Invalid("Only DELETE action is allowed when no attribute value is specified")
	case u.Value != nil && u.Action == actionDelete && !t.Set():
		return apierr.Invalid("DELETE action with value is not supported for the type " + t.String())
	case u.Action == actionAdd && !typesAdded.has(t):
		return apierr.Invalid("ADD action is not supported for the type " + t.String())
	}
	return nil
}

// addLegacy adds the action that u is in an expression.
func (b *BoundUpdate) addLegacy(u *AttributeUpdate) {
	a := action{section: sectionSet, target: len(b.refs)}
	b.refs = append(b.refs, bound{path: attr.Path{{Name: u.Attribute}}}, bound{value: u.Value})
	value := a.target + 1
	switch {
	case u.Action == actionAdd:
		a.section, a.operand = sectionAdd, value
	case u.Action == actionDelete && u.Value == nil:
		a.section = sectionRemove
	case u.Action == actionDelete:
		a.section, a.operand = sectionDelete, value
	default:
		a.value = &expression{ref: value}
	}
	b.actions = append(b.actions, a)
}
