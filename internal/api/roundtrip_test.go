package api_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/statordb/stator/internal/api"
)

// TestInputs gives every member of every input a value and reads the input from JSON.
func TestInputs(t *testing.T) {
	eachOperation(t, func(t *testing.T, m *model, s *api.Shape) {
		want, got := s.NewInput(), s.NewInput()
		f := filler{t: t, m: m}
		body, err := json.Marshal(f.fill(m.Operations[s.Name].Input.Shape, reflect.ValueOf(want).Elem()))
		if err != nil {
			t.Fatal(err)
		}
		var d api.Decoder
		d.Reset(body)
		if err := api.DecodeRequest(&d, got); err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v\nwant %+v\nbody %s", got, want, body)
		}
		got.Reset()
		if !reflect.DeepEqual(got, s.NewInput()) {
			t.Errorf("not as new after Reset: %+v", got)
		}
	})
}

// TestOutputs gives every member of every output a value and writes the output as JSON.
func TestOutputs(t *testing.T) {
	eachOperation(t, func(t *testing.T, m *model, s *api.Shape) {
		out, shape := s.NewOutput(), m.Operations[s.Name].Output
		if shape == nil {
			if got := out.AppendJSON(nil); len(got) > 0 {
				t.Errorf("got %s, want no bytes", got)
			}
			return
		}
		if got := string(out.AppendJSON(nil)); got != "{}" {
			t.Errorf("empty: got %s", got)
		}
		f := filler{t: t, m: m}
		want := f.fill(shape.Shape, reflect.ValueOf(out).Elem())
		var got any
		text := out.AppendJSON([]byte("before"))
		if err := json.Unmarshal(text[len("before"):], &got); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %v\nwant %v", got, want)
		}
	})
}

// TestEmptyContainers tells lists and maps that are empty from absent ones.
func TestEmptyContainers(t *testing.T) {
	list := api.ListTablesOutput{TableNames: []string{}}
	if got := string(list.AppendJSON(nil)); got != `{"TableNames":[]}` {
		t.Errorf("empty list: got %s", got)
	}
	batch := api.BatchWriteItemOutput{UnprocessedItems: api.Map[[]api.WriteRequest]{}}
	if got := string(batch.AppendJSON(nil)); got != `{"UnprocessedItems":{}}` {
		t.Errorf("empty map: got %s", got)
	}
}
