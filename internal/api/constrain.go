package api

import (
	"strconv"
	"unicode/utf8"
)

// The methods and functions below are what generated code checks members with. An absent member
// breaks no constraint but Require.

// text checks a string against its pattern, then its length, as AWS does on UpdateItem (captures-items
// §4.1). p may be nil.
func (c *Constraints) text(path string, v Opt[string], low, high int, p *pattern) {
	if !v.Set {
		return
	}
	if p != nil && !p.match(v.V) {
		c.fails(path, echoText(v.V), p.constraint())
	}
	if path == statementPath { // AWS counts a statement in characters (partiql.md §1)
		if constraint := lengthConstraint(utf8.RuneCountInString(v.V), low, high); constraint != "" {
			c.fails(path, echoText(v.V), constraint)
		}
		return
	}
	if low > 0 || len(v.V) > high {
		c.Length(path, v.V, low, high)
	}
}

// statementPath is the member that holds a PartiQL statement.
const statementPath = "statement"

func (c *Constraints) enum(path string, v Opt[string], set Enum) {
	if v.Set {
		c.Enum(path, v.V, set)
	}
}

func constrainInteger[T int32 | int64](c *Constraints, path string, v Opt[T], low, high int64) {
	if v.Set {
		c.Range(path, int64(v.V), low, high)
	}
}

// constrainSize checks the length of a list; echo prints an element.
func constrainSize[T any](c *Constraints, path string, list []T, low, high int, echo func(dst []byte, v *T) []byte) {
	if list == nil {
		return
	}
	if constraint := lengthConstraint(len(list), low, high); constraint != "" {
		c.fails(path, string(echoList(nil, list, echo)), constraint)
	}
}

// constrainEntries checks the number of entries of a map; echo prints a value.
func constrainEntries[V any](c *Constraints, path string, m Map[V], low, high int, echo func(dst []byte, v *V) []byte) {
	if m == nil {
		return
	}
	if constraint := lengthConstraint(len(m), low, high); constraint != "" {
		c.fails(path, string(echoMap(nil, m, echo)), constraint)
	}
}

// constrainElements checks the strings of a list, of which AWS names all constraints if one is broken.
func constrainElements(c *Constraints, path string, list []string, r *rule) {
	for i := range list {
		if !r.holds(list[i]) {
			c.fails(path, string(echoList(nil, list, echoString)), "Member must satisfy constraint: "+r.constraint())
			return
		}
	}
}

// constrainKeys checks the keys of a map.
func constrainKeys[V any](c *Constraints, path string, m Map[V], r *rule, echo func(dst []byte, v *V) []byte) {
	for i := range m {
		if !r.holds(m[i].Key) {
			c.fails(path, string(echoMap(nil, m, echo)), "Map keys must satisfy constraint: "+r.constraint())
			return
		}
	}
}

// constrainTexts checks the values of a map from strings to strings.
func constrainTexts(c *Constraints, path string, m Map[string], r *rule) { //nolint:unparam // the model has one such member so far
	for i := range m {
		if !r.holds(m[i].V) {
			c.fails(path, string(echoMap(nil, m, echoString)), "Map value must satisfy constraint: "+r.constraint())
			return
		}
	}
}

// constrainLists checks the lengths of the lists in a map.
func constrainLists[T any](c *Constraints, path string, m Map[[]T], r *rule, echo func(dst []byte, v *[]T) []byte) {
	for i := range m {
		if n := len(m[i].V); n < r.low || n > r.high {
			c.fails(path, string(echoMap(nil, m, echo)), "Map value must satisfy constraint: "+r.constraint())
			return
		}
	}
}

// rule is the constraints of a string or list that is an element of a list or map.
type rule struct {
	low, high int
	pattern   *pattern
	enum      Enum
}

func (r *rule) holds(s string) bool {
	n := JavaLength(s)
	return n >= r.low && n <= r.high && (r.pattern == nil || r.pattern.match(s)) && (r.enum == nil || r.enum.Has(s))
}

// constraint prints all constraints, in AWS's order (captures-tables §5).
func (r *rule) constraint() string {
	var all []string
	if r.high < unlimited {
		all = append(all, atMost(r.high))
	}
	if r.low > 0 {
		all = append(all, atLeast(r.low))
	}
	if r.pattern != nil {
		all = append(all, r.pattern.constraint())
	}
	if r.enum != nil {
		all = append(all, r.enum.constraint())
	}
	return string(echoList(nil, all, echoString))
}

// constrained is implemented by pointers to structures that are members and have constraints.
type constrained[T any] interface {
	*T
	constrain(c *Constraints)
}

func constrainStructure[T any, P constrained[T]](c *Constraints, path string, v *T) {
	if v == nil {
		return
	}
	mark := c.enter(path)
	P(v).constrain(c)
	c.leave(mark)
}

func constrainList[T any, P constrained[T]](c *Constraints, path string, list []T) {
	for i := range list {
		if c.full() {
			return
		}
		mark := c.enterElement(path, strconv.Itoa(i+1))
		P(&list[i]).constrain(c)
		c.leave(mark)
	}
}

func constrainMap[V any, P constrained[V]](c *Constraints, path string, m Map[V]) {
	for i := range m {
		if c.full() {
			return
		}
		mark := c.enterElement(path, m[i].Key)
		P(&m[i].V).constrain(c)
		c.leave(mark)
	}
}

func constrainMapOfLists[T any, P constrained[T]](c *Constraints, path string, m Map[[]T]) {
	for i := range m {
		if c.full() {
			return
		}
		mark := c.enter(path)
		constrainList[T, P](c, echoText(m[i].Key)+".member", m[i].V)
		c.leave(mark)
	}
}
