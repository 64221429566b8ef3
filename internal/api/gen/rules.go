package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// enumsFile is the words of the enums.
func (m *model) enumsFile() *source {
	f := &source{}
	f.printf("// The words of members that have an enum, in the order in which AWS prints them.")
	f.printf("var (")
	var names []string
	for _, name := range slices.Sorted(maps.Keys(m.shapes)) {
		s := m.shapes[name]
		if s.Enum == nil || !s.input && !s.output {
			continue
		}
		names = append(names, "Enum"+name)
		f.printf("Enum%s = %s", name, words(s))
	}
	f.printf(")\n")
	f.printf("var enums = []Enum{\n%s,\n}", strings.Join(names, ",\n"))
	return f
}

func words(s *shape) string {
	quoted := make([]string, len(s.Enum))
	for i, word := range printed(s.Enum) {
		quoted[i] = fmt.Sprintf("%q", word)
	}
	if line := "Enum{" + strings.Join(quoted, ", ") + "}"; len(line) < 80 {
		return line
	}
	return "Enum{\n" + strings.Join(quoted, ",\n") + ",\n}"
}

// rulesFile is the patterns of inputs, and the rules of what stands in lists and maps.
func (m *model) rulesFile() *source {
	f := &source{}
	f.printf("// Patterns of strings.")
	f.printf("var (")
	for _, name := range slices.Sorted(maps.Keys(m.shapes)) {
		s := m.shapes[name]
		if !s.input || s.Pattern == "" || s.Pattern == namePattern {
			continue
		}
		syntax, ok := javaPatterns[s.Pattern]
		if !ok {
			syntax = s.Pattern
		}
		f.printf("%s = expression(%q, %q)", s.patternName(), s.Pattern, syntax)
	}
	f.printf(")\n")
	f.printf("// Rules of elements of lists, and of keys and values of maps.")
	f.printf("var (")
	for _, name := range m.elements() {
		if s := m.shapes[name]; s.ruled() {
			f.printf("rule%s = &rule{%s}", name, s.rule())
		}
	}
	f.printf(")")
	return f
}

// elements returns the names of shapes in lists and maps of inputs that Constrain may have to judge.
func (m *model) elements() []string {
	found := map[string]bool{}
	for _, s := range m.shapes {
		if !s.input {
			continue
		}
		switch element := m.shapes[s.Member.Shape]; {
		case s.Type == "list" && element.Type == "string":
			found[element.name] = true
		case s.Type == "map" && s.Value.Shape != attributeValue:
			if s.Key.Shape != tableArn {
				found[s.Key.Shape] = true
			}
			if t := m.shapes[s.Value.Shape].Type; t == "string" || t == "list" {
				found[s.Value.Shape] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// rule prints the fields of a rule.
func (s *shape) rule() string {
	low, high, _ := strings.Cut(bounds(s, "0", "unlimited"), ", ")
	out := "high: " + high
	if low != "0" {
		out = "low: " + low + ", " + out
	}
	if s.Pattern != "" {
		out += ", pattern: " + s.patternName()
	}
	if s.Enum != nil {
		out += ", enum: Enum" + s.name
	}
	return out
}
