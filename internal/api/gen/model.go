package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// attributeValue is the shape that package attr reads and writes.
const attributeValue = "AttributeValue"

// model is AWS's service model: of DynamoDB and DynamoDB Streams together, which agree on the shapes
// that both have.
type model struct {
	operations []*operation // sorted by name
	shapes     map[string]*shape

	structures []*shape // what operations read or write, sorted by name
}

type operation struct {
	Name          string
	Input, Output *reference
	streams       bool
}

type reference struct{ Shape string }

// shape is one shape of the model, with the names that the model's files use.
type shape struct {
	Type     string
	Members  map[string]reference
	Required []string
	Member   reference // of a list
	Key      reference // of a map
	Value    reference // of a map
	Enum     []string
	Min, Max *float64
	Pattern  string

	name   string
	root   bool // the input of an operation
	input  bool // part of an input
	output bool // part of an output
	echo   bool // part of what member errors print
}

// members returns the names of the members, sorted.
func (s *shape) members() []string { return slices.Sorted(maps.Keys(s.Members)) }

// load reads the model from its files.
func load(fsys fs.FS) (*model, error) {
	m := &model{shapes: map[string]*shape{}}
	for _, file := range []string{"model/dynamodb.json", "model/dynamodbstreams.json"} {
		if err := m.read(fsys, file); err != nil {
			return nil, fmt.Errorf("cannot read %s: %w", file, err)
		}
	}
	slices.SortFunc(m.operations, func(a, b *operation) int { return strings.Compare(a.Name, b.Name) })
	for _, op := range m.operations {
		if op.Input == nil {
			return nil, fmt.Errorf("operation %s has no input", op.Name)
		}
		m.shapes[op.Input.Shape].root = true
		m.mark(op.Input.Shape, func(s *shape) *bool { return &s.input })
		if op.Output != nil {
			m.mark(op.Output.Shape, func(s *shape) *bool { return &s.output })
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.shapes)) {
		if s := m.shapes[name]; s.Type == "structure" && (s.input || s.output) && name != attributeValue {
			m.structures = append(m.structures, s)
		}
	}
	m.markEchoed()
	return m, nil
}

func (m *model) read(fsys fs.FS, file string) error {
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return err
	}
	var content struct {
		Metadata   struct{ EndpointPrefix string }
		Operations map[string]*operation
		Shapes     map[string]*shape
	}
	if err := json.Unmarshal(text, &content); err != nil {
		return err
	}
	for _, op := range content.Operations {
		op.streams = strings.HasPrefix(content.Metadata.EndpointPrefix, "streams.")
		m.operations = append(m.operations, op)
	}
	for name, s := range content.Shapes {
		s.name = name
		other, ok := m.shapes[name]
		if ok && !reflect.DeepEqual(s, other) {
			return fmt.Errorf("shape %s differs between the services", name)
		}
		m.shapes[name] = s
	}
	return nil
}

// mark sets a flag of the shape called name and of all that it consists of.
func (m *model) mark(name string, flag func(*shape) *bool) {
	s := m.shapes[name]
	if *flag(s) {
		return
	}
	*flag(s) = true
	if name == attributeValue {
		return
	}
	for _, member := range s.Members {
		m.mark(member.Shape, flag)
	}
	for _, part := range []reference{s.Member, s.Key, s.Value} {
		if part.Shape != "" {
			m.mark(part.Shape, flag)
		}
	}
}
