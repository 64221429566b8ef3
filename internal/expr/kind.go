package expr

import "github.com/statordb/stator/internal/apierr"

// Kind is the parameter that a text was given in. Refusals name it.
type Kind uint8

// The kinds of expression.
const (
	ConditionKind Kind = iota
	FilterKind
	ProjectionKind
	UpdateKind
	KeyConditionKind
	StatementKind // a PartiQL statement or a part of one, which refusals do not name
)

var kindNames = [...]string{
	ConditionKind:    "ConditionExpression",
	FilterKind:       "FilterExpression",
	ProjectionKind:   "ProjectionExpression",
	UpdateKind:       "UpdateExpression",
	KeyConditionKind: "KeyConditionExpression",
	StatementKind:    "statement",
}

// String returns the name of the parameter.
func (k Kind) String() string { return kindNames[k] }

// refuse makes the refusal of an expression of this kind.
func (k Kind) refuse(what string) *apierr.Error {
	if k == StatementKind {
		return apierr.Validation(what)
	}
	return apierr.Validation("Invalid " + k.String() + ": " + what)
}

// TextBytesMax is how long the text of an expression may be ("Constraints in Amazon DynamoDB"), and a text
// that is kept in a Cache.
const TextBytesMax = 4096

// Limits of expressions, from "Constraints in Amazon DynamoDB".
const (
	operatorsMax  = 300
	pathStepsMax  = 32
	inOperandsMax = 100
	listIndexMax  = 1<<31 - 1
)

// Lengths of placeholders, with their sign.
const (
	placeholderBytesMin = 2
	placeholderBytesMax = 255
)

// depthMax is the deepest nesting that is read. Every level has an operator of its own or redundant
// parentheses, so what is deeper is refused whatever it means.
const depthMax = groupsPerOperator*operatorsMax + 1

// groupsPerOperator is how many brackets an operator can stand in of which none is redundant: those
// of a function and those around them.
const groupsPerOperator = 2
