package apierr

import (
	"net/http"

	"github.com/statordb/stator/internal/attr"
)

// UnknownOperation is the refusal of a request without a known operation.
func UnknownOperation() *Error { return framework("UnknownOperationException", "", "") }

// NotBuilt is the refusal of an operation of DynamoDB that this program does not have yet.
func NotBuilt(operation string) *Error {
	return framework("UnknownOperationException",
		"Stator does not have the operation "+operation+" yet; docs/compat.md lists what it has.", "message")
}

// Serialization is the refusal of a body that cannot be read. AWS gives no message for JSON that is
// not well formed.
func Serialization(message string) *Error {
	key := "Message"
	if message == "" {
		key = ""
	}
	return framework("SerializationException", message, key)
}

// MissingAuthenticationToken is the refusal of a request that nobody signed.
func MissingAuthenticationToken() *Error {
	return framework("MissingAuthenticationTokenException", "Request is missing Authentication Token", "message")
}

// InvalidSignature is the refusal of a request for its signature.
func InvalidSignature(message string) *Error {
	return framework("InvalidSignatureException", message, "message")
}

// TooLarge is the refusal of a body over the limit.
func TooLarge() *Error {
	e := framework("RequestEntityTooLarge", "Request body is too large", "message")
	e.status = http.StatusRequestEntityTooLarge
	return e
}

// Internal is what a client sees of an error that is none of its business.
func Internal() *Error {
	e := modelled("InternalServerError", "Internal server error")
	e.status = http.StatusInternalServerError
	return e
}

// Unavailable says that the store cannot take the request now; SDKs try again.
func Unavailable(message string) *Error {
	e := framework("ServiceUnavailable", message, "message")
	e.status = http.StatusServiceUnavailable
	return e
}

// DiskFull is the refusal of a write for want of disk space; reads and deletes go on.
func DiskFull() *Error {
	return Unavailable("There is not enough free disk space to take the write. Reads and deletes still work.")
}

// ResourceNotFound is a ResourceNotFoundException.
func ResourceNotFound(message string) *Error {
	return modelled("ResourceNotFoundException", message)
}

// NoItemTable is how operations on items say that the table does not exist.
func NoItemTable() *Error { return ResourceNotFound("Requested resource not found") }

// NoTable is how operations on tables say that the table does not exist.
func NoTable(name string) *Error {
	return ResourceNotFound("Requested resource not found: Table: " + name + " not found")
}

// TableNotFound is how the backup family says that the table does not exist.
func TableNotFound(name string) *Error {
	return modelled("TableNotFoundException", "Table not found: "+name)
}

// ResourceInUse is a ResourceInUseException.
func ResourceInUse(message string) *Error { return modelled("ResourceInUseException", message) }

// LimitExceeded is a LimitExceededException.
func LimitExceeded(message string) *Error { return modelled("LimitExceededException", message) }

// AccessDenied is an AccessDeniedException.
func AccessDenied(message string) *Error {
	return framework("AccessDeniedException", message, "Message")
}

// ConditionalCheckFailed is the refusal of a write whose condition does not hold. item is the item
// as it is, if the request asks for it and there is one.
func ConditionalCheckFailed(item attr.Item) *Error {
	e := modelled("ConditionalCheckFailedException", "The conditional request failed")
	e.Item = item
	return e
}

// ItemCollectionSizeLimitExceeded is the refusal of a write that makes an item collection too large.
// The text is DynamoDB Local's: 10 GB are not easily captured.
func ItemCollectionSizeLimitExceeded() *Error {
	return modelled("ItemCollectionSizeLimitExceededException", "Collection size exceeded")
}

// TransactionConflict is the refusal of a single write that met a transaction on its item.
func TransactionConflict() *Error {
	return modelled("TransactionConflictException", "Transaction is ongoing for the item")
}
