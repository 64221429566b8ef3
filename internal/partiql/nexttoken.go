package partiql

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
)

// A token says where a page ended:
//
//	version | range (uvarint) | key (an encoded item) | request | seal
//
// The request is what it belongs to: a hash of statement, parameters and table. The seal is the store's,
// so that whoever gives a token back can have made it no other way than by getting it.
const (
	tokenVersion = 0x01
	requestBytes = 16
)

// tokenEncoding writes tokens.
var tokenEncoding = base64.RawURLEncoding

var (
	errInvalidToken = apierr.Validation("Invalid NextToken")
	errOtherToken   = apierr.Validation("NextToken does not match request")
)

// Tokens makes tokens of positions.
type Tokens struct{ sealer *catalog.Sealer }

// NewTokens returns Tokens that are sealed with sealer.
func NewTokens(sealer *catalog.Sealer) *Tokens { return &Tokens{sealer} }

// Token returns the token of position p in r.
func (t *Tokens) Token(r *Read, p *Position) string {
	b := binary.AppendUvarint([]byte{tokenVersion}, uint64(p.Range)) //nolint:gosec // never negative
	b = append(b, p.Key...)
	b = append(b, r.bound.request()...)
	return t.sealer.SealText(tokenEncoding, b)
}

// Position returns the position in r that a token is of.
func (t *Tokens) Position(r *Read, token string) (*Position, *apierr.Error) {
	body, ok := t.sealer.UnsealText(tokenEncoding, token)
	if !ok || body[0] != tokenVersion {
		return nil, errInvalidToken
	}
	body, request := body[1:len(body)-requestBytes], body[len(body)-requestBytes:]
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
