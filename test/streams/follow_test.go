package streams

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/statordb/stator/test/statortest"
)

const (
	followWriters = 32
	followKills   = 5
	followAfter   = 300 // acknowledged requests before a SIGKILL, and up to as many more
	writePause    = 4 * time.Millisecond
	splitWrites   = "50"            // a second and shard: so few that every shard is split
	splitsWanted  = 2               // at the least
	splitsMost    = 8               // that long runs wait for; a shard of one slot cannot be split
	roundMax      = 2 * time.Minute // for what a round waits for
	awaitPause    = time.Millisecond
)

// TestFollow rebuilds a table from its stream while clients write to it, shards are split and the server is
// killed.
func TestFollow(t *testing.T) {
	seed := statortest.Seed(t)
	s := statortest.Start(t, "--stream-shard-writes", splitWrites)
	w := &world{t: t, server: s, client: s.Client(t), streams: s.Streams(t)}
	arn := w.create()
	w.follower = follow(t, w.streams, arn, seed)
	for i := range followWriters {
		w.writers = append(w.writers, newWriter(w.client, statortest.Random(seed, i), i))
	}
	moment := statortest.Random(seed, followWriters)
	for round := range statortest.Scaled(followKills) {
		// Every second round waits until a shard was split; the others break off before that.
		splits := min((round+1)/2, splitsMost)
		w.underLoad(followAfter+moment.Int64N(followAfter), splits, true)
		statortest.Check(t, s.Dir)
		if round%2 == 0 {
			w.follower.restart(t)
		}
		s.Restart(t)
	}
	w.underLoad(followAfter, splitsWanted, false)
	w.disable(followedTable)
	w.judge(arn)
	if status := s.Stop(t); status != 0 {
		t.Errorf("the server ends with status %d", status)
	}
	statortest.Check(t, s.Dir)
}

// world is a server with a table, its writers and the follower of its stream.
type world struct {
	t        *testing.T
	server   *statortest.Server
	client   *dynamodb.Client
	streams  *dynamodbstreams.Client
	writers  []*writer
	follower *follower
}

// create makes the table with a stream. With so little throughput the stream begins with one shard.
func (w *world) create() (arn string) {
	w.t.Helper()
	out, err := w.client.CreateTable(w.t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String(followedTable),
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}, {AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeS},
		},
		BillingMode:           types.BillingModeProvisioned,
		ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(500), WriteCapacityUnits: aws.Int64(500)},
		StreamSpecification:   &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	})
	if err != nil {
		w.t.Fatalf("CreateTable: %v", err)
	}
	return aws.ToString(out.TableDescription.LatestStreamArn)
}

// underLoad lets all writers write until so many requests are acknowledged and so many shards were split, and
// then kills the server, if that is wanted.
func (w *world) underLoad(requests int64, splits int, kill bool) {
	w.t.Helper()
	writers := make([]func(context.Context) error, len(w.writers))
	for i, x := range w.writers {
		writers[i] = func(ctx context.Context) error {
			time.Sleep(writePause)
			return x.write(ctx)
		}
	}
	statortest.UnderLoad(w.t, writers, func(acknowledged *atomic.Int64, killing *atomic.Bool) {
		until := time.Now().Add(roundMax)
		for !w.t.Failed() && (acknowledged.Load() < requests || w.follower.lineage.splits() < splits) {
			if err := w.follower.problem(); err != nil {
				w.t.Errorf("the follower: %v", err)
			}
			if time.Now().After(until) {
				w.t.Errorf("after %v there were %d requests and %d splits, not %d and %d",
					roundMax, acknowledged.Load(), w.follower.lineage.splits(), requests, splits)
			}
			time.Sleep(awaitPause)
		}
		if kill && !w.t.Failed() {
			killing.Store(true)
			w.server.Kill()
		}
	})
}

func (w *world) failNow() {
	w.t.Helper()
	if w.t.Failed() {
		w.t.FailNow()
	}
}

// disable switches the stream of a table off, which closes all shards, and waits until the follower has read it.
func (w *world) disable(table string) {
	w.t.Helper()
	_, err := w.client.UpdateTable(w.t.Context(), &dynamodb.UpdateTableInput{
		TableName: &table, StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(false)},
	})
	if err != nil {
		w.t.Fatalf("cannot switch the stream off: %v", err)
	}
	select {
	case <-w.follower.gone:
	case <-time.After(roundMax):
		w.t.Errorf("the follower does not come to the end of a disabled stream")
	}
	if err := w.follower.problem(); err != nil {
		w.t.Errorf("the follower: %v", err)
	}
	w.failNow()
}

// judge compares what the follower got to know with the table and with what the writers know.
func (w *world) judge(arn string) {
	w.t.Helper()
	f := w.follower
	if err := f.lineage.check(1); err != nil {
		w.t.Error(err)
	}
	if err := w.filtered(arn); err != nil {
		w.t.Error(err)
	}
	table, err := scan(w.t.Context(), w.client)
	if err != nil {
		w.t.Fatal(err)
	}
	for key, text := range table {
		if f.replica.items[key] != text {
			w.t.Errorf("%s is\n %s\nand in the replica\n %s", key, text, f.replica.items[key])
		}
	}
	for key := range f.replica.items {
		if table[key] == "" {
			w.t.Errorf("%s is in the replica and not in the table", key)
		}
	}
	if err := compare(w.writers, f.replica); err != nil {
		w.t.Error(err)
	}
	for _, kind := range streamtypes.OperationType("").Values() {
		if f.replica.counts[string(kind)] == 0 {
			w.t.Errorf("no record was a %s", kind)
		}
	}
	for key, service := range f.replica.service {
		if service {
			w.t.Errorf("the service removed %s", key)
		}
	}
	w.t.Logf("%v of %d shards, %d of them split; %d items are left", f.replica.counts, len(f.lineage.shards), f.lineage.splits(), len(table))
}

// filtered asks for the children of each shard and compares them with those in the full description.
func (w *world) filtered(arn string) error {
	for id := range w.follower.lineage.shards {
		out, err := w.streams.DescribeStream(w.t.Context(), &dynamodbstreams.DescribeStreamInput{
			StreamArn: &arn, ShardFilter: &streamtypes.ShardFilter{Type: streamtypes.ShardFilterTypeChildShards, ShardId: &id},
		})
		if err != nil {
			return fmt.Errorf("cannot ask for the children of %s: %w", id, err)
		}
		var children []string
		for _, s := range out.StreamDescription.Shards {
			children = append(children, aws.ToString(s.ShardId))
		}
		slices.Sort(children)
		if want := w.follower.lineage.children(id); !slices.Equal(children, want) {
			return fmt.Errorf("the children of %s are %v, by the filter %v", id, want, children)
		}
	}
	return nil
}

// scan reads the texts of all items, by key.
func scan(ctx context.Context, c *dynamodb.Client) (map[string]string, error) {
	items := map[string]string{}
	pages := dynamodb.NewScanPaginator(c, &dynamodb.ScanInput{TableName: aws.String(followedTable), ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("cannot scan the table: %w", err)
		}
		for _, item := range page.Items {
			items[keyText(item)] = itemText(item)
		}
	}
	return items, nil
}
