// Package sigv4 is about who signed a request, by AWS Signature Version 4.
// It promises for now only that a request which passes is signed: whose signature it is, and whether
// it is right, is not looked at.
package sigv4

import (
	"net/url"
	"strings"

	"github.com/statordb/stator/internal/apierr"
)

// algorithmParameter is there if a request is signed in its query string.
const algorithmParameter = "X-Amz-Algorithm"

// schemePrefix begins the header Authorization of a signed request.
const schemePrefix = "AWS4-"

// Header looks up the headers of a request.
type Header interface {
	// Get returns the first value of a header, by its canonical name, or "".
	Get(name string) string
}

// Request is what a Verifier sees of a request.
type Request struct {
	Query  string // as sent, without the question mark
	Header Header
}

// Verifier returns why a request is refused for its signature, or nil. Verification of signatures
// will be another Verifier than Signed.
type Verifier func(r Request) *apierr.Error

// Signed is the Verifier that accepts whatever is signed, by anybody.
func Signed(r Request) *apierr.Error {
	header := strings.TrimSpace(r.Header.Get("Authorization"))
	inQuery := signedInQuery(r.Query)
	switch {
	case header != "" && inQuery:
		return apierr.InvalidSignature("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
	case inQuery, strings.HasPrefix(header, schemePrefix):
		return nil
	}
	return apierr.MissingAuthenticationToken()
}

func signedInQuery(query string) bool {
	if query == "" {
		return false
	}
	// Parameters that cannot be read are left out, which is all there is to say of them here.
	parameters, _ := url.ParseQuery(query)
	return parameters.Has(algorithmParameter)
}
