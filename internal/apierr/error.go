// Package apierr is about what a client may see when a request fails: a code, a message and a few
// extra members.
// It promises that an Error is complete where it is made: whoever passes it on adds nothing, and what
// is not an Error never reaches the wire.
package apierr

import (
	"net/http"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/coral"
)

// Namespaces of error types. Clients take the part behind the #.
const (
	coralService  = "com.amazon.coral.service#"
	coralValidate = "com.amazon.coral.validate#"
	dynamodb      = "com.amazonaws.dynamodb.v20120810#"
)

// Error is a refusal as a client sees it.
type Error struct {
	Code    string // ValidationException, …
	Message string

	Item    attr.Item // ConditionalCheckFailedException: the item as it was, if asked for
	Reasons []Reason  // TransactionCanceledException: one per action

	namespace  string
	status     int
	messageKey string // "message", "Message", or "" for no message at all
	hashed     bool   // number sets of Item are in the order of a Java HashSet
}

// Reason is why an action of a transaction was, or was not, the cause of its cancellation.
type Reason struct {
	Code    string // one of the Reason constants, or that of another error
	Message string
	Item    attr.Item
}

// Error returns code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Status returns the HTTP status.
func (e *Error) Status() int { return e.status }

// AppendJSON appends the body of the response.
func (e *Error) AppendJSON(dst []byte) []byte {
	dst = coral.AppendText(append(dst, `{"__type":`...), e.namespace+e.Code)
	if e.messageKey != "" {
		dst = append(append(append(dst, `,"`...), e.messageKey...), `":`...)
		dst = coral.AppendText(dst, e.Message)
	}
	if e.Item != nil {
		dst = append(dst, `,"Item":`...)
		if e.hashed {
			dst = e.Item.AppendHashedJSON(dst)
		} else {
			dst = e.Item.AppendJSON(dst)
		}
	}
	if e.Reasons != nil {
		dst = append(dst, `,"CancellationReasons":[`...)
		for i := range e.Reasons {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.Reasons[i].appendJSON(dst)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

func (r *Reason) appendJSON(dst []byte) []byte {
	dst = coral.AppendText(append(dst, `{"Code":`...), r.Code)
	if r.Message != "" {
		dst = coral.AppendText(append(dst, `,"Message":`...), r.Message)
	}
	if r.Item != nil {
		dst = r.Item.AppendHashedJSON(append(dst, `,"Item":`...))
	}
	return append(dst, '}')
}

// modelled makes an error that the service model names.
func modelled(code, message string) *Error {
	return &Error{
		Code: code, Message: message,
		namespace: dynamodb, status: http.StatusBadRequest, messageKey: "message",
	}
}

// framework makes an error of AWS's service framework.
func framework(code, message, messageKey string) *Error {
	return &Error{
		Code: code, Message: message,
		namespace: coralService, status: http.StatusBadRequest, messageKey: messageKey,
	}
}
