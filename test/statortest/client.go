package statortest

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/logging"
)

// Client settings.
const (
	accessKey      = "AKIDEXAMPLE"
	secretKey      = "secret"
	region         = "us-east-1"
	connectionsMax = 512
	answerMax      = 2 * time.Minute // no answer is waited for longer
)

// Client returns a client of the AWS SDK. It never sends a request twice, so that a test knows how often
// each was sent; connections are its own.
func (s *Server) Client(t testing.TB, options ...func(*dynamodb.Options)) *dynamodb.Client {
	transport := &http.Transport{MaxIdleConns: connectionsMax, MaxIdleConnsPerHost: connectionsMax}
	t.Cleanup(transport.CloseIdleConnections)
	o := dynamodb.Options{
		BaseEndpoint:     aws.String(s.URL()),
		Region:           region,
		Credentials:      credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
		HTTPClient:       plainBodies{&http.Client{Transport: transport, Timeout: answerMax}},
		Retryer:          aws.NopRetryer{},
		RetryMaxAttempts: 1,
		Logger:           logging.Nop{},
	}
	return dynamodb.New(o, options...)
}

// plainBodies hides from net/http that the bodies of the SDK's requests can write themselves. The SDK
// (smithy-go v1.28) closes a body as soon as its answer begins. If net/http has not looked for the end of
// the body by then, which happens when the server is fast, WriteTo of the closed body fails, and net/http
// closes the connection in the middle of the answer.
type plainBodies struct{ next *http.Client }

func (p plainBodies) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return p.next.Do(r)
}
