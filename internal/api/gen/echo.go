package main

import (
	"fmt"
	"slices"
)

// declared is the order in which AWS's model declares members, where it is not the alphabet; our copy
// of the model has members sorted. Structures are printed in it (captures-tables §5, §6.2).
var declared = map[string][]string{
	"AttributeValueUpdate":   {"Value", "Action"},
	"BatchStatementRequest":  {"Statement", "Parameters", "ConsistentRead", "ReturnValuesOnConditionCheckFailure"},
	"ConditionCheck":         {"Key", "TableName", "ConditionExpression"},
	"Delete":                 {"Key", "TableName", "ConditionExpression"},
	"ExpectedAttributeValue": {"Value", "Exists", "ComparisonOperator", "AttributeValueList"},
	"Get":                    {"Key", "TableName", "ProjectionExpression", "ExpressionAttributeNames"},
	"KeysAndAttributes":      {"Keys", "AttributesToGet", "ConsistentRead", "ProjectionExpression"},
	"ParameterizedStatement": {"Statement", "Parameters"},
	"Put":                    {"Item", "TableName", "ConditionExpression"},
	"ReplicaSettingsUpdate":  {"RegionName"},
	"TransactWriteItem":      {"ConditionCheck", "Put", "Delete", "Update"},
	"Update":                 {"Key", "UpdateExpression", "TableName", "ConditionExpression"},
	"WriteRequest":           {"PutRequest", "DeleteRequest"},
}

// hidden are members that AWS prints although its model does not have them (captures-tables §5, §6.2).
var hidden = map[string]string{
	"DeleteRequest": "workloadProfileName",
	"Get":           "workloadProfileName",
}

// markEchoed marks the structures that stand in lists and maps that may have to be printed.
func (m *model) markEchoed() {
	for _, s := range m.shapes {
		if !s.input {
			continue
		}
		switch {
		case s.name == "KeySchema", // limited by operations
			s.Type == "list" && s.Max != nil:
			m.mark(s.Member.Shape, func(s *shape) *bool { return &s.echo })
		case s.Type == "map" && s.Value.Shape != attributeValue:
			m.mark(s.Value.Shape, func(s *shape) *bool { return &s.echo })
		}
	}
}

// echoFunction is the name of the function that prints an element of a list or a value of a map, or
// nil if the list cannot be refused for anything but being empty.
func (m *model) echoFunction(in, s *shape) string {
	switch {
	case in.Type == "list" && in.Max == nil && in.name != "KeySchema":
		return "nil"
	case s.name == attributeValue:
		return "echoAttributeValue"
	case s.Type == "structure":
		return "echoStructure"
	case s.Type == "list":
		return "echoStructures"
	case s.Type == "map":
		return "echoAttributes"
	}
	return "echoString"
}

// echo adds the method that prints a structure.
func (m *model) echo(f *source, s *shape) {
	f.printf("func (v *%s) echo(dst []byte) []byte {", s.name)
	f.printf("dst = append(dst, %q...)", s.name+"(")
	names := s.members()
	order := declared[s.name]
	slices.SortStableFunc(names, func(a, b string) int { return place(order, a) - place(order, b) })
	for _, member := range names {
		f.printf("dst = %s", m.echoMember(member, s.Members[member].Shape))
	}
	if member, ok := hidden[s.name]; ok {
		f.printf("dst = echoNull(dst, %q)", member)
	}
	f.printf("return echoEnd(dst)\n}\n")
}

// echoMember is the call that prints a member.
func (m *model) echoMember(member, name string) string {
	s := m.shapes[name]
	path, value := lowerCamel(member), "v."+field(member)
	switch {
	case name == attributeValue:
		return fmt.Sprintf("echoAttributeMember(dst, %q, &%s)", path, value)
	case s.Type == "list" && s.Member.Shape == attributeValue:
		return fmt.Sprintf("echoAttributeListMember(dst, %q, &%s)", path, value)
	case s.Type == "map" && s.Value.Shape == attributeValue:
		return fmt.Sprintf("echoAttributesMember(dst, %q, &%s)", path, value)
	case s.Type == "list":
		return fmt.Sprintf("echoListMember(dst, %q, %s, %s)", path, value, m.echoFunction(&shape{}, m.shapes[s.Member.Shape]))
	case s.Type == "map":
		return fmt.Sprintf("echoMapMember(dst, %q, %s, %s)", path, value, m.echoFunction(&shape{}, m.shapes[s.Value.Shape]))
	}
	kinds := map[string]string{
		"string": "Text", "boolean": "Bool", "integer": "Integer", "long": "Integer", "double": "Double", "structure": "Structure",
	}
	return fmt.Sprintf("echo%sMember(dst, %q, %s)", kinds[s.Type], path, value)
}
