package apierr

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// envelope begins a refusal that AWS's newer validation layer makes about the shape of a request.
const envelope = "1 validation error detected: "

// invalidValues begins many refusals of values.
const invalidValues = "One or more parameter values were invalid: "

// Validation is a ValidationException.
func Validation(message string) *Error {
	return &Error{
		Code: "ValidationException", Message: message,
		namespace: coralValidate, status: http.StatusBadRequest, messageKey: "message",
	}
}

// Validationf is Validation with a format.
func Validationf(format string, args ...any) *Error { return Validation(fmt.Sprintf(format, args...)) }

// Invalid is a ValidationException that says that parameter values were invalid.
func Invalid(message string) *Error { return Validation(invalidValues + message) }

// Invalidf is Invalid with a format.
func Invalidf(format string, args ...any) *Error { return Invalid(fmt.Sprintf(format, args...)) }

// Enveloped is e as the operations on single items word a refusal that follows from the request alone.
func (e *Error) Enveloped() *Error {
	out := *e
	out.Message = envelope + e.Message
	return &out
}

// memberErrorsMax is how many member errors AWS reports at once.
const memberErrorsMax = 10

// Members joins the texts of members that break their constraints into one ValidationException, or
// returns nil if there are none.
func Members(texts []string) *Error {
	switch len(texts) {
	case 0:
		return nil
	case 1:
		return Validation(envelope + texts[0])
	}
	texts = texts[:min(len(texts), memberErrorsMax)]
	return Validation(strconv.Itoa(len(texts)) + " validation errors detected: " + strings.Join(texts, "; "))
}
