package api

import (
	"math"
	"slices"
	"strconv"
)

// textsMax is how many member errors are kept: AWS reports no more (apierr.Members).
const textsMax = 10

// Limits of members that have none.
const (
	unlimited = math.MaxInt // of a length
	lowest    = math.MinInt64
	highest   = math.MaxInt64
)

// Constraints collects the texts of member errors, in the wording of AWS's older validation layer:
//
//	Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1
//
// Constrain fills it with what the model says of an input. Operations whose checks AWS has moved to
// the newer layer fill it themselves, in their own order, with the exported methods. A path is a
// member's name in lower camel case, or several, as in "tags.1.member.key".
//
// The zero Constraints is empty. Reset makes it so again; its memory is used again.
type Constraints struct {
	texts  []string
	prefix []byte // path of the structure being checked, with a dot at its end
}

// Texts returns what was collected, for apierr.Members. It is valid until Reset.
func (c *Constraints) Texts() []string { return c.texts }

// Reset forgets what was collected.
func (c *Constraints) Reset() {
	clear(c.texts)
	c.texts, c.prefix = c.texts[:0], c.prefix[:0]
}

// full reports whether further texts would not be kept.
func (c *Constraints) full() bool { return len(c.texts) == textsMax }

// Add notes a member error that is worded in another way.
func (c *Constraints) Add(text string) {
	if !c.full() {
		c.texts = append(c.texts, text)
	}
}

// fails notes that the member at path, whose value prints as value, must satisfy constraint.
func (c *Constraints) fails(path, value, constraint string) {
	c.Add("Value '" + value + "' at '" + string(c.prefix) + path + "' failed to satisfy constraint: " + constraint)
}

// NotNull notes that the member at path, which is absent, must be given.
func (c *Constraints) NotNull(path string) {
	c.Add("Value null at '" + string(c.prefix) + path + "' failed to satisfy constraint: Member must not be null")
}

// Require is NotNull unless given.
func (c *Constraints) Require(path string, given bool) {
	if !given {
		c.NotNull(path)
	}
}

// Enum notes a value that is none of the words of set.
func (c *Constraints) Enum(path, value string, set Enum) {
	if !set.Has(value) {
		c.fails(path, echoText(value), set.constraint())
	}
}

// Length notes a string that has fewer than low or more than high characters, as Java counts them.
func (c *Constraints) Length(path, value string, low, high int) {
	if constraint := lengthConstraint(JavaLength(value), low, high); constraint != "" {
		c.fails(path, echoText(value), constraint)
	}
}

// Range notes a number below low or above high.
func (c *Constraints) Range(path string, value, low, high int64) {
	if constraint := rangeConstraint(value, low, high); constraint != "" {
		c.fails(path, strconv.FormatInt(value, 10), constraint)
	}
}

// NewerLength notes in the wording of AWS's newer validation layer that member, a name as in the
// request, has n characters or elements, and not from low to high. Of a string, n is what JavaLength says.
func (c *Constraints) NewerLength(member string, n, low, high int) {
	c.newer(member, lengthConstraint(n, low, high))
}

// NewerRange is Range in the wording of the newer layer, for member as it is named in the request.
func (c *Constraints) NewerRange(member string, value, low, high int64) {
	c.newer(member, rangeConstraint(value, low, high))
}

func (c *Constraints) newer(member, constraint string) {
	if constraint != "" {
		c.Add("Value at '" + member + "' failed to satisfy constraint: " + constraint)
	}
}

// lengthConstraint is the constraint on length that n breaks, or "".
func lengthConstraint(n, low, high int) string {
	switch {
	case n < low:
		return atLeast(low)
	case n > high:
		return atMost(high)
	}
	return ""
}

func atLeast(n int) string {
	return "Member must have length greater than or equal to " + strconv.Itoa(n)
}

func atMost(n int) string {
	return "Member must have length less than or equal to " + strconv.Itoa(n)
}

func rangeConstraint(value, low, high int64) string {
	switch {
	case value < low:
		return "Member must have value greater than or equal to " + strconv.FormatInt(low, 10)
	case value > high:
		return "Member must have value less than or equal to " + strconv.FormatInt(high, 10)
	}
	return ""
}

// JavaLength is the length of s as Java's String has it: in UTF-16 code units.
func JavaLength(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > math.MaxUint16 {
			n++
		}
	}
	return n
}

// enter goes into the structure at path and returns what leave needs.
func (c *Constraints) enter(path string) (mark int) {
	mark = len(c.prefix)
	c.prefix = append(append(c.prefix, path...), '.')
	return mark
}

// enterElement goes into the structure that is an element of the list or map at path.
func (c *Constraints) enterElement(path, element string) (mark int) {
	mark = c.enter(path)
	c.prefix = append(append(c.prefix, echoText(element)...), ".member."...)
	return mark
}

func (c *Constraints) leave(mark int) { c.prefix = c.prefix[:mark] }

// Enum is the words that a member may have, in the order in which AWS prints them.
type Enum []string

// Has reports whether word is one of the words of e.
func (e Enum) Has(word string) bool { return slices.Contains(e, word) }

// String returns the words as AWS prints them.
func (e Enum) String() string { return string(e.append(nil)) }

func (e Enum) append(dst []byte) []byte {
	return echoList(dst, e, func(dst []byte, word *string) []byte { return append(dst, *word...) })
}

func (e Enum) constraint() string { return "Member must satisfy enum value set: " + e.String() }

// enumWords has every word of every enum, so that reading one does not allocate.
var enumWords = func() map[string]string {
	m := map[string]string{}
	for _, e := range enums {
		for _, word := range e {
			m[word] = word
		}
	}
	return m
}()

// enumWord returns text as a string.
func enumWord(text []byte) string {
	if word, ok := enumWords[string(text)]; ok {
		return word
	}
	return string(text)
}
