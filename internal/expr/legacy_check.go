package expr

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// Place is a parameter that held conditions before there were expressions.
type Place uint8

// The places of conditions.
const (
	Expected Place = iota
	QueryFilter
	ScanFilter
	KeyConditions
)

// memberNames are the names of the places in errors of members.
var memberNames = [...]string{
	Expected: "expected", QueryFilter: "queryFilter", ScanFilter: "scanFilter", KeyConditions: "keyConditions",
}

// Expectation is one entry of such a parameter. Value and Exists are of Expected only.
type Expectation struct {
	Attribute          string
	Value              attr.Value // nil: absent
	Exists             *bool
	ComparisonOperator string       // "": absent
	List               []attr.Value // AttributeValueList
	HasList            bool         // it is there, even if empty
}

// comparison is what an operator of the old parameters means.
type comparison struct {
	op       op
	not      bool
	min, max int // number of values
	types    typeSet
}

// typeSet is a set of types, a bit for each.
type typeSet uint16

func typesOf(ts ...attr.Type) typeSet {
	var set typeSet
	for _, t := range ts {
		set |= 1 << t
	}
	return set
}

func (s typeSet) has(t attr.Type) bool { return s&(1<<t) != 0 }

// Types of values that operators take.
var (
	typesAny      = ^typeSet(0)
	typesText     = typesOf(attr.S, attr.B)
	typesOrdered  = typesOf(attr.S, attr.N, attr.B)
	typesElements = typesOf(attr.S, attr.N, attr.B, attr.BOOL, attr.NULL)
)

var comparisons = map[string]comparison{
	"BEGINS_WITH":  {op: opBeginsWith, min: 1, max: 1, types: typesText},
	"BETWEEN":      {op: opBetween, min: 2, max: 2, types: typesOrdered},
	"CONTAINS":     {op: opContains, min: 1, max: 1, types: typesElements},
	"EQ":           {op: opEqual, min: 1, max: 1, types: typesAny},
	"GE":           {op: opGreaterEqual, min: 1, max: 1, types: typesOrdered},
	"GT":           {op: opGreater, min: 1, max: 1, types: typesOrdered},
	"IN":           {op: opIn, min: 1, max: 1 << 30, types: typesOrdered},
	"LE":           {op: opLessEqual, min: 1, max: 1, types: typesOrdered},
	"LT":           {op: opLess, min: 1, max: 1, types: typesOrdered},
	"NE":           {op: opUnequal, min: 1, max: 1, types: typesAny},
	"NOT_CONTAINS": {op: opContains, not: true, min: 1, max: 1, types: typesElements},
	"NOT_NULL":     {op: opExists},
	"NULL":         {op: opNotExists},
}

// CheckConditionalOperator returns the refusal of the ConditionalOperator of a request with so many
// conditions (captures-items §4.2).
func CheckConditionalOperator(operator string, conditions int) *apierr.Error {
	switch {
	case conditions == 0:
		return apierr.Validation("ConditionalOperator cannot be used without Filter or Expected")
	case conditions == 1:
		return apierr.Validation("ConditionalOperator can only be used when Filter or Expected has two or more elements")
	case operator != "AND" && operator != "OR":
		return apierr.Validation("Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]")
	}
	return nil
}

// check returns the refusal of e, and what it compares and with what.
func (e *Expectation) check(where Place) (comparison, []attr.Value, *apierr.Error) {
	switch {
	case e.HasList && e.Value != nil:
		return e.refuse("Value and AttributeValueList cannot be used together for Attribute: " + e.Attribute)
	case e.ComparisonOperator != "":
		return e.checkComparison()
	case where != Expected:
		return comparison{}, nil, apierr.Members([]string{"Value null at '" + memberNames[where] + "." + e.Attribute +
			".member.comparisonOperator' failed to satisfy constraint: Member must not be null"})
	case e.HasList:
		return e.refuse("AttributeValueList can only be used with a ComparisonOperator for Attribute: " + e.Attribute)
	}
	return e.checkExists()
}

func (e *Expectation) refuse(what string) (comparison, []attr.Value, *apierr.Error) {
	return comparison{}, nil, apierr.Invalid(what)
}

// checkExists checks an entry without an operator.
func (e *Expectation) checkExists() (comparison, []attr.Value, *apierr.Error) {
	switch {
	case e.Exists != nil && !*e.Exists && e.Value != nil:
		return e.refuse("Value cannot be used when Exists is false for Attribute: " + e.Attribute)
	case e.Exists != nil && !*e.Exists:
		return comparisons["NULL"], nil, nil
	case e.Value != nil:
		return comparisons["EQ"], []attr.Value{e.Value}, nil
	case e.Exists == nil:
		return e.refuse("Value must be provided when Exists is null for Attribute: " + e.Attribute)
	}
	return e.refuse("Value must be provided when Exists is true for Attribute: " + e.Attribute)
}

// checkComparison checks an entry with an operator.
func (e *Expectation) checkComparison() (comparison, []attr.Value, *apierr.Error) {
	c, known := comparisons[e.ComparisonOperator]
	values := e.List
	if e.Value != nil {
		values = []attr.Value{e.Value}
	}
	switch {
	case !known:
		return e.refuse("Invalid comparison operator")
	case e.Exists != nil:
		return e.refuse("Exists and ComparisonOperator cannot be used together for Attribute: " + e.Attribute)
	case c.min > 0 && e.Value == nil && !e.HasList:
		return e.refuse("Value or AttributeValueList must be used with ComparisonOperator: " + e.ComparisonOperator +
			" for Attribute: " + e.Attribute)
	case len(values) < c.min || len(values) > c.max:
		return e.refuse("Invalid number of argument(s) for the " + e.ComparisonOperator + " ComparisonOperator")
	}
	if what := c.checkTypes(e.ComparisonOperator, values); what != "" {
		return e.refuse(what)
	}
	if c.op == opBetween && attr.Compare(values[0], values[1]) > 0 {
		return comparison{}, nil, apierr.Validation("The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
	}
	return c, values, nil
}

// checkTypes checks the types of values. For IN, which types there may be comes before whether they are
// one; for all others after it.
func (c comparison) checkTypes(name string, values []attr.Value) string {
	wrong := ""
	for _, v := range values {
		if t := v.Type(); wrong == "" && !c.types.has(t) {
			wrong = "ComparisonOperator " + name + " is not valid for " + t.String() + " AttributeValue type"
		}
	}
	mixed := ""
	for _, v := range values {
		if v.Type() != values[0].Type() {
			mixed = "AttributeValues inside AttributeValueList must be of same type"
		}
	}
	if mixed != "" && (c.op != opIn || wrong == "") {
		return mixed
	}
	return wrong
}
