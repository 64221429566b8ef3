package robustness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/statordb/stator/test/statortest"
)

const (
	accountTable  = "accounts"
	transferTable = "transfers"
	bankClients   = 64
	bankAccounts  = 16
	bankBalance   = 1000 // of an account, at first
	bankRounds    = 3    // SIGKILLs
	bankMoves     = 500  // in a round, and up to as many more
)

// TestBank lets clients move money between accounts, in transactions, and pay in, in single writes, while
// auditors read all accounts at one moment. The server is killed in between. What an account has must
// always be what was moved and paid in, and every answer must have been true.
func TestBank(t *testing.T) {
	seed := newSeed(t)
	s := statortest.Start(t)
	c := s.Client(t)
	statortest.CreateTable(t.Context(), t, c, accountTable, "pk")
	statortest.CreateTable(t.Context(), t, c, transferTable, "pk")
	b := &bank{client: c}
	b.open(t)
	clients := make([]*bankClient, bankClients)
	for i := range clients {
		clients[i] = &bankClient{bank: b, id: i, random: newRandom(seed, i), done: map[string]bool{}}
	}
	moment := newRandom(seed, bankClients)
	for range scaled(bankRounds) {
		bankRound(t, s, clients, int64(bankMoves+moment.IntN(bankMoves)))
		statortest.Check(t, s.Dir)
		s.Restart(t)
		for _, c := range clients {
			c.settle(t)
		}
		b.check(t, clients)
		if t.Failed() {
			t.FailNow()
		}
	}
	t.Logf("%d transfers done, %d cancelled for want of money, %d for conflicts; %d replayed after a crash",
		b.moved.Load(), b.poor.Load(), b.conflicts.Load(), b.replayed.Load())
}

// bankRound lets all clients work and kills the server when so many moves are done.
func bankRound(t *testing.T, s *statortest.Server, clients []*bankClient, moves int64) {
	t.Helper()
	var (
		made    atomic.Int64
		killing atomic.Bool
		wg      sync.WaitGroup
		once    sync.Once
	)
	for _, c := range clients {
		wg.Go(func() {
			for {
				err := c.act(t.Context())
				switch {
				case err != nil && killing.Load() && !isAnswer(err):
					return
				case err != nil:
					t.Errorf("client %d: %v", c.id, err)
					once.Do(s.Kill) // the others need not go on
					return
				}
				if made.Add(1) >= moves {
					killing.Store(true)
					once.Do(s.Kill)
				}
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// bank is the accounts. An account holds what it has, n, and the IDs of what was paid in, whose last part
// is the amount.
type bank struct {
	client                           *dynamodb.Client
	moved, poor, conflicts, replayed atomic.Int64
}

func (b *bank) open(t *testing.T) {
	t.Helper()
	for i := range bankAccounts {
		item := account(i)
		item["n"] = statortest.N(strconv.Itoa(bankBalance))
		if _, err := b.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(accountTable), Item: item}); err != nil {
			t.Fatal(err)
		}
	}
}

func account(i int) statortest.Item {
	return statortest.Item{"pk": statortest.S(fmt.Sprintf("account-%d", i))}
}

// balances reads all accounts at one moment, and checks that together they have what was paid in.
func (b *bank) balances(ctx context.Context) (has []int64, paidIn []map[string]int64, err error) {
	in := &dynamodb.TransactGetItemsInput{}
	for i := range bankAccounts {
		in.TransactItems = append(in.TransactItems, types.TransactGetItem{Get: &types.Get{TableName: aws.String(accountTable), Key: account(i)}})
	}
	out, err := b.client.TransactGetItems(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	var sum, want int64
	for i, r := range out.Responses {
		n, err := numberOf(r.Item)
		if err != nil || n < 0 {
			return nil, nil, fmt.Errorf("account %d has %d: %w", i, n, err)
		}
		ids := map[string]int64{}
		if set, ok := r.Item["paid"].(*types.AttributeValueMemberSS); ok {
			for _, id := range set.Value {
				ids[id] = amountIn(id)
				want += ids[id]
			}
		}
		has, paidIn = append(has, n), append(paidIn, ids)
		sum, want = sum+n, want+bankBalance
	}
	if sum != want {
		return nil, nil, fmt.Errorf("the accounts have %d together, not %d", sum, want)
	}
	return has, paidIn, nil
}

// amountIn reads the amount in an ID.
func amountIn(id string) int64 {
	n, err := strconv.ParseInt(id[strings.LastIndexByte(id, '-')+1:], 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// check compares what the accounts have with what was moved and paid in, and that with what clients know.
func (b *bank) check(t *testing.T, clients []*bankClient) {
	t.Helper()
	has, paidIn, err := b.balances(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := make([]int64, bankAccounts)
	happened := map[string]bool{}
	for i := range want {
		want[i] = bankBalance
		for id, amount := range paidIn[i] {
			want[i] += amount
			happened[id] = true
		}
	}
	pages := dynamodb.NewScanPaginator(b.client, &dynamodb.ScanInput{TableName: aws.String(transferTable), ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			id := item["pk"].(*types.AttributeValueMemberS).Value //nolint:forcetypeassert // the key of the table
			var from, to int
			if _, err := fmt.Sscanf(id[strings.IndexByte(id, '/')+1:], "%d-%d-", &from, &to); err != nil {
				t.Fatalf("the transfer %s: %v", id, err)
			}
			want[from] -= amountIn(id)
			want[to] += amountIn(id)
			happened[id] = true
		}
	}
	for i := range want {
		if has[i] != want[i] {
			t.Errorf("account %d has %d, but was paid and moved %d", i, has[i], want[i])
		}
	}
	for _, c := range clients {
		for id, done := range c.done {
			if happened[id] != done {
				t.Errorf("%s happened: %v; client %d was told: %v", id, happened[id], c.id, done)
			}
		}
	}
}

// bankClient is one client of the bank.
type bankClient struct {
	*bank
	id      int
	random  *rand.Rand
	serial  int
	done    map[string]bool                   // whether what has an ID was done, as far as the client was told
	pending *dynamodb.TransactWriteItemsInput // the transfer without an answer
}

func (c *bankClient) act(ctx context.Context) error {
	c.serial++
	from := c.random.IntN(bankAccounts)
	to := (from + 1 + c.random.IntN(bankAccounts-1)) % bankAccounts
	switch c.random.IntN(10) {
	case 0:
		_, _, err := c.balances(ctx)
		return err
	case 1, 2:
		return c.payIn(ctx, to, 1+c.random.IntN(10))
	}
	id := fmt.Sprintf("%d.%d/%d-%d-%d", c.id, c.serial, from, to, 1+c.random.IntN(bankBalance))
	amount := statortest.Item{":amount": statortest.N(strconv.FormatInt(amountIn(id), 10))}
	return c.transfer(ctx, &dynamodb.TransactWriteItemsInput{
		ClientRequestToken: aws.String(id),
		TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{
				TableName: aws.String(transferTable), Item: statortest.Item{"pk": statortest.S(id)},
				ConditionExpression: aws.String("attribute_not_exists(pk)"),
			}},
			{Update: &types.Update{
				TableName: aws.String(accountTable), Key: account(from), UpdateExpression: aws.String("SET n = n - :amount"),
				ConditionExpression: aws.String("n >= :amount"), ExpressionAttributeValues: amount,
			}},
			{Update: &types.Update{
				TableName: aws.String(accountTable), Key: account(to), UpdateExpression: aws.String("SET n = n + :amount"),
				ExpressionAttributeValues: amount,
			}},
		},
	})
}

// payIn pays in with a single write.
func (c *bankClient) payIn(ctx context.Context, to, amount int) error {
	id := fmt.Sprintf("%d.%d-%d", c.id, c.serial, amount)
	_, err := c.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: aws.String(accountTable), Key: account(to), UpdateExpression: aws.String("ADD n :amount, paid :id"),
		ExpressionAttributeValues: statortest.Item{
			":amount": statortest.N(strconv.Itoa(amount)), ":id": &types.AttributeValueMemberSS{Value: []string{id}},
		},
	})
	var conflict *types.TransactionConflictException
	switch {
	case errors.As(err, &conflict):
		c.done[id] = false
		return nil
	case err == nil:
		c.done[id] = true
	}
	return err
}

// transfer sends a transfer and notes what it is told of it.
func (c *bankClient) transfer(ctx context.Context, in *dynamodb.TransactWriteItemsInput) error {
	c.pending = in
	_, err := c.client.TransactWriteItems(ctx, in)
	id := *in.ClientRequestToken
	var cancelled *types.TransactionCanceledException
	switch {
	case err == nil:
		c.done[id] = true
		c.moved.Add(1)
	case errors.As(err, &cancelled):
		c.done[id] = false
		conflicts := false
		for _, r := range cancelled.CancellationReasons {
			switch *r.Code {
			case "None", "ConditionalCheckFailed":
			case "TransactionConflict":
				conflicts = true
			default:
				return fmt.Errorf("the reason %s: %w", *r.Code, err)
			}
		}
		if conflicts {
			c.conflicts.Add(1)
		} else {
			c.poor.Add(1)
		}
	default:
		return err
	}
	c.pending = nil
	return nil
}

// settle sends the transfer again that was not answered, under its token. Whether it was done before or
// is done now is not to be told apart.
func (c *bankClient) settle(t *testing.T) {
	t.Helper()
	if c.pending == nil {
		return
	}
	c.replayed.Add(1)
	if err := c.transfer(t.Context(), c.pending); err != nil {
		t.Errorf("client %d sends a transfer again: %v", c.id, err)
	}
}
