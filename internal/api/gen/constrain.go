package main

import (
	"fmt"
	"slices"
)

// tableArn is the shape of names of tables in inputs. The model allows any text in them, because it
// may be an ARN; as keys of a map, AWS judges them by the pattern of names, which operations do.
const tableArn = "TableArn"

// javaPatterns has in Go's syntax the patterns that Java spells in another way.
var javaPatterns = map[string]string{
	`\p{Print}+`: `[[:print:]]+`,
	`[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*`: `[\x{20}-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}\r\n\t]*`,
}

// namePattern is the pattern that package api has by hand.
const namePattern = "[a-zA-Z0-9_.-]+"

// constrain adds the method that checks a structure, if there is anything to check. Inputs have it
// always.
func (m *model) constrain(f *source, s *shape) {
	name, comment := "constrain", ""
	if s.root {
		name, comment = "Constrain", "// Constrain notes what members of v break.\n"
	}
	if !m.constrained(s) {
		if s.root {
			f.printf("%sfunc (*%s) Constrain(*Constraints) {}\n", comment, s.name)
		}
		return
	}
	f.printf("%sfunc (v *%s) %s(c *Constraints) {", comment, s.name, name)
	for _, member := range s.reported() {
		for _, check := range m.checks(s, member) {
			f.printf("%s", check)
		}
	}
	f.printf("}\n")
}

// constrained reports whether there is anything to check in a structure.
func (m *model) constrained(s *shape) bool {
	for member := range s.Members {
		if len(m.checks(s, member)) > 0 {
			return true
		}
	}
	return false
}

// checks returns the statements that check a member.
func (m *model) checks(s *shape, member string) []string {
	path, value := lowerCamel(member), "v."+field(member)
	t := m.shapes[s.Members[member].Shape]
	var out []string
	if slices.Contains(s.Required, member) {
		out = append(out, fmt.Sprintf("c.Require(%q, %s%s)", path, value, m.given(t)))
	}
	if t.name == attributeValue {
		return out
	}
	switch t.Type {
	case "string":
		out = append(out, textChecks(t, path, value)...)
	case "integer", "long":
		if t.Min != nil || t.Max != nil {
			out = append(out, fmt.Sprintf("constrainInteger(c, %q, %s, %s)", path, value, bounds(t, "lowest", "highest")))
		}
	case "structure":
		if m.constrained(t) {
			out = append(out, fmt.Sprintf("constrainStructure(c, %q, %s)", path, value))
		}
	case "list":
		out = append(out, m.listChecks(t, path, value)...)
	case "map":
		if t.Value.Shape != attributeValue {
			out = append(out, m.mapChecks(t, path, value)...)
		}
	}
	return out
}

// given is what follows a field to ask whether the member is given.
func (m *model) given(s *shape) string {
	switch goType := m.kind(s.name).goType; goType {
	case "Attributes":
		return ".Item != nil"
	case "Attribute":
		return ".Value != nil"
	case "AttributeList":
		return ".Values != nil"
	default:
		if goType[0] == 'O' { // Opt
			return ".Set"
		}
		return " != nil"
	}
}

func textChecks(s *shape, path, value string) []string {
	switch {
	case s.Enum != nil:
		return []string{fmt.Sprintf("c.enum(%q, %s, Enum%s)", path, value, s.name)}
	case s.ruled():
		return []string{fmt.Sprintf("c.text(%q, %s, %s, %s)", path, value, bounds(s, "0", "unlimited"), s.patternName())}
	}
	return nil
}

func (m *model) listChecks(s *shape, path, value string) (out []string) {
	element := m.shapes[s.Member.Shape]
	if s.Min != nil || s.Max != nil {
		list := value
		if element.name == attributeValue {
			list += ".Values"
		}
		out = append(out, fmt.Sprintf("constrainSize(c, %q, %s, %s, %s)", path, list, bounds(s, "0", "unlimited"), m.echoFunction(s, element)))
	}
	switch {
	case element.name == attributeValue:
	case element.Type == "string" && element.ruled():
		out = append(out, fmt.Sprintf("constrainElements(c, %q, %s, rule%s)", path, value, element.name))
	case element.Type == "structure" && m.constrained(element):
		out = append(out, fmt.Sprintf("constrainList(c, %q, %s)", path, value))
	}
	return out
}

func (m *model) mapChecks(s *shape, path, value string) (out []string) {
	v := m.shapes[s.Value.Shape]
	if s.Min != nil || s.Max != nil {
		out = append(out, fmt.Sprintf("constrainEntries(c, %q, %s, %s, %s)", path, value, bounds(s, "0", "unlimited"), m.echoFunction(s, v)))
	}
	if key := m.shapes[s.Key.Shape]; key.ruled() && key.name != tableArn {
		out = append(out, fmt.Sprintf("constrainKeys(c, %q, %s, rule%s, %s)", path, value, key.name, m.echoFunction(s, v)))
	}
	switch {
	case v.Type == "string" && v.ruled():
		out = append(out, fmt.Sprintf("constrainTexts(c, %q, %s, rule%s)", path, value, v.name))
	case v.Type == "structure" && m.constrained(v):
		out = append(out, fmt.Sprintf("constrainMap(c, %q, %s)", path, value))
	case v.Type == "list":
		if v.ruled() {
			out = append(out, fmt.Sprintf("constrainLists(c, %q, %s, rule%s, %s)", path, value, v.name, m.echoFunction(s, v)))
		}
		if m.constrained(m.shapes[v.Member.Shape]) {
			out = append(out, fmt.Sprintf("constrainMapOfLists(c, %q, %s)", path, value))
		}
	}
	return out
}

// ruled reports whether a string or list has constraints of its own.
func (s *shape) ruled() bool {
	return s.Enum != nil || s.Pattern != "" || s.Min != nil && *s.Min > 0 || s.Max != nil
}

// bounds prints the limits of a shape, with words for those it does not have.
func bounds(s *shape, low, high string) string {
	if s.Min != nil {
		low = fmt.Sprintf("%.0f", *s.Min)
	}
	if s.Max != nil {
		high = fmt.Sprintf("%.0f", *s.Max)
	}
	return low + ", " + high
}

// patternName is the name of the variable that holds the pattern of a string, or nil.
func (s *shape) patternName() string {
	switch s.Pattern {
	case "":
		return "nil"
	case namePattern:
		return "namePattern"
	}
	return "pattern" + s.name
}
