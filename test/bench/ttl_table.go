package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Bounds of a table whose items expire.
const (
	attemptsMax  = 3                // at filling it before the items expire
	enabledMax   = 30 * time.Second // for time to live to be switched on
	enabledPause = 20 * time.Millisecond
	groupItems   = 10            // items of a group of an index
	neverExpires = 4_102_444_800 // the year 2100; what is put adds up to a thousand seconds
)

// expiringTable is a table with time to live, on a server of its own. Items 0 to keys of its shape stay; what
// expires comes behind them.
type expiringTable struct {
	target   *target
	shape    *shape
	indexes  int
	view     string
	next     uint64  // the first item that was never put
	fillRate float64 // items a second that were put when it was filled
	ops      []*operation
}

// setUp makes the table, switches time to live on and puts the items that stay.
func (t *expiringTable) setUp(ctx context.Context) error {
	var definitions, indexes strings.Builder
	for i := range t.indexes {
		_, _ = fmt.Fprintf(&definitions, `,{"AttributeName":"g%d","AttributeType":"S"}`, i)
		if i > 0 {
			indexes.WriteByte(',')
		}
		_, _ = fmt.Fprintf(&indexes,
			`{"IndexName":"by-g%d","KeySchema":[{"AttributeName":"g%d","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}`, i, i)
	}
	body := `{"TableName":"` + t.shape.table + `","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[` +
		`{"AttributeName":"pk","AttributeType":"S"}` + definitions.String() + `],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]`
	if t.indexes > 0 {
		body += `,"GlobalSecondaryIndexes":[` + indexes.String() + `]`
	}
	if t.view != noStream {
		body += `,"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"` + t.view + `"}`
	}
	if _, err := t.target.call(ctx, "CreateTable", []byte(body+"}")); err != nil {
		return fmt.Errorf("cannot make the table: %w", err)
	}
	if err := t.target.waitActive(ctx, t.shape); err != nil {
		return err
	}
	if err := t.enable(ctx); err != nil {
		return err
	}
	t.next = t.shape.keys + 1
	start := time.Now()
	put := func(b []byte, index uint64) []byte { return t.putBody(b, index, 0, neverExpires) }
	if err := t.target.load(ctx, fillers, t.next, put); err != nil {
		return fmt.Errorf("cannot fill the table: %w", err)
	}
	t.fillRate = float64(t.next) / time.Since(start).Seconds()
	return nil
}

// enable switches time to live on and waits until it is.
func (t *expiringTable) enable(ctx context.Context) error {
	_, err := t.target.call(ctx, "UpdateTimeToLive", []byte(`{"TableName":"`+t.shape.table+
		`","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"expires_at"}}`))
	if err != nil {
		return fmt.Errorf("cannot switch time to live on: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, enabledMax)
	defer cancel()
	for {
		var out struct {
			TimeToLiveDescription struct{ TimeToLiveStatus string }
		}
		if err := t.target.ask(ctx, "DescribeTimeToLive", `{"TableName":"`+t.shape.table+`"}`, &out); err != nil {
			return err
		}
		if out.TimeToLiveDescription.TimeToLiveStatus == "ENABLED" {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("time to live stays %s: %w", out.TimeToLiveDescription.TimeToLiveStatus, ctx.Err())
		case <-time.After(enabledPause):
		}
	}
}

// fill puts so many new items, all of which expire at one moment.
func (t *expiringTable) fill(ctx context.Context, items uint64, at time.Time) error {
	first := t.next
	t.next += items
	put := func(b []byte, index uint64) []byte { return t.putBody(b, first+index, 0, uint64(at.Unix())) }
	if err := t.target.load(ctx, fillers, items, put); err != nil {
		return fmt.Errorf("cannot fill the table with items that expire: %w", err)
	}
	return nil
}

func (t *expiringTable) putBody(b []byte, index, tally, expires uint64) []byte {
	b = append(b, `{"TableName":"`+t.shape.table+`","Item":`...)
	b = t.shape.appendItem(b, index, tally)
	b = append(b[:len(b)-1], `,"expires_at":{"N":"`...)
	b = strconv.AppendUint(b, expires, 10)
	b = append(b, `"}`...)
	for i := range t.indexes {
		b = append(b, `,"g`...)
		b = append(b, byte('0'+i))
		b = append(b, `":{"S":"`...)
		b = appendGroup(b, i, index/groupItems)
		b = append(b, `"}`...)
	}
	return append(b, "}}"...)
}

// operations are what is asked of the table meanwhile: reads, and writes that renew an item, each about the items
// that stay.
func (t *expiringTable) operations() []*operation {
	if t.ops == nil {
		get, put := *findOperation("get"), *findOperation("put-overwrite")
		put.body = func(b []byte, _ *shape, index, serial uint64) []byte {
			return t.putBody(b, index, serial%1000, neverExpires+serial%1000)
		}
		t.ops = []*operation{&get, &put}
	}
	return t.ops
}

// count is how many items there are.
func (t *expiringTable) count(ctx context.Context) (int64, error) {
	var out struct{ Table struct{ ItemCount int64 } }
	err := t.target.ask(ctx, "DescribeTable", `{"TableName":"`+t.shape.table+`"}`, &out)
	return out.Table.ItemCount, err
}
