package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// What X-Amz-Target says before the action.
const (
	targetPrefix       = "DynamoDB_20120810."
	streamTargetPrefix = "DynamoDBStreams_20120810."
)

// targetOf is X-Amz-Target for an action.
func targetOf(action string) string {
	switch action {
	case "DescribeStream", "GetRecords", "GetShardIterator", "ListStreams":
		return streamTargetPrefix + action
	}
	return targetPrefix + action
}

// signer turns bodies into whole signed requests, byte for byte what the AWS SDK for Go sends. It is for
// one goroutine.
type signer struct {
	credentials aws.Credentials
	region      string
	host        string
	now         func() time.Time
	v4          *v4.Signer
	request     *http.Request // used again for every signature
}

// newSigner returns a signer for requests to host.
func newSigner(c *config, host string) (*signer, error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+host+"/", nil)
	if err != nil {
		return nil, fmt.Errorf("cannot make requests for %s: %w", host, err)
	}
	r.Header.Set("User-Agent", "aws-sdk-go-v2/1.48.0 ua/2.1 os/linux lang/go#1.26 md/GOARCH#amd64 api/dynamodb#1.74.0")
	r.Header.Set("Accept-Encoding", "identity")
	r.Header.Set("Amz-Sdk-Request", "attempt=1; max=3")
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	return &signer{
		credentials: aws.Credentials{AccessKeyID: c.accessKey, SecretAccessKey: c.secretKey},
		region:      c.region,
		host:        host,
		now:         time.Now,
		v4:          v4.NewSigner(),
		request:     r,
	}, nil
}

// appendRequest appends a request for action, signed at this moment. The serial goes into its
// invocation id, so that no two requests are alike.
func (s *signer) appendRequest(ctx context.Context, b []byte, action string, serial uint64, body []byte) ([]byte, error) {
	h := s.request.Header
	h.Del("Authorization")
	h.Set("X-Amz-Target", targetOf(action))
	h.Set("Amz-Sdk-Invocation-Id", invocationID(serial))
	s.request.ContentLength = int64(len(body))
	sum := sha256.Sum256(body)
	err := s.v4.SignHTTP(ctx, s.credentials, s.request, hex.EncodeToString(sum[:]), "dynamodb", s.region, s.now())
	if err != nil {
		return nil, fmt.Errorf("cannot sign a request: %w", err)
	}
	b = append(b, "POST / HTTP/1.1\r\nHost: "+s.host+"\r\nUser-Agent: "+h.Get("User-Agent")+"\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	b = append(b, "\r\n"...)
	for _, name := range requestHeaders {
		b = append(b, name+": "+h.Get(name)+"\r\n"...)
	}
	b = append(b, "\r\n"...)
	return append(b, body...), nil
}

// requestHeaders are the headers behind Host, User-Agent and Content-Length, sorted alphabetically as
// net/http writes them.
var requestHeaders = []string{
	"Accept-Encoding", "Amz-Sdk-Invocation-Id", "Amz-Sdk-Request", "Authorization", "Content-Type", "X-Amz-Date", "X-Amz-Target",
}

// invocationID returns an id in the form of the SDK's random one.
func invocationID(serial uint64) string {
	a, b := mix(serial), mix(^serial)
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&0xffffffffffff)
}
