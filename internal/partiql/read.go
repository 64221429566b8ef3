package partiql

import (
	"slices"
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
)

// Read is a SELECT as it is carried out: a query of ranges of keys, or a scan, with a filter.
type Read struct {
	bound   *Bound
	ranges  []keyRange // in the order in which they are read; nil: everything
	reverse bool       // items of a partition come from the last to the first
	bases   bool       // columns are asked for that the local index does not have
	strong  bool
	columns *selection
	buf     []byte
}

// Read plans a SELECT and refuses what AWS refuses once it knows the table (partiql.md §9).
func (b *Bound) Read(strong bool) (*Read, *apierr.Error) {
	r := &Read{bound: b, strong: strong, columns: b.chosen}
	partition, sort := b.keyAttributes()
	if err := b.checkOrder(partition, sort); err != nil {
		return nil, err
	}
	keys := keyReader{bound: b, partition: partition.Name, sort: sort.Name}
	var branches []branch
	if b.where != nil {
		branches = keys.branches(b.where)
	}
	if keys.err != nil {
		return nil, keys.err
	}
	if err := b.checkTypes(branches, partition, sort); err != nil {
		return nil, err
	}
	pinned := !keys.many && branches != nil
	for i := range branches {
		pinned = pinned && branches[i].pinned()
	}
	if pinned {
		if err := r.plan(branches, partition, sort); err != nil {
			return nil, err
		}
	}
	if err := r.direct(branches, pinned, partition, sort); err != nil {
		return nil, err
	}
	if err := r.checkIndex(pinned && !keys.split); err != nil {
		return nil, err
	}
	if pinned && len(branches) == 1 {
		return r, checkSizes(&branches[0], partition, sort)
	}
	return r, nil
}

// checkTypes refuses values of the wrong types, up to the first branch that names no range.
func (b *Bound) checkTypes(branches []branch, partition, sort catalog.Attribute) *apierr.Error {
	for i := range branches {
		x := &branches[i]
		if !x.pinned() || x.sort.more != nil {
			return nil
		}
		if err := b.wrongTypes(x.partition.test, partition); err != nil {
			return err
		}
		if x.sort.test == nil {
			continue
		}
		if err := b.wrongTypes(x.sort.test, sort); err != nil {
			return err
		}
	}
	return nil
}

// plan finds the ranges that the branches are about. Branches must not overlap, unless it is not clear
// from the key alone what one of them is about.
func (r *Read) plan(branches []branch, partition, sort catalog.Attribute) *apierr.Error {
	certain := true
	r.ranges = []keyRange{}
	for i := range branches {
		b := &branches[i]
		certain = certain && b.sort.more == nil && !b.odd
		if !matchable(b, partition, sort) {
			continue
		}
		if x := rangeOf(b); !empty(&x.bounds) {
			r.ranges = append(r.ranges, x)
		}
	}
	var overlap bool
	if len(r.ranges) > 0 {
		r.ranges, overlap = merge(r.ranges)
	}
	if overlap && certain {
		return errOverlap
	}
	return nil
}

// matchable reports whether the values of a branch are of the types of the key; others match nothing.
func matchable(b *branch, partition, sort catalog.Attribute) bool {
	ok := b.partition.test.from.Type() == partition.Type
	if b.sort.test != nil {
		for _, t := range append([]*keyTest{b.sort.test}, b.sort.more...) {
			ok = ok && t.from.Type() == sort.Type && (t.to == nil || t.to.Type() == sort.Type)
		}
	}
	return ok
}

// checkSizes refuses key values that are too long for a key, or empty.
func checkSizes(b *branch, partition, sort catalog.Attribute) *apierr.Error {
	err := catalog.CheckPartitionKey(partition.Name, b.partition.test.from)
	if b.sort.test == nil {
		return err
	}
	for _, v := range []attr.Value{b.sort.test.from, b.sort.test.to} {
		if err == nil && v.Type() == sort.Type {
			err = catalog.CheckSortKey(sort.Name, v)
		}
	}
	return err
}

// checkOrder refuses terms of ORDER BY that are no key attributes of what is read.
func (b *Bound) checkOrder(partition, sort catalog.Attribute) *apierr.Error {
	if b.order != nil && b.where == nil {
		return errOrderNoWhere
	}
	for _, o := range b.order {
		n := o.term
		if n.form != formName {
			t := strings.ToUpper(unsupported[n.form])
			if n.form == formString || n.form == formNumber {
				t = n.text
			}
			return b.at(n, "Argument to ORDER BY must be of type VariableReference. Type: "+t)
		}
		if n.text != partition.Name && n.text != sort.Name {
			return apierr.Validation("Attribute " + n.text + " in ORDER BY clause must be part of the primary key")
		}
	}
	return nil
}

// direct puts the ranges in the order that ORDER BY asks for: partitions by the term of the partition
// key; within one, from the last item to the first unless the term of the sort key says otherwise.
func (r *Read) direct(branches []branch, pinned bool, partition, sort catalog.Attribute) *apierr.Error {
	order := r.bound.order
	if order == nil {
		return nil
	}
	if !pinned {
		return apierr.Validation("Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.")
	}
	term := func(name string) int {
		return slices.IndexFunc(order, func(o orderTerm) bool { return o.term.text == name })
	}
	byPartition, bySort := term(partition.Name), term(sort.Name)
	if byPartition < 0 && severalPartitions(branches) {
		return apierr.Validation("Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.")
	}
	r.reverse = bySort < 0 || order[bySort].descending
	descending := byPartition >= 0 && order[byPartition].descending
	slices.SortStableFunc(r.ranges, func(a, b keyRange) int {
		c := attr.Compare(a.partition, b.partition)
		if descending {
			c = -c
		}
		if c == 0 {
			if c = compareFrom(&a.bounds, &b.bounds); r.reverse {
				c = -c
			}
		}
		return c
	})
	return nil
}

// severalPartitions reports whether branches, all about one partition each, are about more than one.
func severalPartitions(branches []branch) bool {
	return slices.ContainsFunc(branches, func(b branch) bool {
		return !b.partition.test.from.Equal(branches[0].partition.test.from)
	})
}

// checkIndex refuses what the index does not have. keyed says that the WHERE clause is one group of
// conditions about partitions of it.
func (r *Read) checkIndex(keyed bool) *apierr.Error {
	ix := r.bound.index
	if ix == nil {
		return nil
	}
	if !ix.Local && r.strong {
		return apierr.Validation("Strongly consistent read is not supported on Global Secondary Indexes")
	}
	var asked []string
	for _, c := range r.bound.columns {
		asked = append(asked, c.path[0].Name)
	}
	missing := r.notProjected(asked)
	if missing != nil && !ix.Local {
		return apierr.Invalid("Global secondary index " + ix.Name + " does not project [" + strings.Join(missing, ", ") + "]")
	}
	r.bases = missing != nil
	if !keyed {
		return nil
	}
	var filtered []string
	for p := range r.bound.condition.EachPath() {
		filtered = append(filtered, p[0].Name)
	}
	if missing := r.notProjected(filtered); missing != nil {
		slices.Sort(missing)
		return apierr.Invalid("Secondary index " + ix.Name + " does not project one or more filter attributes: [" +
			strings.Join(missing, ", ") + "]")
	}
	return nil
}

// notProjected returns those of names that the index does not have, each once.
func (r *Read) notProjected(names []string) (missing []string) {
	for _, name := range names {
		if !r.bound.index.Projects(r.bound.table, name) && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	return missing
}
