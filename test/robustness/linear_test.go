package robustness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/statordb/stator/test/statortest"
)

const (
	linearTable   = "linear"
	linearClients = 20
	linearItems   = 4    // at a time
	linearLives   = 4    // processes that serve the same items, one after the other; each but the last is killed
	linearCalls   = 1500 // in the life of a process
	linearCheck   = 5 * time.Minute
	numberStep    = 1000 // puts differ by this much, so that what is added to one never looks like another
)

// TestLinearizable lets clients crowd a few items, kills the server in between, and asks porcupine for an
// order of all operations that explains all answers.
func TestLinearizable(t *testing.T) {
	seed := newSeed(t)
	s := statortest.Start(t)
	c := s.Client(t)
	statortest.CreateTable(t.Context(), t, c, linearTable, "pk")
	h := &history{start: time.Now(), client: c}
	for life := range scaled(linearLives) {
		if life > 0 {
			statortest.Check(t, s.Dir)
			s.Restart(t)
		}
		if life%linearLives == 0 {
			h.renew() // an order of ever more operations would take porcupine ever longer to find
		}
		h.crowd(t, s, seed+uint64(life), life < scaled(linearLives)-1)
		if t.Failed() {
			t.FailNow()
		}
	}
	t.Logf("%d operations, %d of them without an answer", len(h.operations), h.unknown)
	result, info := porcupine.CheckOperationsVerbose(register.ToModel(), h.operations, linearCheck)
	if result == porcupine.Ok {
		return
	}
	path := filepath.Join(t.ArtifactDir(), "linear.html")
	if err := porcupine.VisualizePath(register.ToModel(), info, path); err != nil {
		t.Error(err)
	}
	t.Fatalf("the history is %s; the longest order found is drawn in %s (kept with go test -artifacts)", result, path)
}

// history is all operations of a run.
type history struct {
	start  time.Time
	client *dynamodb.Client
	put    atomic.Int64              // numbers that were put
	first  int                       // of the items at present; the others are left alone
	seen   [linearItems]atomic.Int64 // the number of an item in the last answer about it

	mu         sync.Mutex
	operations []porcupine.Operation
	unknown    int
}

// renew goes on with items that nobody has written.
func (h *history) renew() {
	h.first += linearItems
	for i := range h.seen {
		h.seen[i].Store(0)
	}
}

// crowd lets all clients work on the items until the process is killed or, if it is not to be killed, until
// there are enough calls.
func (h *history) crowd(t *testing.T, s *statortest.Server, seed uint64, kill bool) {
	t.Helper()
	var (
		calls   atomic.Int64
		killing atomic.Bool
		pending [linearClients]*porcupine.Operation
		wg      sync.WaitGroup
	)
	for client := range linearClients {
		random := newRandom(seed, client)
		wg.Go(func() {
			for {
				if calls.Add(1) == linearCalls && kill {
					killing.Store(true)
					go s.Kill() // the others, and this one, go on meanwhile
				} else if !kill && calls.Load() > linearCalls {
					return
				}
				o, err := h.call(t.Context(), client, h.think(random))
				if err == nil {
					h.record(o)
					continue
				}
				if !killing.Load() || isAnswer(err) {
					t.Errorf("client %d: %v: %v", client, o.Input, err)
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
	// Whatever an unanswered request did, it did before the process was gone.
	gone := h.now()
	for _, o := range pending {
		if o != nil {
			o.Output, o.Return = answer{unknown: true}, gone
			h.record(*o)
			h.unknown++
		}
	}
}

func (h *history) now() int64 { return int64(time.Since(h.start)) }

func (h *history) record(o porcupine.Operation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.operations = append(h.operations, o)
}

// think makes up a request.
func (h *history) think(random *rand.Rand) request {
	q := request{item: h.first + random.IntN(linearItems), kind: kind(random.IntN(int(kinds)))}
	switch q.kind {
	case put, putAbsent:
		q.n = h.put.Add(1) * numberStep
	case putMatching:
		q.n = h.put.Add(1) * numberStep
		q.expected = h.seen[q.item-h.first].Load()
	case add:
		q.n = 1 + random.Int64N(3)
	}
	return q
}

// call carries out a request. Of the operation it returns, Output and Return are set if err is nil.
func (h *history) call(ctx context.Context, client int, q request) (porcupine.Operation, error) {
	o := porcupine.Operation{ClientId: client, Input: q, Call: h.now()}
	a, err := h.send(ctx, q)
	if err == nil {
		o.Output, o.Return = a, h.now()
		h.seen[q.item-h.first].Store(after(q, a).n)
	}
	return o, err
}

// after is what an item held when it gave this answer.
func after(q request, a answer) cell {
	switch q.kind {
	case put, putAbsent, putMatching:
		if !a.refused {
			return cell{exists: true, n: q.n}
		}
	case remove:
		return cell{}
	}
	return a.cell
}

// send sends a request to the server and reads the answer.
func (h *history) send(ctx context.Context, q request) (answer, error) {
	table := aws.String(linearTable)
	key := statortest.Item{"pk": statortest.S(fmt.Sprintf("item-%d", q.item))}
	n := statortest.N(strconv.FormatInt(q.n, 10))
	switch q.kind {
	case get:
		out, err := h.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: key, ConsistentRead: aws.Bool(true)})
		if err != nil {
			return answer{}, err
		}
		return answerOf(out.Item)
	case add:
		out, err := h.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: table, Key: key, UpdateExpression: aws.String("ADD n :n"),
			ExpressionAttributeValues: statortest.Item{":n": n}, ReturnValues: types.ReturnValueUpdatedNew,
		})
		if err != nil {
			return answer{}, err
		}
		return answerOf(out.Attributes)
	case remove:
		out, err := h.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: table, Key: key, ReturnValues: types.ReturnValueAllOld})
		if err != nil {
			return answer{}, err
		}
		return answerOf(out.Attributes)
	}
	in := &dynamodb.PutItemInput{
		TableName: table, Item: statortest.Item{"pk": key["pk"], "n": n}, ReturnValues: types.ReturnValueAllOld,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	switch q.kind {
	case putAbsent:
		in.ConditionExpression = aws.String("attribute_not_exists(pk)")
	case putMatching:
		in.ConditionExpression = aws.String("n = :expected")
		in.ExpressionAttributeValues = statortest.Item{":expected": statortest.N(strconv.FormatInt(q.expected, 10))}
	}
	return h.sendPut(ctx, in)
}

func (h *history) sendPut(ctx context.Context, in *dynamodb.PutItemInput) (answer, error) {
	out, err := h.client.PutItem(ctx, in)
	var failed *types.ConditionalCheckFailedException
	switch {
	case errors.As(err, &failed):
		a, err := answerOf(failed.Item)
		a.refused = true
		return a, err
	case err != nil:
		return answer{}, err
	}
	return answerOf(out.Attributes)
}

// answerOf reads the number of an item; without one there is no item.
func answerOf(item statortest.Item) (answer, error) {
	if len(item) == 0 {
		return answer{}, nil
	}
	n, err := numberOf(item)
	return answer{cell: cell{exists: true, n: n}}, err
}
