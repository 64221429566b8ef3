package robustness

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/statordb/stator/test/statortest"
)

const (
	hostileTable    = "hostile"
	hostileMemory   = 768 << 20 // what the server may hold at most while it is fed with nonsense
	hostileSenders  = 4
	abortedRequests = 60
	settleMax       = time.Minute // for the server to notice that clients are gone
	settlePause     = 20 * time.Millisecond
)

// hostile is a server with one table that holds one item, the witness.
type hostile struct {
	*statortest.Server
	client *dynamodb.Client
}

func newHostile(t *testing.T) *hostile {
	t.Helper()
	h := &hostile{Server: statortest.Start(t)}
	h.client = h.Client(t)
	statortest.CreateTable(t.Context(), t, h.client, hostileTable, "pk")
	_, err := h.client.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String(hostileTable), Item: statortest.Item{"pk": statortest.S("witness"), "n": statortest.N("1")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// serves fails the test unless the server still answers, still holds the witness and nothing else, and has
// kept its memory in bounds.
func (h *hostile) serves(t *testing.T) {
	t.Helper()
	out, err := h.client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String(hostileTable), Key: statortest.Item{"pk": statortest.S("witness")}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		t.Fatalf("the server does not serve any more: %v", err)
	}
	if n, ok := out.Item["n"].(*types.AttributeValueMemberN); !ok || n.Value != "1" || len(out.Item) != 2 {
		t.Errorf("the witness has changed to %v", out.Item)
	}
	table, err := h.client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(hostileTable)})
	if err != nil {
		t.Fatalf("the server does not serve any more: %v", err)
	}
	if n := aws.ToInt64(table.Table.ItemCount); n != 1 {
		t.Errorf("the table has %d items instead of the one", n)
	}
	if peak := h.MemoryPeak(); peak > hostileMemory {
		t.Errorf("the server held %d MiB", peak>>20)
	}
}

// TestHostileRequests sends requests that have killed or stalled other servers. Each must be refused, and the
// next request answered.
func TestHostileRequests(t *testing.T) {
	h := newHostile(t)
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			a.send(t, h)
			h.serves(t)
		})
	}
	t.Run("all at once", func(t *testing.T) {
		queue := make(chan attack)
		var wg sync.WaitGroup
		for range hostileSenders {
			wg.Go(func() {
				for a := range queue {
					a.send(t, h)
				}
			})
		}
		for _, a := range attacks {
			queue <- a
			h.serves(t)
		}
		close(queue)
		wg.Wait()
		h.serves(t)
	})
	t.Logf("the server held at most %d MiB", h.MemoryPeak()>>20)
}

// TestAbortingClients breaks connections off in the middle of a body, in each way that a client can.
func TestAbortingClients(t *testing.T) {
	h := newHostile(t)
	body := []byte(`{"TableName":"` + hostileTable + `","Item":{"pk":{"S":"aborted"}}}`)
	h.serves(t) // connections that stay open are open now
	before := h.OpenFiles()
	ways := map[string]func(c *net.TCPConn){
		"close":      func(c *net.TCPConn) { _ = c.Close() },
		"half close": func(c *net.TCPConn) { _ = c.CloseWrite() },
		"reset":      func(c *net.TCPConn) { _ = c.SetLinger(0); _ = c.Close() },
	}
	for name, leave := range ways {
		t.Run(name, func(t *testing.T) {
			for n := range abortedRequests {
				conn, err := net.Dial("tcp", h.Address)
				if err != nil {
					t.Fatal(err)
				}
				c := conn.(*net.TCPConn) //nolint:forcetypeassert // what tcp gives
				head := h.Head(t, "PutItem", body, int64(len(body)))
				// From within the head to one byte before the end.
				whole := append(head, body...)
				_, _ = c.Write(whole[:len(whole)*(n+1)/(abortedRequests+1)])
				leave(c)
				defer func() { _ = c.Close() }() // those that were only half closed
			}
			h.serves(t)
		})
	}
	for wait := time.Now(); h.OpenFiles() > before+2; time.Sleep(settlePause) {
		if time.Since(wait) > settleMax {
			t.Fatalf("the server has %d files open after clients have gone, and had %d before", h.OpenFiles(), before)
		}
	}
	h.serves(t)
}
