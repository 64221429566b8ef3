package partiql

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// A token says where a page ended:
//
//	version | range (uvarint) | key (an encoded item) | request | seal
//
// The request is what it belongs to: a hash of statement, parameters and table. The seal is a MAC of all
// before it, so that whoever gives a token back can have made it no other way than by getting it.
const (
	tokenVersion = 0x01
	requestBytes = 16
	sealBytes    = 16
)

// tokenEncoding writes tokens; every token has one spelling.
var tokenEncoding = base64.RawURLEncoding.Strict()

var (
	errInvalidToken = apierr.Validation("Invalid NextToken")
	errOtherToken   = apierr.Validation("NextToken does not match request")
)

// Sealer makes tokens of positions, with a key that all processes of a store must share.
type Sealer struct{ key []byte }

// NewSealer returns a Sealer with a key.
func NewSealer(key []byte) *Sealer { return &Sealer{key} }

// Token returns the token of position p in r.
func (s *Sealer) Token(r *Read, p *Position) string {
	b := binary.AppendUvarint([]byte{tokenVersion}, uint64(p.Range)) //nolint:gosec // never negative
	b = append(b, p.Key...)
	b = append(b, r.bound.request()...)
	return tokenEncoding.EncodeToString(append(b, s.seal(b)...))
}

func (s *Sealer) seal(b []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write(b)
	return mac.Sum(nil)[:sealBytes]
}

// Position returns the position in r that a token is of.
func (s *Sealer) Position(r *Read, token string) (*Position, *apierr.Error) {
	b, err := tokenEncoding.DecodeString(token)
	if err != nil || len(b) < 1+1+requestBytes+sealBytes || b[0] != tokenVersion {
		return nil, errInvalidToken
	}
	sealed, seal := b[:len(b)-sealBytes], b[len(b)-sealBytes:]
	if !hmac.Equal(seal, s.seal(sealed)) {
		return nil, errInvalidToken
	}
	body, request := sealed[1:len(sealed)-requestBytes], sealed[len(sealed)-requestBytes:]
	if r.bound.listed() || string(request) != string(r.bound.request()) {
		return nil, errOtherToken
	}
	in, n := binary.Uvarint(body)
	return &Position{int(in), attr.Item(body[n:])}, nil //nolint:gosec // sealed by us
}

// request returns the hash of what a token belongs to.
func (b *Bound) request() []byte {
	h := sha256.New()
	var index uint32
	if b.index != nil {
		index = uint32(b.index.ID)
	}
	h.Write(b.table.ID[:])
	h.Write(binary.BigEndian.AppendUint32(nil, index))
	for _, v := range b.given { // values tell their length
		h.Write(v)
	}
	h.Write([]byte(b.text))
	return h.Sum(nil)[:requestBytes]
}

// listed reports whether a parameter is a list or a map. AWS takes no token back then (partiql.md §10).
func (b *Bound) listed() bool {
	for _, v := range b.given {
		if t := v.Type(); t == attr.L || t == attr.M {
			return true
		}
	}
	return false
}
