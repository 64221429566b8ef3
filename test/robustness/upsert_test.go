package robustness

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/statordb/stator/test/statortest"
)

const (
	upsertTable   = "upsert"
	upsertClients = 64
	upsertItems   = 20
)

// TestConcurrentUpserts lets 64 clients update one absent item at once: none of them may be lost.
func TestConcurrentUpserts(t *testing.T) {
	s := statortest.Start(t)
	c := s.Client(t)
	statortest.CreateTable(t.Context(), t, c, upsertTable, "pk")
	for i := range scaled(upsertItems) {
		key := statortest.Item{"pk": statortest.S(fmt.Sprintf("item-%d", i))}
		counts := upsertAtOnce(t, c, key)
		slices.Sort(counts)
		for k, n := range counts {
			if n != k+1 {
				t.Fatalf("item %d: the updates were answered with the counts %v", i, counts)
			}
		}
		out, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{
			TableName: aws.String(upsertTable), Key: key, ConsistentRead: aws.Bool(true),
		})
		if err != nil {
			t.Fatal(err)
		}
		checkUpserted(t, out.Item)
	}
}

// upsertAtOnce updates the item from all clients and returns the counts that they were answered.
func upsertAtOnce(t *testing.T, c *dynamodb.Client, key statortest.Item) []int {
	t.Helper()
	counts := make([]int, upsertClients)
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for client := range upsertClients {
		wg.Go(func() {
			<-begin
			out, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: aws.String(upsertTable), Key: key, ReturnValues: types.ReturnValueUpdatedNew,
				UpdateExpression: aws.String("ADD n :one SET clients = list_append(if_not_exists(clients, :none), :me)"),
				ExpressionAttributeValues: statortest.Item{
					":one": statortest.N("1"), ":none": statortest.L(), ":me": statortest.L(statortest.N(fmt.Sprint(client))),
				},
			})
			if err != nil {
				t.Errorf("client %d: %v", client, err)
				return
			}
			n, ok := out.Attributes["n"].(*types.AttributeValueMemberN)
			if !ok {
				t.Errorf("client %d: there is no n in %v", client, out.Attributes)
				return
			}
			if counts[client], err = strconv.Atoi(n.Value); err != nil {
				t.Errorf("client %d: %v", client, err)
			}
		})
	}
	close(begin)
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return counts
}

// checkUpserted tells whether every client has left its mark on the item, once.
func checkUpserted(t *testing.T, item statortest.Item) {
	t.Helper()
	if n, ok := item["n"].(*types.AttributeValueMemberN); !ok || n.Value != fmt.Sprint(upsertClients) {
		t.Errorf("n is %v after %d updates", item["n"], upsertClients)
	}
	clients, ok := item["clients"].(*types.AttributeValueMemberL)
	if !ok {
		t.Fatalf("there is no list of clients in %v", item)
	}
	seen := map[string]int{}
	for _, v := range clients.Value {
		if n, ok := v.(*types.AttributeValueMemberN); ok {
			seen[n.Value]++
		}
	}
	for client := range upsertClients {
		if seen[fmt.Sprint(client)] != 1 {
			t.Errorf("client %d is in the list %d times", client, seen[fmt.Sprint(client)])
		}
	}
}
