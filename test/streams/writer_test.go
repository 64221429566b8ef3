package streams

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/statordb/stator/test/statortest"
)

const (
	followedTable = "followed"
	ownItems      = 5  // of a writer
	hotItems      = 4  // of all writers
	partitions    = 40 // that the items of writers lie in
	batchItems    = 3
)

// outcome is what became of a request.
type outcome int

const (
	unanswered outcome = iota // it was done, or not; a batch perhaps by half
	done
	refused
)

// change is what a request does to an item: it makes a version of it, or removes the version that was there.
type change struct {
	made    version // op is "" for a deletion
	removed version // by a deletion, if it is known; op is "" if there was nothing
}

// request is what a writer sent, and what became of it.
type request struct {
	changes []change
	whole   bool // all changes are made or none
	outcome outcome
}

// own is an item that only one writer writes to.
type own struct {
	key  statortest.Item
	name string          // of the key
	item statortest.Item // as it was put; nil if it was updated since, or is not there
	op   string          // "" if it is not there
	sure bool            // item and op are what is there; not so after a request without an answer
}

// writer is a client that writes to items of its own and to hot ones.
type writer struct {
	id       int
	client   *dynamodb.Client
	random   *rand.Rand
	items    []*own
	serial   int
	requests []*request
}

func newWriter(c *dynamodb.Client, random *rand.Rand, id int) *writer {
	w := &writer{id: id, client: c, random: random}
	for i := range ownItems {
		key := statortest.Item{
			"pk": statortest.S(fmt.Sprintf("partition-%d", (id*ownItems+i)%partitions)), "sk": statortest.S(fmt.Sprintf("%d.%d", id, i)),
		}
		w.items = append(w.items, &own{key: key, name: keyText(key), sure: true})
	}
	return w
}

// write sends one request of any kind. It returns an error if the server does not answer, or answers with
// what it should not.
func (w *writer) write(ctx context.Context) error {
	w.serial++
	op := fmt.Sprintf("%d.%d", w.id, w.serial)
	o := w.items[w.random.IntN(len(w.items))]
	switch w.random.IntN(12) {
	case 0, 1, 2:
		return w.put(ctx, o, op)
	case 3, 4:
		return w.update(ctx, o, op)
	case 5:
		return w.delete(ctx, o)
	case 6:
		return w.putAgain(ctx, o)
	case 7:
		return w.insert(ctx, o, op)
	case 8:
		return w.batch(ctx, op)
	case 9:
		return w.transact(ctx, op)
	}
	return w.updateHot(ctx, op)
}

// send notes the request before it is sent and its outcome afterwards. The error is that of the call, unless
// it is a refusal.
func (w *writer) send(r *request, call func() error) (outcome, error) {
	w.requests = append(w.requests, r)
	err := call()
	var (
		condition   *types.ConditionalCheckFailedException
		cancelled   *types.TransactionCanceledException
		conflict    *types.TransactionConflictException
		refusedOnce = errors.As(err, &condition) || errors.As(err, &cancelled) || errors.As(err, &conflict)
	)
	switch {
	case err == nil:
		r.outcome = done
	case refusedOnce:
		r.outcome, err = refused, nil
	}
	return r.outcome, err
}

// settle notes what became of an own item.
func (o *own) settle(outcome outcome, item statortest.Item, op string) {
	switch outcome {
	case done:
		o.item, o.op, o.sure = item, op, true
	case unanswered:
		o.item, o.sure = nil, false
	case refused:
	}
}

// makes is the only change of a request that makes a version of an item.
func makes(key, op string) *request {
	return &request{whole: true, changes: []change{{made: version{key, op}}}}
}

func (w *writer) put(ctx context.Context, o *own, op string) error {
	item := w.newItem(o, op)
	outcome, err := w.send(makes(o.name, op), func() error {
		_, err := w.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(followedTable), Item: item})
		return err
	})
	o.settle(outcome, item, op)
	return err
}

// putAgain puts an item as it is, which changes nothing.
func (w *writer) putAgain(ctx context.Context, o *own) error {
	if o.item == nil {
		return nil
	}
	_, err := w.send(&request{}, func() error {
		_, err := w.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(followedTable), Item: o.item})
		return err
	})
	return err
}

// insert puts an item if it is not there.
func (w *writer) insert(ctx context.Context, o *own, op string) error {
	item := w.newItem(o, op)
	outcome, err := w.send(makes(o.name, op), func() error {
		_, err := w.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: aws.String(followedTable), Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)"),
		})
		return err
	})
	if o.sure && outcome != unanswered && (outcome == done) != (o.op == "") {
		return fmt.Errorf("%s was %q, and inserting it had the outcome %d", o.name, o.op, outcome)
	}
	o.settle(outcome, item, op)
	return err
}

func (w *writer) update(ctx context.Context, o *own, op string) error {
	outcome, err := w.send(makes(o.name, op), func() error { return w.updateItem(ctx, o.key, op, "") })
	o.settle(outcome, nil, op)
	return err
}

// updateHot updates an item that others update too, sometimes only if its number is high.
func (w *writer) updateHot(ctx context.Context, op string) error {
	key := hotKey(w.random.IntN(hotItems))
	condition := ""
	if w.random.IntN(3) == 0 {
		condition = "n > :limit OR attribute_not_exists(n)"
	}
	_, err := w.send(makes(keyText(key), op), func() error { return w.updateItem(ctx, key, op, condition) })
	return err
}

func (w *writer) updateItem(ctx context.Context, key statortest.Item, op, condition string) error {
	in := &dynamodb.UpdateItemInput{
		TableName: aws.String(followedTable), Key: key, UpdateExpression: aws.String("SET op = :op ADD n :one"),
		ExpressionAttributeValues: statortest.Item{":op": statortest.S(op), ":one": statortest.N("1")},
	}
	if condition != "" {
		in.ConditionExpression = &condition
		in.ExpressionAttributeValues[":limit"] = statortest.N(strconv.Itoa(w.serial))
	}
	_, err := w.client.UpdateItem(ctx, in)
	return err
}

// delete deletes an item, which may not be there, and compares what was there with what should have been.
func (w *writer) delete(ctx context.Context, o *own) error {
	r := &request{whole: true}
	var old string
	outcome, err := w.send(r, func() error {
		out, err := w.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
			TableName: aws.String(followedTable), Key: o.key, ReturnValues: types.ReturnValueAllOld,
		})
		if err == nil {
			old = attribute(out.Attributes, "op")
		}
		return err
	})
	if outcome == done {
		r.changes = []change{{removed: version{o.name, old}}}
		if o.sure && old != o.op {
			return fmt.Errorf("%s was %q when it was deleted, not %q", o.name, old, o.op)
		}
	}
	o.settle(outcome, nil, "")
	return err
}

// batch puts some items and deletes another one.
func (w *writer) batch(ctx context.Context, op string) error {
	r := &request{}
	items := w.distinct(batchItems + 1)
	put := make([]statortest.Item, len(items))
	var writes []types.WriteRequest
	for i, o := range items[:batchItems] {
		put[i] = w.newItem(o, op)
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: put[i]}})
		r.changes = append(r.changes, change{made: version{o.name, op}})
	}
	deleted := items[batchItems]
	writes = append(writes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: deleted.key}})
	r.changes = append(r.changes, deletion(deleted))
	outcome, err := w.send(r, func() error {
		out, err := w.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{followedTable: writes},
		})
		if err == nil && len(out.UnprocessedItems) > 0 {
			return errors.New("a batch was done by half")
		}
		return err
	})
	for i, o := range items[:batchItems] {
		o.settle(outcome, put[i], op)
	}
	deleted.settle(outcome, nil, "")
	return err
}

// transact puts one item, updates another one and a hot one, and deletes a fourth one, if a fifth one is not
// there or has an attribute.
func (w *writer) transact(ctx context.Context, op string) error {
	items := w.distinct(4)
	put, updated, deleted, checked := items[0], items[1], items[2], items[3]
	item, hot := w.newItem(put, op), hotKey(w.random.IntN(hotItems))
	r := &request{whole: true, changes: []change{
		{made: version{put.name, op}}, {made: version{updated.name, op}}, {made: version{keyText(hot), op}}, deletion(deleted),
	}}
	update := func(key statortest.Item) types.TransactWriteItem {
		return types.TransactWriteItem{Update: &types.Update{
			TableName: aws.String(followedTable), Key: key, UpdateExpression: aws.String("SET op = :op ADD n :one"),
			ExpressionAttributeValues: statortest.Item{":op": statortest.S(op), ":one": statortest.N("1")},
		}}
	}
	outcome, err := w.send(r, func() error {
		_, err := w.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{TableName: aws.String(followedTable), Item: item}},
			update(updated.key), update(hot),
			{Delete: &types.Delete{TableName: aws.String(followedTable), Key: deleted.key}},
			{ConditionCheck: &types.ConditionCheck{
				TableName: aws.String(followedTable), Key: checked.key, ConditionExpression: aws.String("attribute_not_exists(pk) OR attribute_exists(tags)"),
			}},
		}})
		return err
	})
	put.settle(outcome, item, op)
	updated.settle(outcome, nil, op)
	deleted.settle(outcome, nil, "")
	return err
}

// deletion is the change that deleting o is.
func deletion(o *own) change {
	if !o.sure {
		return change{}
	}
	return change{removed: version{o.name, o.op}}
}

// distinct draws n own items.
func (w *writer) distinct(n int) []*own {
	items := make([]*own, n)
	for i, at := range w.random.Perm(len(w.items))[:n] {
		items[i] = w.items[at]
	}
	return items
}

func hotKey(i int) statortest.Item {
	return statortest.Item{"pk": statortest.S(fmt.Sprintf("hot-%d", i)), "sk": statortest.S("item")}
}

// newItem makes an item with attributes of every type.
func (w *writer) newItem(o *own, op string) statortest.Item {
	n := strconv.Itoa(w.serial)
	item := statortest.Item{
		"pk": o.key["pk"], "sk": o.key["sk"], "op": statortest.S(op), "n": statortest.N(n),
		"payload": statortest.S(strings.Repeat("payload ", w.random.IntN(20))),
		"bytes":   &types.AttributeValueMemberB{Value: []byte{0, byte(w.serial), 255}},
		"flag":    &types.AttributeValueMemberBOOL{Value: w.serial%2 == 0},
		"nothing": &types.AttributeValueMemberNULL{Value: true},
		"numbers": &types.AttributeValueMemberNS{Value: []string{"1", "-7.5", strconv.Itoa(100 + w.serial)}},
		"map":     &types.AttributeValueMemberM{Value: statortest.Item{"list": statortest.L(statortest.S(op), statortest.N(n))}},
	}
	if w.random.IntN(4) > 0 {
		item["tags"] = &types.AttributeValueMemberSS{Value: []string{"a", "b", op}}
	}
	return item
}
