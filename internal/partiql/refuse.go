package partiql

import (
	"strconv"

	"github.com/statordb/stator/internal/apierr"
)

// malformed is the refusal of a text that is no statement.
func malformed(what string) *apierr.Error {
	return apierr.Validation("Statement wasn't well formed, can't be processed: " + what)
}

// at is the refusal of what stands at text[start:end].
func at(text string, start, end int, what string) *apierr.Error {
	p := placeOf(text, start, end)
	return apierr.Validation(what + " at " + strconv.Itoa(p.line) + ":" + strconv.Itoa(p.column) + ":" + strconv.Itoa(p.length))
}

// Refusals that do not depend on the statement.
var (
	errAlias          = apierr.Validation("Aliasing is not supported")
	errComponents     = apierr.Validation("A path may contain at most 2 components in the FROM clause")
	errEmptyComponent = apierr.Validation("Path component cannot be an empty string")
	errOnIndex        = apierr.Validation("This operation is not supported on an index")
	errSingleTable    = apierr.Validation("Only select from a single table or index is supported.")
	errOverlap        = apierr.Validation("Overlapping conditions with range keys are not supported in where clause")
	errMissing        = apierr.Validation("MISSING must be compared using IS operator")
	errNotBoolean     = apierr.Validation("WHERE clause must contain an expression that resolves to a boolean")
	errOrderNoWhere   = apierr.Validation("Must have WHERE clause in the statement when using ORDER BY clause.")
)

// ErrParameters is the refusal of a statement that has more placeholders than there are parameters.
var ErrParameters = apierr.Validation("Number of parameters in request and statement don't match.")

// ErrExists is the refusal of an EXISTS anywhere but in a transaction.
var ErrExists = apierr.Validation("EXISTS can only be used in ExecuteTransaction write requests.")
