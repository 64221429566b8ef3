// Package attr is about attribute values: how they are encoded, ordered, measured and written as JSON.
// It promises one canonical encoding, read in place: two values are equal exactly when their bytes
// are, and no operation on an item builds a tree of Go values.
//
// # Terminology
//
// A Value is one encoded attribute value (S, N, B, BOOL, NULL, SS, NS, BS, L or M). An Item is an
// encoded attribute map: what a table holds under a key, what a Key or ExpressionAttributeValues
// parameter is, and what stands inside an M. A Number is a decimal of up to 38 digits in the byte
// form that DynamoDB itself sorts and hashes by. A level is a step of nesting: a top-level value is
// at level 1, an element of a top-level list at level 2.
//
// docs/format/item.md draws the bytes. Bytes that come from a client pass through a Decoder, bytes
// that come from disk through checksums below this package; accessors therefore trust what they
// read, and Check is there for whoever must not.
package attr
