package robustness

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/statordb/stator/test/statortest"
)

const (
	backfillTable   = "backfill"
	backfillIndex   = "by-group"
	backfillWriters = 8
	backfillSpan    = 300 // a server is killed after up to so many acknowledged writes
	backfillGroups  = 20
	settledMax      = 2 * time.Minute
	settledPause    = 5 * time.Millisecond
	awaitPause      = 100 * time.Microsecond
)

// backfillSize is the size of a run: items in the table when the first index is made, and SIGKILLs while an
// index is built.
type backfillSize struct{ items, kills int }

var (
	backfillShort = backfillSize{items: 4000, kills: 3}
	backfillLong  = backfillSize{items: 20_000, kills: 20}
)

// projections are what the indexes of a run hold, one after the other.
var projections = []types.Projection{
	{ProjectionType: types.ProjectionTypeAll},
	{ProjectionType: types.ProjectionTypeKeysOnly},
	{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"mark"}},
}

// TestBackfill makes an index over a table that is written to, kills the server again and again while it
// builds the index, and compares the index with the table when it is active. Then the index is deleted, with
// a SIGKILL too, and the next one is made.
func TestBackfill(t *testing.T) {
	size := backfillShort
	if scaled(1) > 1 {
		size = backfillLong
	}
	b := startBackfill(t, newSeed(t), size.items)
	built, inTime := 0, 0
	for made := 0; inTime < size.kills; made++ {
		if made > 10*size.kills {
			t.Fatalf("only %d of %d kills came while an index was built: they are built faster than the server can be killed", inTime, size.kills)
		}
		projection := &projections[made%len(projections)]
		update := &types.GlobalSecondaryIndexUpdate{Create: &types.CreateGlobalSecondaryIndexAction{
			IndexName: aws.String(backfillIndex), KeySchema: backfillKey, Projection: projection,
		}}
		for inTime < size.kills && b.kill(update, types.IndexStatusCreating) {
			inTime++
			update = nil
		}
		b.settle(types.IndexStatusActive)
		b.compare(projection)
		built++
		b.kill(&types.GlobalSecondaryIndexUpdate{
			Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: aws.String(backfillIndex)},
		}, types.IndexStatusDeleting)
		b.settle("")
	}
	b.s.Stop(t)
	statortest.Check(t, b.s.Dir)
	t.Logf("%d indexes were built over %d kills", built, inTime)
}

var backfillKey = []types.KeySchemaElement{
	{AttributeName: aws.String("g"), KeyType: types.KeyTypeHash},
	{AttributeName: aws.String("n"), KeyType: types.KeyTypeRange},
}

// backfill is a server with a table, and the clients that write to it.
type backfill struct {
	t       *testing.T
	s       *statortest.Server
	client  *dynamodb.Client
	writers []*indexWriter
	moments *rand.Rand // when the server is killed
}

func startBackfill(t *testing.T, seed uint64, items int) *backfill {
	t.Helper()
	s := statortest.Start(t)
	b := &backfill{t: t, s: s, client: s.Client(t), moments: newRandom(seed, backfillWriters)}
	statortest.CreateTable(t.Context(), t, b.client, backfillTable, "pk")
	for i := range backfillWriters {
		b.writers = append(b.writers, newIndexWriter(b.client, newRandom(seed, i), i, items/backfillWriters))
	}
	b.fill()
	return b
}

// fill puts every item of every writer once.
func (b *backfill) fill() {
	b.t.Helper()
	var wg sync.WaitGroup
	for _, w := range b.writers {
		wg.Go(func() {
			for _, l := range w.ledgers {
				if err := w.write(b.t.Context(), l, putGrouped); err != nil {
					b.t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.failNow()
}

func (b *backfill) failNow() {
	b.t.Helper()
	if b.t.Failed() {
		b.t.FailNow()
	}
}

// underLoad lets all writers write while body runs. If body kills the server, it says so before.
func (b *backfill) underLoad(body func(acknowledged *atomic.Int64, killing *atomic.Bool)) {
	b.t.Helper()
	writers := make([]func(context.Context) error, len(b.writers))
	for i, w := range b.writers {
		writers[i] = w.writeAny
	}
	statortest.UnderLoad(b.t, writers, body)
}

// kill lets the writers write, makes the update, if one is given, and kills the server after a random number
// of further writes. It checks the directory, starts the server again and lets the writers look for what they
// wrote. It tells whether the index had the given status just before.
func (b *backfill) kill(update *types.GlobalSecondaryIndexUpdate, status types.IndexStatus) (was bool) {
	b.t.Helper()
	b.underLoad(func(acknowledged *atomic.Int64, killing *atomic.Bool) {
		if update != nil {
			b.await(acknowledged, backfillWriters)
			b.change(update)
		}
		b.await(acknowledged, int64(b.moments.IntN(backfillSpan)))
		was = b.status() == status
		killing.Store(true)
		b.s.Kill()
	})
	statortest.Check(b.t, b.s.Dir)
	b.s.Restart(b.t)
	table := map[string]statortest.Item{}
	for _, item := range b.scan("") {
		table[textOf(item["pk"])] = item
	}
	for _, w := range b.writers {
		if err := w.verify(table); err != nil {
			b.t.Errorf("after a kill: %v", err)
		}
	}
	b.failNow()
	return was
}

// await waits for so many further acknowledged writes.
func (b *backfill) await(acknowledged *atomic.Int64, writes int64) {
	until := acknowledged.Load() + writes
	for acknowledged.Load() < until && !b.t.Failed() {
		time.Sleep(awaitPause)
	}
}

// settle waits under load until the index has the given status; "": until it is gone.
func (b *backfill) settle(status types.IndexStatus) {
	b.t.Helper()
	b.underLoad(func(*atomic.Int64, *atomic.Bool) {
		until := time.Now().Add(settledMax)
		for now := b.status(); now != status; now = b.status() {
			if time.Now().After(until) || b.t.Failed() {
				b.t.Errorf("the index stays %q, want %q", now, status)
				return
			}
			if status == types.IndexStatusActive {
				b.refused()
			}
			time.Sleep(settledPause)
		}
	})
}

// refused reads an index that was not active a moment ago: it answers only once it is.
func (b *backfill) refused() {
	b.t.Helper()
	_, err := b.client.Query(b.t.Context(), groupQuery(0))
	var answer smithy.APIError
	switch {
	case err == nil && b.status() != types.IndexStatusActive:
		b.t.Error("an index can be queried before it is active")
	case err != nil && (!errors.As(err, &answer) || answer.ErrorCode() != "ValidationException"):
		b.t.Errorf("a query of an index that is being built: %v", err)
	}
}

// status is the index's, "" if there is none.
func (b *backfill) status() types.IndexStatus {
	b.t.Helper()
	index := b.describe()
	if index == nil {
		return ""
	}
	if index.IndexStatus != types.IndexStatusCreating && index.Backfilling != nil {
		b.t.Errorf("an index that is %s has the member Backfilling", index.IndexStatus)
	}
	return index.IndexStatus
}

func (b *backfill) describe() *types.GlobalSecondaryIndexDescription {
	b.t.Helper()
	out, err := b.client.DescribeTable(b.t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(backfillTable)})
	if err != nil {
		b.t.Errorf("DescribeTable: %v", err)
		return nil
	}
	if len(out.Table.GlobalSecondaryIndexes) == 0 {
		return nil
	}
	return &out.Table.GlobalSecondaryIndexes[0]
}

// change creates or deletes the index.
func (b *backfill) change(update *types.GlobalSecondaryIndexUpdate) {
	b.t.Helper()
	in := &dynamodb.UpdateTableInput{
		TableName:                   aws.String(backfillTable),
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{*update},
	}
	if update.Create != nil {
		in.AttributeDefinitions = []types.AttributeDefinition{
			{AttributeName: aws.String("g"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("n"), AttributeType: types.ScalarAttributeTypeN},
		}
	}
	if _, err := b.client.UpdateTable(b.t.Context(), in); err != nil {
		b.t.Errorf("UpdateTable: %v", err)
	}
}
