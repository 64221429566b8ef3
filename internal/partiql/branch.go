package partiql

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// branchesMax is how many branches a WHERE clause may split into; with more it is a filter of a scan.
const branchesMax = 4096

// keyTest is a condition on one key attribute. The values of an IN are a test each.
type keyTest struct {
	operator string // = < <= > >= between begins_with
	from, to attr.Value
}

func (k *keyTest) same(o *keyTest) bool {
	return k.operator == o.operator && k.from.Equal(o.from) && k.to.Equal(o.to)
}

// keyTests is what one branch says of a key attribute.
type keyTests struct {
	test *keyTest // the first
	more []*keyTest
}

func (k keyTests) and(o keyTests) keyTests {
	for _, t := range append([]*keyTest{o.test}, o.more...) {
		switch {
		case t == nil || k.test != nil && k.test.same(t):
		case k.test == nil:
			k.test = t
		default:
			k.more = append(k.more[:len(k.more):len(k.more)], t)
		}
	}
	return k
}

// branch is what must hold of the key if one alternative of the WHERE clause does. The alternatives
// are those of the ORs that name a key attribute, and the values of INs on one; other conditions never
// narrow what is read (partiql.md §9).
type branch struct {
	partition keyTests
	sort      keyTests
	odd       bool // there is a condition on the sort key that names no range
}

// pinned reports whether the branch is about one partition.
func (b *branch) pinned() bool { return b.partition.test != nil && b.partition.more == nil }

// keyReader finds out what a WHERE clause says of a key.
type keyReader struct {
	bound           *Bound
	partition, sort string // names of the key attributes; sort may be ""
	split           bool   // there is an OR that splits
	many            bool   // there are too many branches
	err             *apierr.Error
}

// branches returns those of n, which is a part of the clause.
func (r *keyReader) branches(n *node) []branch {
	switch {
	case n.form == formOperator && n.text == "and":
		return r.all(n.args)
	case n.form == formOperator && n.text == "or" && r.names(n):
		r.split = true
		var out []branch
		for _, o := range n.args {
			out = append(out, r.branches(o)...)
			if len(out) > branchesMax {
				r.many = true
				return nil
			}
		}
		return out
	}
	name, tests := r.test(n)
	if tests == nil {
		return []branch{{odd: r.namesSort(n)}}
	}
	out := make([]branch, len(tests))
	for i := range tests {
		if name == r.partition {
			out[i].partition.test = &tests[i]
		} else {
			out[i].sort.test = &tests[i]
		}
	}
	return out
}

// all returns the branches in which all of ns hold: one from each.
func (r *keyReader) all(ns []*node) []branch {
	out := []branch{{}}
	for _, n := range ns {
		with := r.branches(n)
		if len(out)*len(with) > branchesMax || r.many {
			r.many = true
			return nil
		}
		next := make([]branch, 0, len(out)*len(with))
		for i := range out {
			for j := range with {
				next = append(next, branch{
					partition: out[i].partition.and(with[j].partition),
					sort:      out[i].sort.and(with[j].sort),
					odd:       out[i].odd || with[j].odd,
				})
			}
		}
		out = next
	}
	return out
}

// names reports whether a key attribute stands anywhere in n.
func (r *keyReader) names(n *node) bool {
	return mentions(n, r.partition) || r.namesSort(n)
}

func (r *keyReader) namesSort(n *node) bool { return r.sort != "" && mentions(n, r.sort) }

// mentions reports whether the attribute called name stands anywhere in n.
func mentions(n *node, name string) bool {
	if n.form == formName && n.text == name {
		return true
	}
	for _, o := range n.args {
		if mentions(o, name) {
			return true
		}
	}
	return false
}

// turned are the operators that say the same with the operands exchanged.
var turned = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// test returns the key attribute that n is a condition on and what it says of it; no tests if n is
// no condition on a key that names a range. Only = and IN name partitions.
func (r *keyReader) test(n *node) (name string, tests []keyTest) {
	args := n.args
	operator := n.text
	switch {
	case n.not || len(args) < 2:
		return "", nil
	case n.form == formCall && operator == "begins_with":
	case n.form != formOperator:
		return "", nil
	case operator == "in" && listed(args[1]):
		operator, args = "=", append([]*node{args[0]}, args[1].args...)
	case operator == "between":
	case turned[operator] == "":
		return "", nil
	case args[1].form == formName && isValue(args[0]):
		operator, args = turned[operator], []*node{args[1], args[0]}
	}
	if name = r.key(args[0]); name == "" || name == r.partition && operator != "=" {
		return "", nil
	}
	for _, v := range args[1:] {
		if !isValue(v) {
			return "", nil
		}
	}
	return name, r.tests(operator, args[1:])
}

// key returns the name of the key attribute that n is, or "".
func (r *keyReader) key(n *node) string {
	if n.form == formName && (n.text == r.partition || n.text == r.sort) {
		return n.text
	}
	return ""
}

func (r *keyReader) tests(operator string, values []*node) []keyTest {
	tests := make([]keyTest, 0, len(values))
	for _, n := range values {
		v, err := r.bound.value(n)
		if err != nil {
			r.err = err
			return nil
		}
		tests = append(tests, keyTest{operator: operator, from: v})
	}
	if operator == "between" {
		tests[0].to = tests[1].from
		tests = tests[:1]
	}
	return tests
}
