package statortest

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

// TestServer leads a server through a life with a violent death in it.
func TestServer(t *testing.T) {
	s := Start(t)
	CreateTable(t.Context(), t, s.Client(t), "table", "pk", "sk")
	address, first := s.Address, s.PID()
	s.Kill()
	if s.answers("/-/ready") {
		t.Fatal("it answers although it was killed")
	}
	Check(t, s.Dir)
	s.Restart(t)
	if s.Address != address || s.PID() == first {
		t.Errorf("process %d at %s follows process %d at %s", s.PID(), s.Address, first, address)
	}
	out, err := s.Client(t).ListTables(t.Context(), &dynamodb.ListTablesInput{})
	if err != nil || len(out.TableNames) != 1 {
		t.Errorf("after a restart there are the tables %v: %v", out, err)
	}
	if status := s.Stop(t); status != 0 {
		t.Errorf("it stops with status %d", status)
	}
}

// TestMemory starts a server without a directory.
func TestMemory(t *testing.T) {
	s := StartMemory(t)
	a := s.Post(t, "DescribeTable", []byte(`{"TableName":"no-such-table"}`))
	if name, message := a.Error(); a.Status != http.StatusBadRequest || name != "ResourceNotFoundException" || message == "" {
		t.Errorf("answered with %v", a)
	}
	if s.MemoryPeak() != 0 && s.MemoryPeak() < 1<<20 {
		t.Errorf("it never held more than %d bytes", s.MemoryPeak())
	}
}

// TestClientDoesNotRepeat lets a client meet a server that is gone.
func TestClientDoesNotRepeat(t *testing.T) {
	s := StartMemory(t)
	attempts := 0
	c := s.Client(t, func(o *dynamodb.Options) {
		next := o.HTTPClient
		o.HTTPClient = doer(func(r *http.Request) (*http.Response, error) {
			attempts++
			return next.Do(r)
		})
	})
	s.Kill()
	if _, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("table")}); err == nil {
		t.Error("a server that is gone answers")
	}
	if attempts != 1 {
		t.Errorf("the request was sent %d times", attempts)
	}
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

func TestOutput(t *testing.T) {
	var o output
	for range 3 {
		if n, err := o.Write([]byte(strings.Repeat("x", outputMax/2))); n != outputMax/2 || err != nil {
			t.Fatalf("%d bytes are taken: %v", n, err)
		}
	}
	if len(o.String()) != outputMax {
		t.Errorf("%d bytes are kept", len(o.String()))
	}
}
