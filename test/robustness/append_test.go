package robustness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/statordb/stator/test/statortest"
)

const (
	appendTable   = "lists"
	appendClients = 64
	appendLists   = 6   // at a time
	appendLives   = 4   // processes, each but the last is killed
	appendCalls   = 800 // in the life of a process
	appendEra     = 400 // calls after which lists are left alone and others begun
)

// TestTransactions lets clients append to lists: to one in a single write, to several in a transaction
// that may be on condition of the length of another, while others read one list, or several at one moment.
// The server is killed in between. Then it looks for an order of all operations that explains all answers
// (append_check_test.go).
func TestTransactions(t *testing.T) {
	seed := newSeed(t)
	s := statortest.Start(t)
	c := s.Client(t)
	statortest.CreateTable(t.Context(), t, c, appendTable, "pk")
	h := &appendHistory{start: time.Now(), client: c, lengths: map[string]int{}}
	for life := range scaled(appendLives) {
		if life > 0 {
			statortest.Check(t, s.Dir)
			s.Restart(t)
		}
		h.crowd(t, s, seed+uint64(life), life < scaled(appendLives)-1)
		if t.Failed() {
			t.FailNow()
		}
	}
	ends, err := h.all(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	counts := [unknown + 1]int{}
	for i := range h.ops {
		counts[h.ops[i].outcome]++
	}
	t.Logf("%d operations happened, %d were refused, %d had no answer", counts[happened], counts[refused], counts[unknown])
	if err := checkAppends(h.ops, ends); err != nil {
		t.Fatal(err)
	}
}

// appendHistory is all operations of a run.
type appendHistory struct {
	start   time.Time
	client  *dynamodb.Client
	calls   atomic.Int64
	numbers atomic.Int64 // that were appended

	mu      sync.Mutex
	ops     []appending
	lengths map[string]int // of lists, as they were last seen
}

func (h *appendHistory) now() int64 { return int64(time.Since(h.start)) }

// crowd lets all clients work until the process is killed or, if it is not to be, until there are enough
// calls.
func (h *appendHistory) crowd(t *testing.T, s *statortest.Server, seed uint64, kill bool) {
	t.Helper()
	var (
		calls   atomic.Int64
		killing atomic.Bool
		pending [appendClients]*appending
		wg      sync.WaitGroup
	)
	for client := range appendClients {
		random := newRandom(seed, client)
		wg.Go(func() {
			for {
				if calls.Add(1) == appendCalls && kill {
					killing.Store(true)
					go s.Kill() // the others, and this one, go on meanwhile
				} else if !kill && calls.Load() > appendCalls {
					return
				}
				o, err := h.call(t.Context(), random)
				if err == nil {
					h.record(o)
					continue
				}
				if !killing.Load() || isAnswer(err) {
					t.Errorf("client %d: %v: %+v", client, err, o)
				}
				pending[client] = &o
				return
			}
		})
	}
	wg.Wait()
	if kill {
		s.Kill() // returns when it is gone
	}
	gone := h.now() // whatever an unanswered request did, it did before
	for _, o := range pending {
		if o != nil {
			o.outcome, o.ret, o.reads, o.lengths = unknown, gone, nil, nil
			h.record(*o)
		}
	}
}

func (h *appendHistory) record(o appending) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, o)
	for key, list := range o.reads {
		h.lengths[key] = max(h.lengths[key], len(list))
	}
}

// length is how long a list was last seen to be.
func (h *appendHistory) length(key string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lengths[key]
}

// call carries out an operation.
func (h *appendHistory) call(ctx context.Context, random *rand.Rand) (o appending, err error) {
	era := h.calls.Add(1) / appendEra
	keys := make([]string, appendLists)
	for i, k := range random.Perm(appendLists) {
		keys[i] = fmt.Sprintf("list-%d-%d", era, k)
	}
	kind := random.IntN(5)
	some := 2 + random.IntN(2)
	conditional := random.IntN(3) == 0
	o.call = h.now()
	switch kind {
	case 0:
		err = h.readOne(ctx, &o, keys[0])
	case 1:
		err = h.readSome(ctx, &o, keys[:some])
	case 2:
		err = h.appendOne(ctx, &o, keys[0])
	default:
		condition := ""
		if conditional {
			condition = keys[some]
		}
		err = h.appendSome(ctx, &o, keys[:some], condition)
	}
	o.ret = h.now()
	return o, err
}

func (h *appendHistory) readOne(ctx context.Context, o *appending, key string) error {
	out, err := h.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(appendTable), Key: listKey(key), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return err
	}
	o.reads = map[string][]int64{}
	o.reads[key], err = listIn(out.Item)
	return err
}

func (h *appendHistory) readSome(ctx context.Context, o *appending, keys []string) error {
	in := &dynamodb.TransactGetItemsInput{}
	for _, key := range keys {
		in.TransactItems = append(in.TransactItems, types.TransactGetItem{Get: &types.Get{TableName: aws.String(appendTable), Key: listKey(key)}})
	}
	out, err := h.client.TransactGetItems(ctx, in)
	if err != nil {
		return err
	}
	o.reads = map[string][]int64{}
	for i, key := range keys {
		if o.reads[key], err = listIn(out.Responses[i].Item); err != nil {
			return err
		}
	}
	return nil
}

const appendExpression = "SET l = list_append(if_not_exists(l, :none), :n)"

// appended are the values of appendExpression, with a number that is noted in o.
func (h *appendHistory) appended(o *appending, key string) statortest.Item {
	n := h.numbers.Add(1)
	if o.writes == nil {
		o.writes = map[string]int64{}
	}
	o.writes[key] = n
	return statortest.Item{":none": statortest.L(), ":n": statortest.L(statortest.N(strconv.FormatInt(n, 10)))}
}

// appendOne appends to one list, and sees what it was before.
func (h *appendHistory) appendOne(ctx context.Context, o *appending, key string) error {
	out, err := h.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: aws.String(appendTable), Key: listKey(key), UpdateExpression: aws.String(appendExpression),
		ExpressionAttributeValues: h.appended(o, key), ReturnValues: types.ReturnValueAllOld,
	})
	var conflict *types.TransactionConflictException
	switch {
	case errors.As(err, &conflict):
		o.outcome = refused
		return nil
	case err != nil:
		return err
	}
	o.reads = map[string][]int64{}
	o.reads[key], err = listIn(out.Attributes)
	return err
}

// appendSome appends to several lists, if that of condition is as long as it was last seen to be.
func (h *appendHistory) appendSome(ctx context.Context, o *appending, keys []string, condition string) error {
	in := &dynamodb.TransactWriteItemsInput{}
	for _, key := range keys {
		in.TransactItems = append(in.TransactItems, types.TransactWriteItem{Update: &types.Update{
			TableName: aws.String(appendTable), Key: listKey(key), UpdateExpression: aws.String(appendExpression),
			ExpressionAttributeValues: h.appended(o, key),
		}})
	}
	if condition != "" {
		check := &types.ConditionCheck{TableName: aws.String(appendTable), Key: listKey(condition)}
		n := h.length(condition)
		if n == 0 {
			check.ConditionExpression = aws.String("attribute_not_exists(pk)")
		} else {
			check.ConditionExpression = aws.String("size(l) = :n")
			check.ExpressionAttributeValues = statortest.Item{":n": statortest.N(strconv.Itoa(n))}
		}
		in.TransactItems = append(in.TransactItems, types.TransactWriteItem{ConditionCheck: check})
		o.lengths = map[string]int{condition: n}
	}
	_, err := h.client.TransactWriteItems(ctx, in)
	var cancelled *types.TransactionCanceledException
	if errors.As(err, &cancelled) {
		o.outcome, o.lengths = refused, nil
		return nil
	}
	return err
}

func listKey(key string) statortest.Item { return statortest.Item{"pk": statortest.S(key)} }

// listIn reads the list of an item; without an item it is empty.
func listIn(item statortest.Item) ([]int64, error) {
	if item == nil {
		return nil, nil
	}
	l, ok := item["l"].(*types.AttributeValueMemberL)
	if !ok {
		return nil, fmt.Errorf("there is no list in %v", item)
	}
	list := make([]int64, len(l.Value))
	for i, v := range l.Value {
		n, ok := v.(*types.AttributeValueMemberN)
		if !ok {
			return nil, fmt.Errorf("%v is no number", v)
		}
		var err error
		if list[i], err = strconv.ParseInt(n.Value, 10, 64); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// all reads all lists.
func (h *appendHistory) all(ctx context.Context) (map[string][]int64, error) {
	lists := map[string][]int64{}
	pages := dynamodb.NewScanPaginator(h.client, &dynamodb.ScanInput{TableName: aws.String(appendTable), ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			key := item["pk"].(*types.AttributeValueMemberS).Value //nolint:forcetypeassert // the key of the table
			if lists[key], err = listIn(item); err != nil {
				return nil, err
			}
		}
	}
	return lists, nil
}
