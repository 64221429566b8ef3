package statortest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// targetPrefix is what X-Amz-Target says before the name of an operation.
const targetPrefix = "DynamoDB_20120810."

// Answer is an HTTP answer as it was sent.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // not inflated
}

// Error is the name and the text of an error answer; the name is "" if the body is none.
func (a *Answer) Error() (name, message string) {
	var body struct {
		Type    string `json:"__type"`
		Message string // either case
	}
	if json.Unmarshal(a.Body, &body) != nil {
		return "", ""
	}
	_, name, _ = strings.Cut(body.Type, "#")
	return name, body.Message
}

func (a *Answer) String() string { return fmt.Sprintf("%d %.500s", a.Status, a.Body) }

// Post sends body to an operation and returns the answer. Headers are given as "Name: value" and replace
// those that every request has; "Name:" leaves one out.
func (s *Server) Post(t testing.TB, operation string, body []byte, headers ...string) *Answer {
	t.Helper()
	return s.Exchange(t, append(s.Head(t, operation, body, int64(len(body)), headers...), body...))
}

// Head returns the request line and the headers of a signed request with the given Content-Length, which
// need not be that of body; a negative one is left out. Headers are as in Post; they are not signed.
func (s *Server) Head(t testing.TB, operation string, body []byte, length int64, headers ...string) []byte {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.URL()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", targetPrefix+operation)
	sum := sha256.Sum256(body)
	key := aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}
	err = v4.NewSigner().SignHTTP(context.Background(), key, r, hex.EncodeToString(sum[:]), "dynamodb", region, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Host", s.Address)
	if length >= 0 {
		r.Header.Set("Content-Length", strconv.FormatInt(length, 10))
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		r.Header.Del(name)
		if value = strings.TrimSpace(value); value != "" {
			r.Header.Set(name, value)
		}
	}
	var b bytes.Buffer
	b.WriteString("POST / HTTP/1.1\r\n")
	_ = r.Header.Write(&b) // a Buffer takes everything
	b.WriteString("\r\n")
	return b.Bytes()
}

// Exchange sends the bytes of a request over a connection of its own and returns the answer.
func (s *Server) Exchange(t testing.TB, request []byte) *Answer {
	t.Helper()
	a, err := s.TryExchange(request)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TryExchange is Exchange for goroutines other than the test's. The answer is read while the request is still
// being sent, since a server may answer before it has read everything.
func (s *Server) TryExchange(request []byte) (*Answer, error) {
	c, err := s.dial()
	if err != nil {
		return nil, err
	}
	sent := make(chan struct{})
	go func() {
		c.Write(request)
		close(sent)
	}()
	a, err := c.answer(http.MethodPost)
	c.Close()
	<-sent
	return a, err
}
