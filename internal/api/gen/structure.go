package main

import (
	"strings"
	"unicode"
)

// crowded are words that begin so many names that these have a file of their own.
var crowded = []string{"Describe", "Update"}

// group is the part of a file name under which the shape called name is found.
func group(name string) string {
	for _, word := range crowded {
		if strings.HasPrefix(name, word) {
			return strings.ToLower(word)
		}
	}
	return strings.ToLower(name[:1])
}

// field is the name of the Go field for a member.
func field(member string) string {
	return string(unicode.ToUpper(rune(member[0]))) + member[1:]
}

// structure adds the type of a structure and its methods.
func (m *model) structure(f *source, s *shape) {
	f.printf("// %s", m.comment(s))
	f.printf("type %s struct {", s.name)
	for _, member := range s.members() {
		f.printf("%s %s", field(member), m.kind(s.Members[member].Shape).goType)
	}
	if s.root {
		f.printf("\nOrigin Origin")
	}
	f.printf("}\n")
	if s.input {
		m.decode(f, s)
		m.constrain(f, s)
	}
	if s.echo {
		m.echo(f, s)
	}
	if s.output {
		m.append(f, s)
	}
}

// comment says what a structure is.
func (m *model) comment(s *shape) string {
	var in, out []string
	for _, op := range m.operations {
		if op.Input.Shape == s.name {
			in = append(in, op.Name)
		}
		if op.Output != nil && op.Output.Shape == s.name {
			out = append(out, op.Name)
		}
	}
	switch {
	case in != nil:
		return s.name + " is the input of " + strings.Join(in, " and ") + "."
	case out != nil:
		return s.name + " is the output of " + strings.Join(out, " and ") + "."
	case s.input && s.output:
		return s.name + " is part of inputs and outputs."
	case s.input:
		return s.name + " is part of inputs."
	}
	return s.name + " is part of outputs."
}

// decode adds the methods that read a structure.
func (m *model) decode(f *source, s *shape) {
	first := "d.r.NextMember()"
	if s.root {
		first = "d.begin()"
		f.printf("// Reset makes v as new.")
		f.printf("func (v *%s) Reset() { *v = %s{} }\n", s.name, s.name)
		f.printf("// Decode reads v from d.")
		f.printf("func (v *%s) Decode(d *Decoder) {", s.name)
	} else {
		f.printf("func (*%s) class() coral.Class { return %q }\n", s.name, classPrefix+s.name)
		f.printf("func (v *%s) decode(d *Decoder) {", s.name)
	}
	members := s.members()
	if len(members) == 0 {
		f.printf("for _, ok := %s; ok; _, ok = d.r.NextMember() {\nd.r.Skip()\n}", first)
	} else {
		f.printf("for name, ok := %s; ok; name, ok = d.r.NextMember() {\nswitch string(name) {", first)
		for _, member := range members {
			f.printf("case %q:\n%s", member, m.readMember(s.Members[member].Shape, "v."+field(member)))
		}
		f.printf("default:\nd.r.Skip()\n}\n}")
	}
	if s.root {
		f.printf("v.Origin = d.origin()")
	}
	f.printf("}\n")
}

// append adds the method that writes a structure.
func (m *model) append(f *source, s *shape) {
	f.printf("// AppendJSON appends v.")
	f.printf("func (v *%s) AppendJSON(dst []byte) []byte {", s.name)
	f.printf("dst = append(dst, '{')")
	for _, member := range s.members() {
		f.printf("%s", m.writeMember(member, s.Members[member].Shape, "v."+field(member)))
	}
	f.printf("return append(dst, '}')\n}\n")
}
