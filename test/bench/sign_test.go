package main

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func testConfig() *config {
	return &config{accessKey: "AKIDEXAMPLE", secretKey: "secret", region: "eu-west-1", keys: 100, itemBytes: 1024, attributes: 8, seed: 1}
}

// TestSignature checks prepared requests against the definition of Signature Version 4, written out here.
func TestSignature(t *testing.T) {
	cfg := testConfig()
	sign, err := newSigner(cfg, "127.0.0.1:8000")
	if err != nil {
		t.Fatal(err)
	}
	sign.now = func() time.Time { return time.Date(2026, 11, 24, 10, 20, 30, 0, time.UTC) }
	var request []byte
	for serial, body := range []string{`{}`, `{"TableName":"t"}`, ""} {
		if request, err = sign.appendRequest(t.Context(), request[:0], "GetItem", uint64(serial), []byte(body)); err != nil {
			t.Fatal(err)
		}
		r, got := parseRequest(t, request)
		if got != body {
			t.Errorf("the body is %q, want %q", got, body)
		}
		if date := r.Header.Get("X-Amz-Date"); date != "20261124T102030Z" {
			t.Errorf("it is signed at %s", date)
		}
		if err := verifySignature(r, body, cfg); err != nil {
			t.Error(err)
		}
		r.Header.Set("X-Amz-Target", "DynamoDB_20120810.PutItem")
		if verifySignature(r, body, cfg) == nil {
			t.Error("the signature does not cover the target")
		}
	}
}

// TestRequestIsThatOfTheSDK compares a prepared request with one that the SDK sends.
func TestRequestIsThatOfTheSDK(t *testing.T) {
	cfg := testConfig()
	recorder := &recorder{}
	client := dynamodb.New(dynamodb.Options{
		BaseEndpoint: aws.String("http://127.0.0.1:8000"), Region: cfg.region, HTTPClient: recorder, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(cfg.accessKey, cfg.secretKey, ""),
	})
	if _, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil {
		t.Fatal(err)
	}
	sign, err := newSigner(cfg, "127.0.0.1:8000")
	if err != nil {
		t.Fatal(err)
	}
	request, err := sign.appendRequest(t.Context(), nil, "ListTables", 1, []byte(recorder.body))
	if err != nil {
		t.Fatal(err)
	}
	ours, _ := parseRequest(t, request)
	theirs := recorder.request.Header
	for _, name := range []string{"Accept-Encoding", "Content-Type", "X-Amz-Target"} {
		if ours.Header.Get(name) != theirs.Get(name) {
			t.Errorf("%s is %q, the SDK sends %q", name, ours.Header.Get(name), theirs.Get(name))
		}
	}
	if want, got := names(theirs), names(ours.Header); !slices.Equal(got, want) {
		t.Errorf("the headers are %v, the SDK sends %v", got, want)
	}
	signed := regexp.MustCompile(`SignedHeaders=[^,]*`)
	if got, want := signed.FindString(ours.Header.Get("Authorization")), signed.FindString(theirs.Get("Authorization")); got != want {
		t.Errorf("%s, the SDK has %s", got, want)
	}
	if err := verifySignature(recorder.request, recorder.body, cfg); err != nil {
		t.Errorf("this test does not understand the SDK's signature: %v", err)
	}
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	if id := ours.Header.Get("Amz-Sdk-Invocation-Id"); !uuid.MatchString(id) {
		t.Errorf("the invocation ID is %s", id)
	}
}

// names returns the names of headers that are sent either way, sorted.
func names(h http.Header) []string {
	h = h.Clone()
	h.Del("Content-Length") // net/http adds it to the SDK's
	return slices.Sorted(maps.Keys(h))
}

// recorder keeps the last request of an SDK and answers {}.
type recorder struct {
	request *http.Request
	body    string
}

func (r *recorder) Do(q *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(q.Body)
	r.request, r.body = q, string(body)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}, err
}

func parseRequest(t *testing.T, b []byte) (*http.Request, string) {
	t.Helper()
	in := bufio.NewReader(bytes.NewReader(b))
	r, err := http.ReadRequest(in)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if in.Buffered() > 0 {
		t.Error("there is something behind the body")
	}
	return r, string(body)
}

var authorization = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/dynamodb/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$`)

// verifySignature signs the request once more, step by step as AWS describes it.
func verifySignature(r *http.Request, body string, cfg *config) error {
	m := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return fmt.Errorf("Authorization is %q", r.Header.Get("Authorization"))
	}
	day, signedHeaders, signature := m[2], m[4], m[5]
	canonical := "POST\n/\n\n"
	for name := range strings.SplitSeq(signedHeaders, ";") {
		value := r.Header.Get(name)
		switch name {
		case "host":
			value = r.Host
			if value == "" {
				value = r.URL.Host
			}
		case "content-length":
			value = fmt.Sprint(r.ContentLength)
		}
		canonical += name + ":" + value + "\n"
	}
	canonical += "\n" + signedHeaders + "\n" + sha256Hex(body)
	scope := day + "/" + cfg.region + "/dynamodb/aws4_request"
	toSign := "AWS4-HMAC-SHA256\n" + r.Header.Get("X-Amz-Date") + "\n" + scope + "\n" + sha256Hex(canonical)
	key := []byte("AWS4" + cfg.secretKey)
	for _, part := range []string{day, cfg.region, "dynamodb", "aws4_request", toSign} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	if got := hex.EncodeToString(key); m[1] != cfg.accessKey || got != signature {
		return fmt.Errorf("the signature is %s by %s, want %s by %s over\n%s", signature, m[1], got, cfg.accessKey, canonical)
	}
	return nil
}

func sha256Hex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
