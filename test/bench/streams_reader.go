package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Where a reader of a shard begins.
const (
	fromOldest = "TRIM_HORIZON"
	fromLatest = "LATEST"
)

// streamShard is a shard as DescribeStream lists it.
type streamShard struct {
	ID     string `json:"ShardId"`
	Parent string `json:"ParentShardId"`
	Range  struct {
		End string `json:"EndingSequenceNumber"`
	} `json:"SequenceNumberRange"`
}

// streamOf returns the ARN of the table's stream and its shards.
func (t *target) streamOf(ctx context.Context, s *shape) (arn string, shards []streamShard, err error) {
	var table struct {
		Table struct{ LatestStreamArn string }
	}
	if err := t.ask(ctx, "DescribeTable", `{"TableName":"`+s.table+`"}`, &table); err != nil {
		return "", nil, err
	}
	arn = table.Table.LatestStreamArn
	var start string
	for {
		var out struct {
			StreamDescription struct {
				Shards               []streamShard
				LastEvaluatedShardID string `json:"LastEvaluatedShardId"`
			}
		}
		if err := t.ask(ctx, "DescribeStream", `{"StreamArn":"`+arn+`"`+start+`}`, &out); err != nil {
			return "", nil, err
		}
		shards = append(shards, out.StreamDescription.Shards...)
		if out.StreamDescription.LastEvaluatedShardID == "" {
			return arn, shards, nil
		}
		start = `,"ExclusiveStartShardId":"` + out.StreamDescription.LastEvaluatedShardID + `"`
	}
}

// openShards are those that still get records.
func openShards(shards []streamShard) []string {
	var open []string
	for _, s := range shards {
		if s.Range.End == "" {
			open = append(open, s.ID)
		}
	}
	return open
}

// ask makes one request outside any measuring and reads the answer into out.
func (t *target) ask(ctx context.Context, action, body string, out any) error {
	answer, err := t.call(ctx, action, []byte(body))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("cannot read %s: %w", action, err)
	}
	return nil
}

func iteratorBody(arn, shard, from string) string {
	return `{"StreamArn":"` + arn + `","ShardId":"` + shard + `","ShardIteratorType":"` + from + `"}`
}

// shardReader reads shards over a connection of its own, with as little work as that takes: it looks into
// records no further than it must.
type shardReader struct {
	*connection
	target   *target
	sign     *signer
	iterator []byte
	request  []byte
	serial   uint64
}

// newShardReader connects to t.
func newShardReader(ctx context.Context, t *target) (*shardReader, error) {
	sign, err := t.newSigner()
	if err != nil {
		return nil, err
	}
	c, err := newConnection(ctx, t.address)
	if err != nil {
		return nil, err
	}
	return &shardReader{connection: c, target: t, sign: sign}, nil
}

// send makes one request. Its answer must be 200; it is good until the next one.
func (r *shardReader) send(ctx context.Context, action string, body []byte) error {
	var err error
	r.serial++
	if r.request, err = r.sign.appendRequest(ctx, r.request[:0], action, r.serial, body); err != nil {
		return err
	}
	r.expire(time.Now().Add(answerMax))
	if err := r.roundTrip(ctx, r.request); err != nil {
		return err
	}
	return r.verify()
}

// seek makes the reader begin with a shard.
func (r *shardReader) seek(ctx context.Context, arn, shard, from string) error {
	if err := r.send(ctx, "GetShardIterator", []byte(iteratorBody(arn, shard, from))); err != nil {
		return err
	}
	var out struct{ ShardIterator string }
	if err := json.Unmarshal(r.answer.body, &out); err != nil || out.ShardIterator == "" {
		return fmt.Errorf("there is no iterator in %.100q", r.answer.body)
	}
	r.iterator = []byte(out.ShardIterator)
	return nil
}

// next reads the next page of the shard. It is false at the end of the shard.
func (r *shardReader) next(ctx context.Context) (p page, more bool, err error) {
	if err := r.send(ctx, "GetRecords", getRecordsBody(nil, r.iterator)); err != nil {
		return page{}, false, err
	}
	p = page{body: r.answer.body}
	if p.records = bytes.Count(p.body, eventID); p.records == 0 && !bytes.Contains(p.body, []byte(`"Records":[]`)) {
		return page{}, false, fmt.Errorf("there are no records in %.100q", p.body)
	}
	r.iterator = append(r.iterator[:0], p.next()...)
	return p, len(r.iterator) > 0, nil
}

func getRecordsBody(b, iterator []byte) []byte {
	b = append(b, `{"ShardIterator":"`...)
	b = append(b, iterator...)
	return append(b, `"}`...)
}

// page is an answer of GetRecords. The texts of items do not contain what is looked for here.
type page struct {
	body    []byte
	records int
}

var (
	eventID      = []byte(`"eventID":`)
	nextIterator = []byte(`"NextShardIterator":"`)
	recordKey    = []byte(`"Keys":{"pk":{"S":"item-`)
)

// next is the iterator of the page that follows; empty at the end of a shard.
func (p *page) next() []byte {
	i := bytes.LastIndex(p.body, nextIterator)
	if i < 0 {
		return nil
	}
	value, _, _ := bytes.Cut(p.body[i+len(nextIterator):], []byte(`"`))
	return value
}

var errKeys = errors.New("a page has not as many keys as records")

// items calls each with the index of the item that every record is about.
func (p *page) items(each func(index uint64)) error {
	rest, n := p.body, 0
	for {
		i := bytes.Index(rest, recordKey)
		if i < 0 || len(rest) < i+len(recordKey)+keyDigits {
			break
		}
		rest = rest[i+len(recordKey):]
		index, err := strconv.ParseUint(string(rest[:keyDigits]), 10, 64)
		if err != nil {
			return fmt.Errorf("cannot read a key: %w", err)
		}
		each(index)
		n++
	}
	if n != p.records {
		return errKeys
	}
	return nil
}
