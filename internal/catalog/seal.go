package catalog

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
)

// sealBytes is the length of a seal: what is left of a MAC that nobody can try 2^127 times.
const sealBytes = 16

// Sealer seals what clients keep for the store and give back, such as where a page ended, so that it can
// have been made by this store only, and for one purpose only. All processes of a store seal alike.
type Sealer struct{ key []byte }

// Sealer returns the Sealer for a purpose: a short text that no other place passes.
func (c *Catalog) Sealer(purpose string) *Sealer { return NewSealer(c.secret, purpose) }

// NewSealer returns a Sealer for a purpose that goes by a secret, for tests.
func NewSealer(secret []byte, purpose string) *Sealer {
	return &Sealer{mac(secret, []byte(purpose))}
}

// Seal returns body with a seal behind it.
func (s *Sealer) Seal(body []byte) []byte { return slices.Concat(body, s.seal(body)) }

// Unseal returns the body of what Seal made, as a part of sealed, and whether Seal made it.
func (s *Sealer) Unseal(sealed []byte) (body []byte, ok bool) {
	n := len(sealed) - sealBytes
	if n < 0 || !hmac.Equal(sealed[n:], s.seal(sealed[:n])) { // in constant time
		return nil, false
	}
	return sealed[:n], true
}

// SealText returns what Seal makes of body, as text.
func (s *Sealer) SealText(e *base64.Encoding, body []byte) string {
	return e.EncodeToString(s.Seal(body))
}

// UnsealText returns the body of what SealText made with e, and whether it did: a body has one text.
func (s *Sealer) UnsealText(e *base64.Encoding, text string) (body []byte, ok bool) {
	sealed, err := e.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") { // line ends, which decoding passes over
		return nil, false
	}
	return s.Unseal(sealed)
}

func (s *Sealer) seal(body []byte) []byte { return mac(s.key, body)[:sealBytes] }

func mac(key, text []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(text) // never fails
	return h.Sum(nil)
}
