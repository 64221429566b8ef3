package expr

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// Name is an entry of ExpressionAttributeNames.
type Name struct {
	Placeholder string // with its #
	Attribute   string
}

// Scope holds the placeholders of one request and notes which of them expressions use. A placeholder
// is used if it stands in a text that was bound, whether or not its value ever matters. The zero
// Scope has no placeholders.
type Scope struct {
	names  []scopeName
	values []scopeValue

	// Memory of what is bound.
	refs  []bound
	steps []attr.Step
}

type scopeName struct {
	Name
	place int // in the request
	used  bool
}

type scopeValue struct {
	placeholder []byte
	value       attr.Value
	used        bool
}

// Reset replaces the placeholders: values is what ExpressionAttributeValues holds. Its memory and
// that of names is referred to until the next Reset. What was bound must not be used any more.
func (s *Scope) Reset(names []Name, values attr.Item) {
	clear(s.names)
	clear(s.values)
	clear(s.refs)
	clear(s.steps)
	s.names, s.values, s.refs, s.steps = s.names[:0], s.values[:0], s.refs[:0], s.steps[:0]
	for i, n := range names {
		s.names = append(s.names, scopeName{Name: n, place: i})
	}
	slices.SortFunc(s.names, func(a, b scopeName) int { return strings.Compare(a.Placeholder, b.Placeholder) })
	for f := values.Fields(); f.Next(); {
		s.values = append(s.values, scopeValue{placeholder: f.Name, value: f.Value})
	}
}

// boundRefs returns room for n refs. Without a scope it is kept for good.
func (s *Scope) boundRefs(n int) []bound {
	if s == nil {
		return make([]bound, n)
	}
	from := len(s.refs)
	s.refs = append(s.refs, make([]bound, n)...)
	return s.refs[from:len(s.refs):len(s.refs)]
}

// path returns room for a path of n steps.
func (s *Scope) path(n int) attr.Path {
	from := len(s.steps)
	s.steps = append(s.steps, make([]attr.Step, n)...)
	return s.steps[from:len(s.steps):len(s.steps)]
}

// inRequestOrder calls do for the names as the request gave them, until do returns false.
func (s *Scope) inRequestOrder(do func(n *scopeName) bool) {
	at := make([]int, len(s.names))
	for i := range s.names {
		at[s.names[i].place] = i
	}
	for _, i := range at {
		if !do(&s.names[i]) {
			return
		}
	}
}

// CheckKeys returns the refusal of the first placeholder that is not formed as one, or of an empty
// attribute name.
func (s *Scope) CheckKeys() *apierr.Error {
	var err *apierr.Error
	s.inRequestOrder(func(n *scopeName) bool {
		err = checkKey("ExpressionAttributeNames", n.Placeholder, '#')
		if err == nil && n.Attribute == "" {
			err = apierr.Validation("ExpressionAttributeNames contains invalid value: Empty attribute name for key " + n.Placeholder)
		}
		return err == nil
	})
	for i := 0; err == nil && i < len(s.values); i++ {
		err = checkKey("ExpressionAttributeValues", string(s.values[i].placeholder), ':')
	}
	return err
}

// checkKey refuses a key of a parameter that is no placeholder. The wording for one that is too long
// is not captured from AWS.
func checkKey(parameter, key string, sign byte) *apierr.Error {
	switch {
	case len(key) > placeholderBytesMax:
		return apierr.Validation(parameter + " contains invalid key: The expression attribute map contains a key that is too long; size of key: " +
			strconv.Itoa(len(key)))
	case !isPlaceholder(key, sign):
		return apierr.Validation(parameter + ` contains invalid key: Syntax error; key: "` + key + `"`)
	}
	return nil
}

func isPlaceholder(key string, sign byte) bool {
	return len(key) >= placeholderBytesMin && key[0] == sign && nameEnd(key, 1) == len(key)
}

// Unused returns the refusal of the placeholders that no expression uses, names before values.
func (s *Scope) Unused() *apierr.Error {
	var keys []string
	s.inRequestOrder(func(n *scopeName) bool {
		if !n.used {
			keys = append(keys, n.Placeholder)
		}
		return true
	})
	if keys != nil {
		return unused("ExpressionAttributeNames", keys)
	}
	for i := range s.values {
		if !s.values[i].used {
			keys = append(keys, string(s.values[i].placeholder))
		}
	}
	if keys != nil {
		return unused("ExpressionAttributeValues", keys)
	}
	return nil
}

func unused(parameter string, keys []string) *apierr.Error {
	return apierr.Validation("Value provided in " + parameter + " unused in expressions: keys: {" + strings.Join(keys, ", ") + "}")
}

// name returns the attribute that a #name stands for.
func (s *Scope) name(placeholder string) (string, bool) {
	i, found := slices.BinarySearchFunc(s.names, placeholder, func(n scopeName, p string) int {
		return strings.Compare(n.Placeholder, p)
	})
	if !found {
		return "", false
	}
	s.names[i].used = true
	return s.names[i].Attribute, true
}

// value returns what a :value stands for, or nil.
func (s *Scope) value(placeholder string) attr.Value {
	i, found := slices.BinarySearchFunc(s.values, placeholder, func(v scopeValue, p string) int {
		return compareText(v.placeholder, p)
	})
	if !found {
		return nil
	}
	s.values[i].used = true
	return s.values[i].value
}

// compareText is bytes.Compare for bytes and a string.
func compareText(a []byte, b string) int {
	var room [64]byte
	return bytes.Compare(a, append(room[:0], b...))
}
