package keyspace

import "encoding/binary"

// Token is the key of the token text that came with an operation in a span of time. Spans ascend, so
// that the tokens of old ones can be removed together.
func Token(span uint32, operation byte, text string) []byte {
	key := binary.BigEndian.AppendUint32([]byte{spaceToken}, span)
	return append(append(key, operation), text...)
}

// Tokens is the range of the keys of all tokens.
func Tokens() (lo, hi []byte) { return between([]byte{spaceToken}) }

// TokensBefore is the range of those that came before a span of time.
func TokensBefore(span uint32) (lo, hi []byte) {
	return []byte{spaceToken}, binary.BigEndian.AppendUint32([]byte{spaceToken}, span)
}

// ParseToken returns what a key that Token made was made of.
func ParseToken(key []byte) (span uint32, operation byte, text string, err error) {
	if len(key) < 1+4+1 {
		return 0, 0, "", errKey
	}
	return binary.BigEndian.Uint32(key[1:]), key[5], string(key[6:]), nil
}
