package attr

// Mask chooses parts of items by their paths. The zero Mask chooses nothing.
type Mask struct{ root tree }

// Add makes m choose what p leads to as well. No path may go on beyond another.
func (m *Mask) Add(p Path) { m.root.add(p) }

// Empty reports whether m chooses nothing.
func (m *Mask) Empty() bool { return len(m.root.branches) == 0 }

// Apply appends an item of the chosen parts of it to dst and returns the whole buffer. Maps and lists
// on the way to a part are kept with only the parts in them, lists without gaps; what is not there
// is left out, together with what would then be empty.
func (m *Mask) Apply(dst []byte, it Item) []byte {
	var b Builder
	b.Open(dst)
	dst = b.chooseFields(dst, it, m.root.branches)
	return b.CloseItem(dst)
}

func (b *Builder) chooseFields(dst []byte, it Item, parts []tree) []byte {
	f := it.Fields()
	for len(parts) > 0 && f.Next() {
		for len(parts) > 0 && parts[0].step.Name < string(f.Name) {
			parts = parts[1:]
		}
		if len(parts) == 0 || parts[0].step.Name != string(f.Name) {
			continue
		}
		from := len(dst)
		dst = b.choose(appendName(dst, f.Name), f.Value, &parts[0], from)
	}
	return dst
}

func (b *Builder) chooseElements(dst []byte, list Value, parts []tree) []byte {
	i := 0
	for e := list.Elements(); len(parts) > 0 && e.Next(); i++ {
		if parts[0].step.Index == i {
			dst = b.choose(dst, e.Value, &parts[0], len(dst))
			parts = parts[1:]
		}
	}
	return dst
}

// choose appends the part of v, or cuts dst back to from if there is nothing of it.
func (b *Builder) choose(dst []byte, v Value, part *tree, from int) []byte {
	if part.leaf {
		b.count++
		return append(dst, v...)
	}
	t := v.Type()
	if t != part.container() {
		return dst[:from]
	}
	var inner Builder
	inner.Open(dst)
	if t == M {
		dst = inner.chooseFields(dst, v.Map(), part.branches)
	} else {
		dst = inner.chooseElements(dst, v, part.branches)
	}
	if inner.Empty() {
		return dst[:from]
	}
	b.count++
	return inner.Close(dst, t)
}
