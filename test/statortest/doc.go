// Package statortest is about the real binary in tests: built once, started, stopped, killed, and asked
// through the AWS SDK or a bare socket.
// It promises that a server it started is gone when its test ends.
//
// # Terminology
//
// A Server is one process of stator serve with its data directory; Restart puts another process in its
// place on the same directory and the same address. Nothing here looks inside the process: what a test
// learns it learns as any client or operator would.
package statortest
