package attr

import "errors"

// ErrPath says that the path of a change leads through something that is absent, or is no map where
// the path has a name, or no list where it has an index.
var ErrPath = errors.New("attr: the document path is invalid for update")

// Patch is a set of changes to an item, applied together: every path means the item as it was, so
// changes do not see one another (captures-items §7). No two paths may overlap. The zero Patch
// changes nothing.
type Patch struct{ root tree }

// Set puts v where p leads. An index behind the end of a list appends; several of them append in the
// order of their indexes.
func (c *Patch) Set(p Path, v Value) { c.root.add(p).value = v }

// Remove takes away what p leads to, if there is anything.
func (c *Patch) Remove(p Path) { c.root.add(p).value = nil }

// Apply appends the changed item to dst and returns the whole buffer. it may be a part of dst.
func (c *Patch) Apply(dst []byte, it Item) ([]byte, error) {
	var b Builder
	b.Open(dst)
	dst, err := b.changeFields(dst, it, c.root.branches)
	return b.CloseItem(dst), err
}

// changeFields appends the entries of it with the changes made: both are sorted by name, so this is
// a merge.
func (b *Builder) changeFields(dst []byte, it Item, changes []tree) (_ []byte, err error) {
	f := it.Fields()
	more := f.Next()
	for len(changes) > 0 || more {
		switch c := changes; {
		case len(c) == 0 || more && string(f.Name) < c[0].step.Name:
			dst = b.Field(dst, f.Name, f.Value)
			more = f.Next()
			continue
		case more && string(f.Name) == c[0].step.Name:
			dst, err = b.changeField(dst, f.Value, &c[0])
			more = f.Next()
		default:
			dst, err = b.changeField(dst, nil, &c[0])
		}
		if err != nil {
			return dst, err
		}
		changes = changes[1:]
	}
	return dst, nil
}

// changeField appends the entry that change makes of old, if it leaves one.
func (b *Builder) changeField(dst []byte, old Value, change *tree) ([]byte, error) {
	if change.leaf && change.value == nil {
		return dst, nil
	}
	b.count++
	return change.apply(appendName(dst, change.step.Name), old)
}

// apply appends what t makes of old; it is no removal.
func (t *tree) apply(dst []byte, old Value) (_ []byte, err error) {
	if t.leaf {
		return append(dst, t.value...), nil
	}
	if old.Type() != t.container() {
		return dst, ErrPath
	}
	var b Builder
	b.Open(dst)
	if old.Type() == M {
		dst, err = b.changeFields(dst, old.Map(), t.branches)
	} else {
		dst, err = b.changeElements(dst, old, t.branches)
	}
	return b.Close(dst, old.Type()), err
}

// changeElements appends the elements of list with the changes made: those that were there first,
// then what is set behind the end.
func (b *Builder) changeElements(dst []byte, list Value, changes []tree) (_ []byte, err error) {
	i := 0
	for e := list.Elements(); e.Next(); i++ {
		if len(changes) == 0 || changes[0].step.Index != i {
			dst = b.Element(dst, e.Value)
			continue
		}
		c := &changes[0]
		changes = changes[1:]
		if c.leaf && c.value == nil {
			continue
		}
		b.count++
		if dst, err = c.apply(dst, e.Value); err != nil {
			return dst, err
		}
	}
	for j := range changes {
		c := &changes[j]
		switch {
		case !c.leaf:
			return dst, ErrPath
		case c.value != nil:
			dst = b.Element(dst, c.value)
		}
	}
	return dst, nil
}
