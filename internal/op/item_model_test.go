package op_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/apierr"
)

// person is the model of an item: its attributes besides the key, all of them numbers.
type person map[string]int

// json is p as an answer shows it, under its key.
func (p person) json(key string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		parts = append(parts, fmt.Sprintf(`%q:{"N":"%d"}`, name, p[name]))
	}
	parts = append(parts, fmt.Sprintf(`"i":{"S":%q}`, key))
	return "{" + strings.Join(parts, ",") + "}"
}

// peopleModel is a table beside a map of what it should hold. Attributes are called a to d, so that the
// key, i, is the last.
type peopleModel struct {
	world  *world
	people map[string]person
}

var (
	modelKeys       = []string{"ann", "bob", "cid"}
	modelKey        = rapid.SampledFrom(modelKeys)
	modelAttributes = rapid.SampledFrom([]string{"a", "b", "c", "d"})
	modelNumber     = rapid.IntRange(-3, 3)
)

// checkProperty is rapid.Check. A failure prints its seed; as a file it would lie among the scripts.
func checkProperty(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, property)
}

// TestModel compares the operations on single items with a map of Go values.
func TestModel(t *testing.T) {
	checkProperty(t, func(rt *rapid.T) {
		m := &peopleModel{newPeople(t), map[string]person{}}
		rt.Repeat(map[string]func(*rapid.T){
			"put":               m.put,
			"put if absent":     m.putIfAbsent,
			"add":               m.add,
			"set and remove if": m.setAndRemoveIf,
			"remove":            m.remove,
			"delete if":         m.deleteIf,
			"":                  m.compare,
		})
	})
}

// do carries out an operation that returns the item as it was, and compares that. It reports whether
// the operation was carried out, which should be as allowed says.
func (m *peopleModel) do(rt *rapid.T, operation, k, members string, allowed bool) bool {
	body, err := m.world.request(operation, `{"TableName": "people", "ReturnValues": "ALL_OLD", `+members+`}`)
	if refused, ok := errors.AsType[*apierr.Error](err); ok && refused.Code == "ConditionalCheckFailedException" {
		if allowed {
			rt.Fatalf("%s %s was refused, the item is %s", operation, members, m.people[k].json(k))
		}
		return false
	}
	want := "{}"
	if old, ok := m.people[k]; ok {
		want = `{"Attributes":` + old.json(k) + `}`
	}
	if err != nil || !allowed || string(body) != want {
		rt.Fatalf("%s %s gives %s, %v; should be %s", operation, members, body, err, want)
	}
	return true
}

func (m *peopleModel) put(rt *rapid.T) {
	k, p := modelKey.Draw(rt, "key"), person(rapid.MapOf(modelAttributes, modelNumber).Draw(rt, "item"))
	m.do(rt, "PutItem", k, `"Item": `+p.json(k), true)
	m.people[k] = p
}

func (m *peopleModel) putIfAbsent(rt *rapid.T) {
	k, p := modelKey.Draw(rt, "key"), person{modelAttributes.Draw(rt, "attribute"): modelNumber.Draw(rt, "value")}
	_, exists := m.people[k]
	if m.do(rt, "PutItem", k, `"Item": `+p.json(k)+`, "ConditionExpression": "attribute_not_exists(i)"`, !exists) {
		m.people[k] = p
	}
}

func (m *peopleModel) add(rt *rapid.T) {
	k, a, n := modelKey.Draw(rt, "key"), modelAttributes.Draw(rt, "attribute"), modelNumber.Draw(rt, "value")
	m.do(rt, "UpdateItem", k, fmt.Sprintf(`"Key": {"i": {"S": %q}}, "UpdateExpression": "ADD %s :n",
		"ExpressionAttributeValues": {":n": {"N": "%d"}}`, k, a, n), true)
	m.people[k] = changed(m.people[k], func(p person) { p[a] += n })
}

func (m *peopleModel) setAndRemoveIf(rt *rapid.T) {
	k, a, n := modelKey.Draw(rt, "key"), modelAttributes.Draw(rt, "attribute"), modelNumber.Draw(rt, "value")
	removed := modelAttributes.Filter(func(b string) bool { return b != a }).Draw(rt, "removed")
	has, ok := m.people[k][a]
	if m.do(rt, "UpdateItem", k, fmt.Sprintf(`"Key": {"i": {"S": %q}}, "UpdateExpression": "SET %s = %s - :n REMOVE %s",
		"ConditionExpression": "%s >= :n", "ExpressionAttributeValues": {":n": {"N": "%d"}}`, k, a, a, removed, a, n), ok && has >= n) {
		m.people[k] = changed(m.people[k], func(p person) { p[a] -= n; delete(p, removed) })
	}
}

func (m *peopleModel) remove(rt *rapid.T) {
	k, a := modelKey.Draw(rt, "key"), modelAttributes.Draw(rt, "attribute")
	m.do(rt, "UpdateItem", k, fmt.Sprintf(`"Key": {"i": {"S": %q}}, "UpdateExpression": "REMOVE %s"`, k, a), true)
	if m.people[k] != nil { // only to remove from nothing makes nothing
		m.people[k] = changed(m.people[k], func(p person) { delete(p, a) })
	}
}

func (m *peopleModel) deleteIf(rt *rapid.T) {
	k, a := modelKey.Draw(rt, "key"), modelAttributes.Draw(rt, "attribute")
	_, has := m.people[k][a]
	if m.do(rt, "DeleteItem", k, fmt.Sprintf(`"Key": {"i": {"S": %q}}, "ConditionExpression": "attribute_not_exists(%s)"`, k, a), !has) {
		delete(m.people, k)
	}
}

// compare reads every item.
func (m *peopleModel) compare(rt *rapid.T) {
	for _, k := range modelKeys {
		want := "{}"
		if p, ok := m.people[k]; ok {
			want = `{"Item":` + p.json(k) + `}`
		}
		body, err := m.world.request("GetItem", fmt.Sprintf(`{"TableName": "people", "Key": {"i": {"S": %q}}}`, k))
		if err != nil || string(body) != want {
			rt.Fatalf("%s is %s, %v; should be %s", k, body, err, want)
		}
	}
}

// changed is p after change, or what change makes of nothing. p stays as it is.
func changed(p person, change func(person)) person {
	if p = maps.Clone(p); p == nil {
		p = person{}
	}
	change(p)
	return p
}
