// Package wire is about what clients of DynamoDB see of the real binary: through the AWS SDK, and byte for byte.
// It promises what every client relies on, and leaves the rules of single operations to the scripts in internal/op.
package wire

import (
	"errors"
	"os"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/statordb/stator/test/statortest"
)

func TestMain(m *testing.M) { os.Exit(statortest.Main(m)) }

// wantError fails the test unless err is the SDK's own type for an error, with this text.
func wantError[E error](t *testing.T, err error, message string) E {
	t.Helper()
	var want E
	if !errors.As(err, &want) {
		t.Fatalf("got %v, want a %T", err, want)
	}
	var answer smithy.APIError
	if !errors.As(err, &answer) || answer.ErrorMessage() != message {
		t.Errorf("the message of %v is not %q", err, message)
	}
	return want
}

// wantCode is wantError for errors that the SDK has no type for.
func wantCode(t *testing.T, err error, code, message string) {
	t.Helper()
	var answer smithy.APIError
	if !errors.As(err, &answer) || answer.ErrorCode() != code || answer.ErrorMessage() != message {
		t.Errorf("got %v, want %s: %s", err, code, message)
	}
}
