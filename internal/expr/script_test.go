package expr

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/coral"
)

// TestScripts runs the scripts in testdata/script. These commands set the scene of those that follow:
//
//	item     the item, as JSON; none without it
//	deep     an item of maps in maps, with the argument levels
//	names    ExpressionAttributeNames, as JSON
//	values   ExpressionAttributeValues, as JSON
//
// All others answer line by line. A line may be a quoted Go string.
//
//	condition, filter      whether the item fulfils the condition
//	projection             what is left of the item
//	update                 what changes in the item (-a: a is gone), or with the argument "charge",
//	                       "touched" or "removes", what these methods say, or with "levels" how
//	                       deep the item becomes
//	key                    the clauses of a key condition
//	expected, query-filter, scan-filter, key-conditions
//	                       the same for the old parameters, with the argument operator for ConditionalOperator
//	attribute-updates      what changes in the item
//	unused                 the placeholders that the condition on the line does not use
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/script", func(t *testing.T, path string) {
		var s script
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			return s.run(t, d)
		})
	})
}

type script struct {
	item   attr.Item
	values attr.Item
	names  []Name
}

func (s *script) run(t *testing.T, d *datadriven.TestData) string {
	switch d.Cmd {
	case "item":
		s.item = nil
		if d.Input != "" {
			s.item = mustItem(t, d.Input)
		}
		return ""
	case "deep":
		levels := 0
		d.ScanArgs(t, "levels", &levels)
		s.item = mustItem(t, strings.Repeat(`{"d":{"M":`, levels)+"{}"+strings.Repeat("}}", levels))
		return ""
	case "values":
		s.values = mustItem(t, d.Input)
		return ""
	case "names":
		s.names = mustNames(t, d.Input)
		return ""
	}
	var out strings.Builder
	for line := range strings.Lines(d.Input) {
		line = strings.TrimSuffix(line, "\n")
		if text, err := strconv.Unquote(line); err == nil {
			line = text
		}
		fmt.Fprintln(&out, s.answer(t, d, line))
	}
	return out.String()
}

func (s *script) scope() *Scope {
	scope := &Scope{}
	scope.Reset(s.names, s.values)
	return scope
}

func (s *script) answer(t *testing.T, d *datadriven.TestData, line string) string {
	switch d.Cmd {
	case "condition":
		return s.condition(ConditionKind, line)
	case "filter":
		return s.condition(FilterKind, line)
	case "projection":
		return s.projection(line)
	case "update":
		return s.update(t, d, line)
	case "key":
		return s.key(line)
	case "unused":
		return s.unused(line)
	case "expected":
		return s.legacy(t, d, Expected, line)
	case "query-filter":
		return s.legacy(t, d, QueryFilter, line)
	case "scan-filter":
		return s.legacy(t, d, ScanFilter, line)
	case "key-conditions":
		clauses, err := LegacyKeyCondition(mustExpectations(t, line))
		return showClauses(clauses, err)
	case "attribute-updates":
		return s.attributeUpdates(t, line)
	}
	return "no such command: " + d.Cmd
}

func (s *script) condition(k Kind, text string) string {
	c, err := ParseCondition(k, text)
	if err != nil {
		return err.Message
	}
	b, err := c.Bind(s.scope())
	if err != nil {
		return err.Message
	}
	return strconv.FormatBool(b.Match(s.item))
}

func (s *script) projection(text string) string {
	p, err := ParseProjection(text)
	if err != nil {
		return err.Message
	}
	b, err := p.Bind(s.scope())
	if err != nil {
		return err.Message
	}
	return show(attr.Item(b.Mask().Apply(nil, s.item)))
}

func (s *script) update(t *testing.T, d *datadriven.TestData, text string) string {
	u, err := ParseUpdate(text)
	if err != nil {
		return err.Message
	}
	b, err := u.Bind(s.scope())
	if err != nil {
		return err.Message
	}
	switch {
	case d.HasArg("charge"):
		return strconv.Itoa(b.Charge())
	case d.HasArg("removes"):
		return strconv.FormatBool(b.OnlyRemoves())
	case d.HasArg("touched"):
		return show(attr.Item(b.Touched().Apply(nil, s.item)))
	case d.HasArg("key"):
		b.SetKey(mustItem(t, `{"pk":{"S":"k"}}`))
	}
	it, refused := s.apply(t, b)
	if d.HasArg("levels") && refused == "" {
		return strconv.Itoa(it.Levels()) + " levels"
	}
	return s.changes(it, refused)
}

// apply applies b to the item and returns the new one or why it is refused.
func (s *script) apply(t *testing.T, b *BoundUpdate) (attr.Item, string) {
	buf := []byte("front")
	it, err := b.Apply(s.item, &buf)
	if err != nil {
		refused, _ := errors.AsType[*apierr.Error](err)
		return nil, refused.Message
	}
	if it == nil {
		return nil, ""
	}
	if err := it.Check(); err != nil {
		t.Errorf("the new item is malformed: %v", err)
	}
	if !strings.HasPrefix(string(buf), "front") {
		t.Error("Apply overwrote what was in the buffer")
	}
	return it, ""
}

// changes shows the attributes that differ: what they are now, or a minus where they are gone.
func (s *script) changes(it attr.Item, refused string) string {
	old := s.item
	var out []string
	switch {
	case refused != "":
		return refused
	case it == nil:
		return "no item"
	}
	for f := it.Fields(); f.Next(); {
		if !old.Get(string(f.Name)).Equal(f.Value) {
			out = append(out, string(f.Name)+"="+string(f.Value.AppendJSON(nil)))
		}
	}
	for f := old.Fields(); f.Next(); {
		if it.Get(string(f.Name)) == nil {
			out = append(out, "-"+string(f.Name))
		}
	}
	if len(out) == 0 {
		return "no change"
	}
	return strings.Join(out, " ")
}

func (s *script) unused(text string) string {
	scope := s.scope()
	if err := scope.CheckKeys(); err != nil {
		return err.Message
	}
	if c, err := ParseCondition(ConditionKind, text); err == nil {
		if _, err := c.Bind(scope); err != nil {
			return err.Message
		}
	}
	if err := scope.Unused(); err != nil {
		return err.Message
	}
	return "all used"
}

func (s *script) key(text string) string {
	k, err := ParseKeyCondition(text)
	if err != nil {
		return err.Message
	}
	clauses, err := k.Bind(s.scope())
	return showClauses(clauses, err)
}

func showClauses(clauses []KeyClause, err *apierr.Error) string {
	if err != nil {
		return err.Message
	}
	var out []string
	for _, c := range clauses {
		words := []string{c.Attribute, [...]string{"=", "<", "<=", ">", ">=", "between", "begins with", "not indexable"}[c.Operator]}
		for _, v := range c.Values {
			words = append(words, string(v.AppendJSON(nil)))
		}
		out = append(out, strings.Join(words, " "))
	}
	return strings.Join(out, ", ")
}

func (s *script) legacy(t *testing.T, d *datadriven.TestData, where Place, line string) string {
	operator := ""
	d.MaybeScanArgs(t, "operator", &operator)
	b, err := LegacyCondition(where, mustExpectations(t, line), operator)
	if err != nil {
		return err.Message
	}
	return strconv.FormatBool(b.Match(s.item))
}

func (s *script) attributeUpdates(t *testing.T, line string) string {
	var entries map[string]struct {
		Action string
		Value  json.RawMessage
	}
	mustJSON(t, line, &entries)
	var us []AttributeUpdate
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		e := entries[name]
		us = append(us, AttributeUpdate{Attribute: name, Action: e.Action, Value: mustValue(t, e.Value)})
	}
	b, err := LegacyUpdate(us)
	if err != nil {
		return err.Message
	}
	return s.changes(s.apply(t, b))
}

func show(it attr.Item) string { return string(it.AppendJSON(nil)) }

func mustItem(t testing.TB, text string) attr.Item {
	t.Helper()
	var r coral.Reader
	var d attr.Decoder
	r.Reset([]byte(text))
	it, faults := d.Item(&r)
	if err := r.End(); err != nil || faults.Any() {
		t.Fatalf("%s: %v, %+v", text, err, faults)
	}
	return it
}

// mustValue reads a value, nil if there is none.
func mustValue(t testing.TB, text json.RawMessage) attr.Value {
	if text == nil {
		return nil
	}
	return mustItem(t, `{"v":`+string(text)+`}`).Get("v")
}

// mustNames reads ExpressionAttributeNames in the order they are written in.
func mustNames(_ *testing.T, text string) []Name {
	d := json.NewDecoder(strings.NewReader(text))
	var names []Name
	var words []string
	for d.More() || len(words) == 0 {
		token, err := d.Token()
		if err != nil {
			break
		}
		if word, ok := token.(string); ok {
			words = append(words, word)
		}
	}
	for i := 0; i+1 < len(words); i += 2 {
		names = append(names, Name{words[i], words[i+1]})
	}
	return names
}

func mustExpectations(t *testing.T, line string) []Expectation {
	var entries map[string]struct {
		Value              json.RawMessage
		Exists             *bool
		ComparisonOperator string
		AttributeValueList []json.RawMessage
	}
	mustJSON(t, line, &entries)
	var es []Expectation
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		e := entries[name]
		out := Expectation{
			Attribute: name, Value: mustValue(t, e.Value), Exists: e.Exists,
			ComparisonOperator: e.ComparisonOperator, HasList: e.AttributeValueList != nil,
		}
		for _, v := range e.AttributeValueList {
			out.List = append(out.List, mustValue(t, v))
		}
		es = append(es, out)
	}
	return es
}

func mustJSON(t *testing.T, text string, to any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), to); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}
