package expr

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// Refusals that only an item can cause (dynamodb-validation V.3, "Runtime").
const (
	textBadPath     = "The document path provided in the update expression is invalid for update"
	textNoAttribute = "The provided expression refers to an attribute that does not exist in the item"
	textBadOperand  = "An operand in the update expression has an incorrect data type"
	textBadLegacy   = "Type mismatch for attribute to update"
	textTooDeep     = "Nesting Levels have exceeded supported limits"
)

// Apply returns what b makes of old, built at the end of *buf; nil is an item that does not exist,
// before and after. All actions read the item as it was, and of one that does not exist the key that it
// is going to have. An error is a refusal, and nothing is kept.
//
// The steps and their order are those of captures-items §7: values of SET, operands of ADD and DELETE
// against what is stored, and only then the paths.
func (b *BoundUpdate) Apply(old attr.Item, buf *[]byte) (attr.Item, error) {
	base := old
	if base == nil {
		base = b.key
	}
	a := applying{update: b, old: base, buf: *buf}
	var patch attr.Patch
	for i := range b.actions {
		if err := a.set(&b.actions[i], &patch); err != nil {
			return nil, err
		}
	}
	for i := range b.actions {
		if err := a.change(&b.actions[i], &patch); err != nil {
			return nil, err
		}
	}
	from := len(a.buf)
	out, err := patch.Apply(a.buf, base)
	if err != nil {
		return nil, apierr.Validation(textBadPath)
	}
	it := attr.Item(out[from:len(out):len(out)])
	if a.nests && it.Levels() > attr.LevelsMax {
		return nil, apierr.Validation(textTooDeep)
	}
	*buf = out
	if old == nil && b.OnlyRemoves() {
		return nil, nil
	}
	return it, nil
}

// applying is one application of an update.
type applying struct {
	update *BoundUpdate
	old    attr.Item
	buf    []byte // values are made at its end
	nests  bool   // a list or map is set, so the item may become too deep
}

// set does an action of SET or REMOVE.
func (a *applying) set(do *action, patch *attr.Patch) *apierr.Error {
	path := a.update.refs[do.target].path
	switch do.section {
	case sectionSet:
		v, err := a.evaluate(do.value)
		if err != nil {
			return err
		}
		a.put(patch, path, v)
	case sectionRemove:
		patch.Remove(path)
	case sectionAdd, sectionDelete:
	}
	return nil
}

func (a *applying) put(patch *attr.Patch, path attr.Path, v attr.Value) {
	a.nests = a.nests || v.Type() == attr.L || v.Type() == attr.M
	patch.Set(path, v)
}

// change does an action of ADD or DELETE.
func (a *applying) change(do *action, patch *attr.Patch) *apierr.Error {
	if do.section != sectionAdd && do.section != sectionDelete {
		return nil
	}
	path, operand := a.update.refs[do.target].path, a.update.refs[do.operand].value
	stored := a.old.At(path)
	if stored != nil && stored.Type() != operand.Type() {
		if a.update.legacy {
			return apierr.Validation(textBadLegacy)
		}
		return apierr.Validation(textBadOperand)
	}
	switch {
	case do.section == sectionAdd && stored == nil:
		a.put(patch, path, operand)
	case do.section == sectionAdd:
		v, err := a.add(stored, operand)
		if err != nil {
			return err
		}
		a.put(patch, path, v)
	case stored == nil:
		patch.Remove(path) // changes nothing, but the path is checked
	default:
		if rest := a.made(appendDifference(a.buf, stored, operand)); rest.Len() > 0 {
			patch.Set(path, rest)
		} else {
			patch.Remove(path)
		}
	}
	return nil
}

// add returns what ADD makes of two values of one type.
func (a *applying) add(stored, operand attr.Value) (attr.Value, *apierr.Error) {
	switch t := stored.Type(); {
	case t == attr.N:
		return a.sum(stored, operand, false)
	case t == attr.L:
		return a.made(appendList(a.buf, stored, operand)), nil
	}
	return a.made(appendUnion(a.buf, stored, operand)), nil
}

// made returns the value that was appended to a.buf, which buf is with it.
func (a *applying) made(buf []byte) attr.Value {
	from := len(a.buf)
	a.buf = buf
	return attr.Value(buf[from:len(buf):len(buf)])
}

func (a *applying) sum(v, w attr.Value, minus bool) (attr.Value, *apierr.Error) {
	var room [32]byte
	n, fault := attr.Sum(room[:0], v.Number(), w.Number(), minus)
	if fault != attr.NumberFine {
		return nil, apierr.Validation(fault.String())
	}
	return a.made(attr.AppendN(a.buf, n)), nil
}

// evaluate returns the value of e.
func (a *applying) evaluate(e *expression) (attr.Value, *apierr.Error) {
	switch e.form {
	case formOperand:
		r := &a.update.refs[e.ref]
		v := r.value
		if v == nil {
			v = a.old.At(r.path)
		}
		if v == nil {
			return nil, apierr.Validation(textNoAttribute)
		}
		return v, nil
	case formIfNotExists:
		if v := a.old.At(a.update.refs[e.operands[0].ref].path); v != nil {
			return v, nil
		}
		return a.evaluate(e.operands[1])
	default: // has two operands that must be there
	}
	v, err := a.evaluate(e.operands[0])
	if err != nil {
		return nil, err
	}
	w, err := a.evaluate(e.operands[1])
	if err != nil {
		return nil, err
	}
	if !e.form.takes(v.Type()) || !e.form.takes(w.Type()) {
		return nil, apierr.Validation(textBadOperand)
	}
	if e.form == formListAppend {
		return a.made(appendList(a.buf, v, w)), nil
	}
	return a.sum(v, w, e.form == formDifference)
}
