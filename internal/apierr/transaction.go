package apierr

import "strings"

// Codes of reasons why a transaction was cancelled. They are short forms of the names of errors.
const (
	ReasonNone            = "None" // the action was no cause
	ReasonConditionFailed = "ConditionalCheckFailed"
	ReasonConflict        = "TransactionConflict"
	ReasonCollectionFull  = "ItemCollectionSizeLimitExceeded"
	ReasonValidation      = "ValidationError"
)

// TransactionCanceled says why a transaction was cancelled: it has one reason per action.
func TransactionCanceled(reasons []Reason) *Error {
	codes := make([]string, len(reasons))
	for i := range reasons {
		codes[i] = reasons[i].Code
	}
	e := modelled("TransactionCanceledException",
		"Transaction cancelled, please refer cancellation reasons for specific reasons ["+strings.Join(codes, ", ")+"]")
	e.messageKey = "Message"
	e.Reasons = reasons
	return e
}

// IdempotentParameterMismatch is the refusal of a transaction whose token was used for another one.
func IdempotentParameterMismatch() *Error {
	e := modelled("IdempotentParameterMismatchException",
		"DynamoDB rejected the request because you retried a request with a different payload but with an idempotent token that was already used.")
	e.messageKey = "Message"
	return e
}

// TransactionInProgress is the refusal of a transaction whose token belongs to one that is being done.
func TransactionInProgress() *Error {
	e := modelled("TransactionInProgressException", "The transaction with the given request token is already in progress.")
	e.messageKey = "Message"
	return e
}
