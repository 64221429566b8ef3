// Package api is about the shapes of requests and responses: the structures of all operations of
// DynamoDB and DynamoDB Streams, how they are read from JSON and written to it, and their limits.
// It promises that whatever bytes a body has, reading it takes linear time and bounded memory and
// ends in a structure that is safe to use or in the refusal that AWS gives.
//
// # Terminology
//
// A shape is a structure of AWS's service model (directory model). An input is the shape that an
// operation reads, an output the one that it answers with. A member is a field of a shape; it is
// absent if the body does not have it or has null for it. Member errors are the refusals of members
// that break what the model says of them.
//
// # How members are held
//
// Presence is explicit: a scalar is an Opt, a structure a pointer (nil is absent), a list a slice and
// a map a Map (nil is absent, empty is given), attribute values are Attributes, Attribute and
// AttributeList. A null inside a list or map is read as the empty value of its kind: "", {} or [].
// Unknown members are ignored at every level, and of members with one name the last counts.
//
// What is read stays valid until the Decoder is Reset; nothing in it refers to the body.
//
// # Member errors
//
// Constraints collects them. Constrain, which every input has, notes what the model says, worded and
// ordered as AWS's older validation layer does; the exported methods of Constraints are for operations
// that AWS checks in another way. Of the name of a table, which may be an ARN, the model says no more
// than that it has 1 to 1024 characters; TableName judges names that are none.
//
// # Generated code
//
// The files *_gen.go come from the model through command gen, which also holds what the model does not
// say: the order in which AWS lists member errors and the words of enums, and the order in which it
// prints members. "go generate ./internal/api" writes them, a test of gen compares them.
package api

//go:generate go run ./gen
