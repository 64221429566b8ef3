package api_test

import (
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// TestScripts runs the scripts under testdata. Their commands are operations with the body of a
// request; what is below the line is how reading the body is refused, or the member errors, one a
// line, or "ok".
//
// go test ./internal/api -rewrite writes what comes out into the scripts.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			return request(t, d.Cmd, d.Input)
		})
	})
}

func request(t *testing.T, name, body string) string {
	i, ok := api.Lookup("DynamoDB_20120810." + name)
	if !ok {
		i, ok = api.Lookup("DynamoDBStreams_20120810." + name)
	}
	if !ok {
		t.Fatalf("no operation %s", name)
	}
	var d api.Decoder
	d.Reset([]byte(body))
	in := api.Shapes[i].NewInput()
	if err := api.DecodeRequest(&d, in); err != nil {
		return refusal(err)
	}
	var c api.Constraints
	if out := memberErrors(&c, in); out != "" {
		return out + "\n"
	}
	return "ok\n"
}

// memberErrors returns what in breaks, one a line. Every input is Constrained.
func memberErrors(c *api.Constraints, in api.Request) string {
	c.Reset()
	in.(api.Constrained).Constrain(c)
	return strings.Join(c.Texts(), "\n")
}

func refusal(err *apierr.Error) string {
	body := string(err.AppendJSON(nil))
	if !strings.Contains(body, "essage") {
		return err.Code + " without message\n"
	}
	return err.Code + ": " + err.Message + "\n"
}
