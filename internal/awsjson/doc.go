// Package awsjson is about requests as they come in over HTTP: AWS's JSON protocol, version 1.0.
// It promises that whatever a client sends, it gets the answer that DynamoDB gives, within bounded
// memory, and that no request harms another: one that meets a defect of ours is answered with
// InternalServerError.
//
// # Terminology
//
// A target names the operation that a request asks for, in the header X-Amz-Target. An Exchange is
// the memory of one request and its answer, used again for the next.
//
// # The seam
//
// Only http.go knows net/http. Below it a request is a target, a header look-up and a body, and an
// answer is a status and bytes, so that a faster server can take its place.
//
// # Order of checks
//
// Limits, content type, JSON, target, signature, empty body, then the types of members; what follows
// is the operation's.
package awsjson
