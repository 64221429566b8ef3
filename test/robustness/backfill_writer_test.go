package robustness

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/statordb/stator/test/statortest"
)

// indexWrite is a kind of write, by what it does to an index entry.
type indexWrite int

const (
	putGrouped   indexWrite = iota // makes the entry, or replaces it
	putUngrouped                   // takes it away
	deleteItem                     // takes it away
	moveItem                       // puts it elsewhere: a new group and a new number
	ungroupItem                    // takes it away and leaves the rest of the item
	markItem                       // changes what is projected, and the number
	indexWrites
)

// indexWriter is a client with items of its own, so that it alone knows what they must hold. Their number n
// tells which of its writes came last; no two items of a table have the same.
type indexWriter struct {
	id      int
	client  *dynamodb.Client
	random  *rand.Rand
	ledgers []*ledger
	serial  int64
}

func newIndexWriter(c *dynamodb.Client, random *rand.Rand, id, items int) *indexWriter {
	w := &indexWriter{id: id, client: c, random: random}
	for i := range items {
		w.ledgers = append(w.ledgers, &ledger{key: fmt.Sprintf("writer-%d-item-%d", id, i)})
	}
	return w
}

// writeAny makes one write of any kind to any item.
func (w *indexWriter) writeAny(ctx context.Context) error {
	l := w.ledgers[w.random.IntN(len(w.ledgers))]
	return w.write(ctx, l, indexWrite(w.random.IntN(int(indexWrites))))
}

// write makes one write to the item of l and notes its outcome there.
func (w *indexWriter) write(ctx context.Context, l *ledger, kind indexWrite) error {
	w.serial++
	n := w.serial*backfillWriters + int64(w.id)
	after := n
	if kind == deleteItem {
		after = 0
	}
	l.maybe = &after
	if err := w.send(ctx, l.key, n, kind); err != nil {
		return err
	}
	l.known, l.maybe = after, nil
	return nil
}

func (w *indexWriter) send(ctx context.Context, key string, n int64, kind indexWrite) error {
	id := statortest.Item{"pk": statortest.S(key)}
	number := statortest.N(strconv.FormatInt(n, 10))
	group := statortest.S(groupName(w.random.IntN(backfillGroups)))
	update := func(expression string, values statortest.Item) error {
		values[":n"] = number
		_, err := w.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: aws.String(backfillTable), Key: id, UpdateExpression: aws.String(expression), ExpressionAttributeValues: values,
		})
		return err
	}
	switch kind {
	case deleteItem:
		_, err := w.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(backfillTable), Key: id})
		return err
	case moveItem:
		return update("SET n = :n, g = :g", statortest.Item{":g": group})
	case ungroupItem:
		return update("SET n = :n REMOVE g", statortest.Item{})
	case markItem:
		return update("SET n = :n, mark = :n", statortest.Item{})
	}
	item := statortest.Item{
		"pk": statortest.S(key), "n": number, "mark": statortest.S("put"),
		"payload": statortest.S(strings.Repeat(strconv.FormatInt(n%10, 10), payloadBytes)),
	}
	if kind == putGrouped {
		item["g"] = group
	}
	_, err := w.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(backfillTable), Item: item})
	return err
}

// verify compares the writer's items among all items of the table, by key, with what it knows.
func (w *indexWriter) verify(table map[string]statortest.Item) error {
	for _, l := range w.ledgers {
		found, err := numberOf(table[l.key])
		if err != nil {
			return fmt.Errorf("%s: %w", l.key, err)
		}
		if err := l.settle(found); err != nil {
			return err
		}
	}
	return nil
}
