package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/attr"
)

// model is the service model as the tests read it, on their own.
type model struct {
	Operations map[string]struct{ Input, Output *reference }
	Shapes     map[string]modelShape
}

type reference struct{ Shape string }

type modelShape struct {
	Type               string
	Members            map[string]reference
	Member, Key, Value reference
	Enum               []string
}

func readModel(t testing.TB, file string) *model {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m := &model{}
	if err := json.Unmarshal(text, m); err != nil {
		t.Fatal(err)
	}
	return m
}

// eachOperation calls f with every operation and the model it is in.
func eachOperation(t *testing.T, f func(t *testing.T, m *model, s *api.Shape)) {
	services := map[bool]*model{
		false: readModel(t, "model/dynamodb.json"),
		true:  readModel(t, "model/dynamodbstreams.json"),
	}
	for i := range api.Shapes {
		s := &api.Shapes[i]
		t.Run(s.Name, func(t *testing.T) { f(t, services[s.Streams], s) })
	}
}

// filler gives every member of a structure a value and knows the JSON of it.
type filler struct {
	t *testing.T
	m *model
	n int // makes values differ
}

// fill sets v, which is what package api has for the shape called name, and returns its JSON.
func (f *filler) fill(name string, v reflect.Value) any {
	f.n++
	s := f.m.Shapes[name]
	switch into := v.Addr().Interface().(type) {
	case *api.Attribute:
		into.Faults.Levels = 1
		value, text := f.value()
		into.Value = value
		return text
	case *api.AttributeList:
		into.Faults.Levels = 1
		first, firstText := f.value()
		second, secondText := f.value()
		into.Values = []attr.Value{first, second}
		return []any{firstText, secondText}
	case *api.Attributes:
		into.Faults.Levels = 1
		item, text := f.item()
		into.Item = item
		return text
	case *attr.Item:
		item, text := f.item()
		*into = item
		return text
	case *api.Opt[string]:
		*into = api.Some(f.text(s))
		return into.V
	case *api.Opt[bool]:
		*into = api.Some(true)
		return true
	case *api.Opt[int32]:
		*into = api.Some(int32(f.n))
		return float64(f.n)
	case *api.Opt[int64]:
		*into = api.Some(int64(f.n))
		return float64(f.n)
	case *api.Opt[float64]:
		*into = api.Some(float64(f.n) + 0.5)
		return into.V
	case *string:
		*into = f.text(s)
		return *into
	case *float64:
		*into = float64(f.n)
		return *into
	}
	return f.fillContainer(s, v)
}

func (f *filler) fillContainer(s modelShape, v reflect.Value) any {
	switch s.Type {
	case "list":
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		return []any{f.fill(s.Member.Shape, v.Index(0)), f.fill(s.Member.Shape, v.Index(1))}
	case "map":
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		out := map[string]any{}
		for i := range 2 {
			key := fmt.Sprintf("k\"é%d", i)
			v.Index(i).FieldByName("Key").SetString(key)
			out[key] = f.fill(s.Value.Shape, v.Index(i).FieldByName("V"))
		}
		return out
	case "structure":
		if v.Kind() == reflect.Pointer {
			v.Set(reflect.New(v.Type().Elem()))
			v = v.Elem()
		}
		return f.fillStructure(s, v)
	}
	f.t.Fatalf("no value for a %s in a %s", s.Type, v.Type())
	return nil
}

func (f *filler) fillStructure(s modelShape, v reflect.Value) any {
	out := map[string]any{}
	for _, member := range slices.Sorted(maps.Keys(s.Members)) {
		field := v.FieldByName(strings.ToUpper(member[:1]) + member[1:])
		if !field.IsValid() {
			f.t.Fatalf("%s has no field for %s", v.Type(), member)
		}
		out[member] = f.fill(s.Members[member].Shape, field)
	}
	if fields := v.NumField(); fields != len(s.Members) && !v.FieldByName("Origin").IsValid() {
		f.t.Errorf("%s has %d fields, the model %d members", v.Type(), fields, len(s.Members))
	}
	return out
}

func (f *filler) text(s modelShape) string {
	if s.Enum != nil {
		return s.Enum[f.n%len(s.Enum)]
	}
	return fmt.Sprintf("text\n%d", f.n)
}

func (f *filler) item() (attr.Item, any) {
	value, text := f.value()
	var b attr.Builder
	b.Open(nil)
	buf := b.Field(nil, []byte("a"), value)
	return attr.Item(b.CloseItem(buf)), map[string]any{"a": text}
}

func (f *filler) value() (attr.Value, any) {
	f.n++
	text := fmt.Sprintf("v%d", f.n)
	return attr.Value(attr.AppendS(nil, text)), map[string]any{"S": text}
}
