package store

import (
	"fmt"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// isToken reports whether key is that of a token.
func isToken(key []byte) bool {
	lo, hi := keyspace.Tokens()
	return engine.Range{Lo: lo, Hi: hi}.Contains(key)
}

// token judges a stored token: it must be read, and lie where whoever looks for it looks.
func (v *verifying) token(key, value []byte) {
	used, err := parseToken(value)
	if err == nil {
		var span uint32
		if span, _, _, err = keyspace.ParseToken(key); err == nil && span != spanOf(used.at) {
			err = fmt.Errorf("the token was used at %s, which is not in its span", used.at.UTC())
		}
	}
	if err != nil {
		v.report(fmt.Sprintf("the key %s: %v", shown(key), err))
	}
}
