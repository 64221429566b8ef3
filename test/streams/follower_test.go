package streams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"

	"github.com/statordb/stator/test/statortest"
)

const (
	describePause  = 20 * time.Millisecond
	pollPause      = 5 * time.Millisecond  // after a page without records
	reconnectPause = 10 * time.Millisecond // after a request without an answer
	shardsOnPage   = 3                     // at most, so that a description takes several pages
	recordsOnPage  = 1000
)

// position is how far a follower is in a shard.
type position struct {
	After string `json:"after,omitempty"` // the last sequence number that was taken in
	Done  bool   `json:"done,omitempty"`  // the shard was read to its end
}

// follower reads all shards of a stream into a replica.
type follower struct {
	client  *dynamodbstreams.Client
	arn     string
	replica *replica
	lineage *lineage
	seed    uint64

	mu        sync.Mutex // guards what follows
	positions map[string]*position
	err       error // the first one; the follower stops
	readers   int   // shards that were begun, for their randomness

	stop context.CancelFunc
	gone chan struct{} // closed when nothing runs any more
}

// follow starts a follower. It ends by itself when the stream is disabled and read to its end.
func follow(t *testing.T, c *dynamodbstreams.Client, arn string, seed uint64) *follower {
	f := &follower{client: c, arn: arn, replica: newReplica(), lineage: newLineage(), seed: seed, positions: map[string]*position{}}
	f.start(t)
	return f
}

func (f *follower) start(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f.stop, f.gone = cancel, make(chan struct{})
	t.Cleanup(cancel)
	go func() {
		defer close(f.gone)
		defer cancel()
		f.fail(f.run(ctx))
	}()
}

// restart stops the follower and starts another one that knows only the positions, as they were stored.
func (f *follower) restart(t *testing.T) {
	t.Helper()
	f.stop()
	<-f.gone
	stored, err := json.Marshal(f.positions)
	if err != nil {
		t.Fatal(err)
	}
	f.positions = nil
	if err := json.Unmarshal(stored, &f.positions); err != nil {
		t.Fatal(err)
	}
	f.start(t)
}

// fail notes why the follower stops; nil is no reason.
func (f *follower) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

// problem is why the follower stopped, if it did.
func (f *follower) problem() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// run describes the stream again and again and starts a reader for each shard whose parent is done.
func (f *follower) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	begun := map[string]bool{}
	for ctx.Err() == nil {
		status, shards, err := f.describe(ctx)
		if err != nil {
			return err
		}
		left := 0 // shards that are not done
		for i := range shards {
			id := aws.ToString(shards[i].ShardId)
			if f.done(id) {
				continue
			}
			left++
			if begun[id] || shards[i].ParentShardId != nil && !f.done(*shards[i].ParentShardId) {
				continue
			}
			begun[id] = true
			random := f.begin(id)
			wg.Go(func() {
				if err := f.read(ctx, id, random); err != nil {
					f.fail(fmt.Errorf("shard %s: %w", id, err))
					cancel()
				}
			})
		}
		if left == 0 && status == streamtypes.StreamStatusDisabled {
			return nil
		}
		pause(ctx, describePause)
	}
	return nil
}

// describe lists all shards, page by page. It waits for a server that does not answer.
func (f *follower) describe(ctx context.Context) (streamtypes.StreamStatus, []streamtypes.Shard, error) {
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: &f.arn, Limit: aws.Int32(shardsOnPage)}
	var shards []streamtypes.Shard
	for {
		out, err := f.client.DescribeStream(ctx, in)
		if err != nil {
			if again := f.retry(ctx, err); again != nil || ctx.Err() != nil {
				return "", nil, again
			}
			continue
		}
		d := out.StreamDescription
		if len(d.Shards) > shardsOnPage {
			return "", nil, fmt.Errorf("%d shards on a page of %d", len(d.Shards), shardsOnPage)
		}
		shards = append(shards, d.Shards...)
		if in.ExclusiveStartShardId = d.LastEvaluatedShardId; in.ExclusiveStartShardId == nil {
			return d.StreamStatus, shards, f.lineage.describe(shards)
		}
	}
}

// retry waits a little if err says that the server did not answer; any other error is returned.
func (f *follower) retry(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	var sent *smithy.OperationError
	if statortest.IsAnswer(err) || !errors.As(err, &sent) {
		return err
	}
	pause(ctx, reconnectPause)
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (f *follower) done(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.positions[id]
	return p != nil && p.Done
}

// begin makes the position of a shard if there is none, and the randomness of its reader.
func (f *follower) begin(id string) *rand.Rand {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.positions[id] == nil {
		f.positions[id] = &position{}
	}
	f.readers++
	return statortest.Random(f.seed, -f.readers)
}

// read reads a shard from its position to its end. Now and then it forgets its iterator, or half of a page,
// and goes on from its position.
func (f *follower) read(ctx context.Context, id string, random *rand.Rand) error {
	var iterator, known string
	for ctx.Err() == nil {
		var err error
		if iterator == "" {
			if iterator, known, err = f.iterator(ctx, id, random); err != nil {
				if err = f.retry(ctx, err); err != nil {
					return err
				}
				continue
			}
		}
		records, next, err := f.page(ctx, iterator, random)
		if err != nil {
			if err = f.retry(ctx, err); err != nil {
				return err
			}
			if random.IntN(2) == 0 {
				iterator = "" // else the old one is used again, with the same server or with the next
			}
			continue
		}
		empty := len(records) == 0
		if known != "" && !empty {
			if got := aws.ToString(records[0].Dynamodb.SequenceNumber); got != known {
				return fmt.Errorf("the iterator at %s gives %s first", known, got)
			}
			records, known = records[1:], ""
		}
		whole := random.IntN(8) > 0
		if !whole {
			records, next = records[:random.IntN(len(records)+1)], aws.String("")
		}
		if err := f.take(id, records); err != nil {
			return err
		}
		if next == nil {
			return f.finish(id, known)
		}
		if iterator = *next; empty {
			pause(ctx, pollPause)
		}
	}
	return nil
}

// page reads a page of any size.
func (f *follower) page(ctx context.Context, iterator string, random *rand.Rand) (records []streamtypes.Record, next *string, err error) {
	in := &dynamodbstreams.GetRecordsInput{ShardIterator: &iterator}
	limit := int32(recordsOnPage)
	if random.IntN(2) == 0 {
		limit = 1 + random.Int32N(limit)
		in.Limit = &limit
	}
	out, err := f.client.GetRecords(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	if len(out.Records) > int(limit) {
		return nil, nil, fmt.Errorf("%d records on a page of %d", len(out.Records), limit)
	}
	return out.Records, out.NextShardIterator, nil
}

// iterator returns an iterator at the position of a shard. If known is not "", the record of that sequence
// number was taken in before and comes once more.
func (f *follower) iterator(ctx context.Context, id string, random *rand.Rand) (iterator, known string, err error) {
	f.mu.Lock()
	after := f.positions[id].After
	f.mu.Unlock()
	in := &dynamodbstreams.GetShardIteratorInput{StreamArn: &f.arn, ShardId: &id}
	switch {
	case after == "":
		in.ShardIteratorType = streamtypes.ShardIteratorTypeTrimHorizon
	case random.IntN(2) == 0:
		in.ShardIteratorType, in.SequenceNumber = streamtypes.ShardIteratorTypeAfterSequenceNumber, &after
	default:
		in.ShardIteratorType, in.SequenceNumber, known = streamtypes.ShardIteratorTypeAtSequenceNumber, &after, after
	}
	out, err := f.client.GetShardIterator(ctx, in)
	if err != nil {
		return "", "", err
	}
	if out.ShardIterator == nil {
		return "", "", errors.New("there is no iterator in the answer")
	}
	return *out.ShardIterator, known, nil
}

// take takes in records of a shard. None of them may have come before.
func (f *follower) take(id string, records []streamtypes.Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.positions[id]
	for i := range records {
		sequence := aws.ToString(records[i].Dynamodb.SequenceNumber)
		if err := f.lineage.read(id, sequence); err != nil {
			return err
		}
		if err := f.replica.apply(&records[i]); err != nil {
			return fmt.Errorf("record %s: %w", sequence, err)
		}
		p.After = sequence
	}
	return nil
}

// finish notes that a shard was read to its end.
func (f *follower) finish(id, known string) error {
	if known != "" {
		return fmt.Errorf("the shard ended, and an iterator at %s did not give that record", known)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.positions[id].Done = true
	return nil
}
