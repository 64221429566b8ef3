package robustness

import (
	"context"
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
	killTable    = "kill"
	killWriters  = 16
	killKeys     = 4    // items that a writer writes again and again
	killRounds   = 3    // SIGKILLs
	killAfter    = 1500 // acknowledged writes in a round, and up to as many more
	payloadBytes = 600
)

// TestKill kills the server while it is written to, and looks for every acknowledged write afterwards.
func TestKill(t *testing.T) {
	seed := newSeed(t)
	s := statortest.Start(t)
	c := s.Client(t)
	statortest.CreateTable(t.Context(), t, c, killTable, "pk")
	writers := make([]*writer, killWriters)
	for i := range writers {
		writers[i] = &writer{id: i, client: c, random: newRandom(seed, i)}
		for k := range killKeys {
			writers[i].ledgers = append(writers[i].ledgers, &ledger{key: fmt.Sprintf("writer-%d-key-%d", i, k)})
		}
	}
	moment := newRandom(seed, killWriters)
	for round := range scaled(killRounds) {
		after := killAfter + moment.IntN(killAfter)
		killUnderLoad(t, s, writers, after)
		statortest.Check(t, s.Dir)
		s.Restart(t)
		for _, w := range writers {
			if err := w.verify(t.Context()); err != nil {
				t.Errorf("after round %d: %v", round+1, err)
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}

// killUnderLoad lets all writers write and kills the server when so many writes are acknowledged.
func killUnderLoad(t *testing.T, s *statortest.Server, writers []*writer, after int) {
	t.Helper()
	var (
		acknowledged atomic.Int64
		killing      atomic.Bool
		wg           sync.WaitGroup
		once         sync.Once
	)
	for _, w := range writers {
		wg.Go(func() {
			for {
				err := w.write(t.Context())
				switch {
				case err != nil && killing.Load() && !isAnswer(err):
					return
				case err != nil:
					t.Errorf("writer %d: %v", w.id, err)
					once.Do(s.Kill) // the others need not go on
					return
				}
				if acknowledged.Add(1) >= int64(after) {
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

// writer is a client with items of its own, so that it alone knows what they must hold.
type writer struct {
	id      int
	client  *dynamodb.Client
	random  *rand.Rand
	ledgers []*ledger
	serial  int64
}

// ledger is what a writer knows about an item. It holds a number, or there is none: 0.
type ledger struct {
	key   string
	known int64  // after the last acknowledged write
	maybe *int64 // after the unanswered write that followed it, if it was carried out
}

// write makes one write. Most go to few keys, the others make an item each.
func (w *writer) write(ctx context.Context) error {
	w.serial++
	pick := w.random.IntN(killKeys + 1)
	var l *ledger
	if pick < killKeys {
		l = w.ledgers[pick]
	} else {
		l = &ledger{key: fmt.Sprintf("writer-%d-fresh-%d", w.id, w.serial)}
		w.ledgers = append(w.ledgers, l)
	}
	kind := w.random.IntN(4)
	after := w.serial
	switch kind {
	case 0:
		after = l.known + 1
	case 1:
		after = 0
	}
	l.maybe = &after
	var err error
	key := statortest.Item{"pk": statortest.S(l.key)}
	switch kind {
	case 0:
		_, err = w.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: aws.String(killTable), Key: key, UpdateExpression: aws.String("ADD n :one"),
			ExpressionAttributeValues: statortest.Item{":one": statortest.N("1")},
		})
	case 1:
		_, err = w.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(killTable), Key: key})
	default:
		_, err = w.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(killTable), Item: w.item(l.key, after)})
	}
	if err == nil {
		l.known, l.maybe = after, nil
	}
	return err
}

func (w *writer) item(key string, n int64) statortest.Item {
	return statortest.Item{
		"pk": statortest.S(key), "n": statortest.N(strconv.FormatInt(n, 10)),
		"payload": statortest.S(strings.Repeat(strconv.FormatInt(n%10, 10), payloadBytes)),
	}
}

// verify reads all items of the writer and compares them with what it knows. What was uncertain is known
// afterwards, and items that were made for one write are forgotten.
func (w *writer) verify(ctx context.Context) error {
	for _, l := range w.ledgers {
		out, err := w.client.GetItem(ctx, &dynamodb.GetItemInput{
			TableName: aws.String(killTable), Key: statortest.Item{"pk": statortest.S(l.key)}, ConsistentRead: aws.Bool(true),
		})
		if err != nil {
			return fmt.Errorf("cannot read %s: %w", l.key, err)
		}
		found, err := numberOf(out.Item)
		if err != nil {
			return fmt.Errorf("%s: %w", l.key, err)
		}
		if err := l.settle(found); err != nil {
			return err
		}
	}
	w.ledgers = w.ledgers[:killKeys]
	return nil
}

// settle compares what was found with what is known.
func (l *ledger) settle(found int64) error {
	switch {
	case found == l.known:
	case l.maybe != nil && found == *l.maybe:
	case l.maybe != nil:
		return fmt.Errorf("%s holds %d; %d was acknowledged and %d perhaps written", l.key, found, l.known, *l.maybe)
	default:
		return fmt.Errorf("%s holds %d, but %d was acknowledged", l.key, found, l.known)
	}
	l.known, l.maybe = found, nil
	return nil
}

// numberOf reads attribute n of an item; 0 stands for no item. A payload must be that of the number it was
// put with, which later additions change.
func numberOf(item statortest.Item) (int64, error) {
	if item == nil {
		return 0, nil
	}
	n, ok := item["n"].(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("there is no number n in %v", item)
	}
	if p, ok := item["payload"].(*types.AttributeValueMemberS); ok {
		if len(p.Value) != payloadBytes || strings.Trim(p.Value, p.Value[:1]) != "" {
			return 0, fmt.Errorf("the payload is damaged: %.40q", p.Value)
		}
	}
	return strconv.ParseInt(n.Value, 10, 64)
}

func TestLedger(t *testing.T) {
	written := int64(8)
	for _, c := range []struct {
		name  string
		maybe *int64
		found int64
		ok    bool
	}{
		{"the acknowledged write", nil, 7, true},
		{"an older write", nil, 6, false},
		{"nothing", nil, 0, false},
		{"the acknowledged write before an unanswered one", &written, 7, true},
		{"the unanswered write", &written, 8, true},
		{"neither", &written, 0, false},
	} {
		l := &ledger{key: "k", known: 7, maybe: c.maybe}
		if err := l.settle(c.found); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
