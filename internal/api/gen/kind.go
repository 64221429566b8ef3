package main

import "fmt"

// kind is how package api holds a shape.
type kind struct {
	goType  string // of a member
	element string // Go type of an element of a list or a value of a map

	read        string // method of Decoder that reads a member; or
	readElement string // the function that reads an element
	write       string // function that appends a member; or
	writeElem   string // the function that appends an element
	class       string // Java class, without what a list or map adds
}

// scalars are the kinds of shapes that are neither structures nor lists nor maps.
var scalars = map[string]kind{
	"string":    {goType: "Opt[string]", element: "string", read: "text", readElement: "textElement", write: "appendText", writeElem: "appendTextElement", class: "java.lang.String"},
	"boolean":   {goType: "Opt[bool]", read: "boolean", write: "appendBool"},
	"integer":   {goType: "Opt[int32]", read: "integer", write: "appendInteger"},
	"long":      {goType: "Opt[int64]", read: "long", write: "appendInteger"},
	"double":    {goType: "Opt[float64]", element: "float64", read: "double", write: "appendDouble", writeElem: "appendDoubleElement"},
	"timestamp": {goType: "Opt[float64]", read: "date", write: "appendSeconds"},
}

// classPrefix begins the Java classes of structures.
const classPrefix = "com.amazonaws.dynamodb.v20120810."

// kind returns the kind of a shape.
func (m *model) kind(name string) kind {
	s := m.shapes[name]
	switch {
	case name == attributeValue:
		return kind{goType: "Attribute", read: "attribute"}
	case s.Enum != nil:
		k := scalars["string"]
		k.read, k.readElement = "word", "wordElement"
		return k
	case s.Type == "structure":
		return kind{
			goType: "*" + name, element: name,
			readElement: "structureElement", write: "appendStructure", writeElem: "appendStructureElement",
			class: classPrefix + name,
		}
	case s.Type == "list":
		return m.list(s)
	case s.Type == "map":
		return m.mapOf(s)
	}
	return scalars[s.Type]
}

func (m *model) list(s *shape) kind {
	if s.Member.Shape == attributeValue {
		return kind{goType: "AttributeList", read: "attributeList"}
	}
	e := m.kind(s.Member.Shape)
	k := kind{
		goType: "[]" + e.element, element: "[]" + e.element,
		class: "java.util.List<" + e.class + ">",
	}
	switch {
	case m.shapes[s.Member.Shape].Type == "structure":
		k.readElement, k.writeElem = "structuresElement", "appendStructuresElement"
	case e.element == "attr.Item":
		k.writeElem = "appendItemsElement"
	}
	return k
}

func (m *model) mapOf(s *shape) kind {
	if s.Value.Shape != attributeValue {
		return kind{goType: "Map[" + m.kind(s.Value.Shape).element + "]"}
	}
	k := kind{
		goType: "Attributes", element: "Attributes",
		read: "attributes", readElement: "attributesElement", write: "appendAttributes", writeElem: "appendAttributesElement",
	}
	if !s.input { // a list of these has no room for faults, nor need of it
		k.element, k.readElement, k.writeElem = "attr.Item", "", "appendItemElement"
	}
	return k
}

// readMember is the statement that reads a member into field.
func (m *model) readMember(name, field string) string {
	s, k := m.shapes[name], m.kind(name)
	switch {
	case k.read != "":
		return fmt.Sprintf("d.%s(&%s)", k.read, field)
	case s.Type == "list":
		return fmt.Sprintf("list(d, &%s, %s)", field, m.kind(s.Member.Shape).readElement)
	case s.Type == "map":
		e := m.kind(s.Value.Shape)
		return fmt.Sprintf("mapOf(d, &%s, %q, %s)", field, e.class, e.readElement)
	}
	return fmt.Sprintf("structure(d, &%s)", field)
}

// writeMember is the statement that appends a member from field.
func (m *model) writeMember(member, name, field string) string {
	s, k := m.shapes[name], m.kind(name)
	switch {
	case k.write == "appendAttributes":
		return fmt.Sprintf("dst = appendAttributes(dst, %q, &%s)", member, field)
	case k.write != "":
		return fmt.Sprintf("dst = %s(dst, %q, %s)", k.write, member, field)
	case s.Type == "map":
		return fmt.Sprintf("dst = appendMap(dst, %q, %s, %s)", member, field, m.kind(s.Value.Shape).writeElem)
	}
	return fmt.Sprintf("dst = appendList(dst, %q, %s, %s)", member, field, m.kind(s.Member.Shape).writeElem)
}
