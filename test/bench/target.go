package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// statorName is how the tables name Stator.
const statorName = "stator"

// Bounds of the setting up of a table.
const (
	loaders      = 16 // connections that put the first items
	activeMax    = 30 * time.Second
	activePause  = 20 * time.Millisecond
	complaintMax = 1 << 10 // bytes of a refused setup request that are shown
)

// target is a server that is measured.
type target struct {
	name    string
	address string // host:port
	pid     int    // 0: somebody else's process
	process *process
	bare    bool // keeps no table
	cfg     *config
	serial  uint64 // of the next request

	// What happened to the hot items: writes that were acknowledged, and ones of which nobody knows.
	hotKnown, hotUnknown int64
}

func (t *target) newSigner() (*signer, error) { return newSigner(t.cfg, t.address) }

// checker returns what judges the bodies of an operation's answers; a bare handler's say nothing.
func (t *target) checker(o *operation, s *shape) func(uint64, []byte) error {
	if t.bare {
		return nil
	}
	return func(index uint64, body []byte) error { return o.check(s, index, body) }
}

// acknowledge remembers what a sample did to the hot items.
func (t *target) acknowledge(o *operation, all *tally) {
	if o.counts {
		t.hotKnown += all.acknowledged
		t.hotUnknown += all.failed
	}
}

// call makes one request outside any measuring and returns the body of its 200 answer, which the
// caller may keep.
func (t *target) call(ctx context.Context, action string, body []byte) ([]byte, error) {
	c, err := newConnection(ctx, t.address)
	if err != nil {
		return nil, err
	}
	defer c.close()
	defer context.AfterFunc(ctx, c.interrupt)()
	sign, err := t.newSigner()
	if err != nil {
		return nil, err
	}
	request, err := sign.appendRequest(ctx, nil, action, t.serial, body)
	if err != nil {
		return nil, err
	}
	if err := c.roundTrip(ctx, request); err != nil {
		return nil, err
	}
	if c.answer.status != 200 {
		return nil, fmt.Errorf("%s: status %d: %.*s", action, c.answer.status, complaintMax, c.answer.body)
	}
	return c.answer.body, nil
}

// setUp makes the table and fills it. CreateTable gets the further members as they are.
func (t *target) setUp(ctx context.Context, s *shape, members ...string) error {
	body := `{"TableName":"` + s.table + `","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],` +
		`"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"`
	for _, m := range members {
		body += "," + m
	}
	_, err := t.call(ctx, "CreateTable", []byte(body+"}"))
	if err != nil {
		return fmt.Errorf("cannot make a table on %s: %w", t.name, err)
	}
	if err := t.waitActive(ctx, s); err != nil {
		return fmt.Errorf("cannot use the table on %s: %w", t.name, err)
	}
	put := func(b []byte, index uint64) []byte { return putBody(b, s, index, 0) }
	if err := t.load(ctx, loaders, s.keys+1, put); err != nil {
		return fmt.Errorf("cannot fill the table on %s: %w", t.name, err)
	}
	return nil
}

func (t *target) waitActive(ctx context.Context, s *shape) error {
	ctx, cancel := context.WithTimeout(ctx, activeMax)
	defer cancel()
	for {
		body, err := t.call(ctx, "DescribeTable", []byte(`{"TableName":"`+s.table+`"}`))
		if err != nil {
			return err
		}
		var description struct{ Table struct{ TableStatus string } }
		if err := json.Unmarshal(body, &description); err != nil {
			return fmt.Errorf("cannot read DescribeTable: %w", err)
		}
		if description.Table.TableStatus == "ACTIVE" {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("its status stays %s: %w", description.Table.TableStatus, ctx.Err())
		case <-time.After(activePause):
		}
	}
}

// load puts items 0 to items-1, over several connections. put appends the request's body.
func (t *target) load(ctx context.Context, connections, items uint64, put func(b []byte, index uint64) []byte) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make(chan error, connections)
	for from := range connections {
		go func() {
			err := t.loadPart(ctx, from, connections, items, put)
			if err != nil {
				cancel()
			}
			errs <- err
		}()
	}
	var first error
	for range connections {
		if err := <-errs; first == nil || errors.Is(first, context.Canceled) && err != nil {
			first = err
		}
	}
	return first
}

// loadPart puts every step-th item from the given one on.
func (t *target) loadPart(ctx context.Context, from, step, items uint64, put func(b []byte, index uint64) []byte) error {
	sign, err := t.newSigner()
	if err != nil {
		return err
	}
	c, err := newConnection(ctx, t.address)
	if err != nil {
		return err
	}
	defer c.close()
	defer context.AfterFunc(ctx, c.interrupt)()
	var body, request []byte
	for index := from; index < items; index += step {
		body = put(body[:0], index)
		if request, err = sign.appendRequest(ctx, request[:0], "PutItem", index, body); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.expire(time.Now().Add(answerMax))
		if err := c.roundTrip(ctx, request); err != nil {
			return err
		}
		if err := c.verify(); err != nil {
			return err
		}
	}
	return nil
}

// tearDown deletes the table from a server that outlives the run.
func (t *target) tearDown(ctx context.Context, s *shape) error {
	_, err := t.call(ctx, "DeleteTable", []byte(`{"TableName":"`+s.table+`"}`))
	return err
}

// checkHot compares the hot item's tally with the updates that were acknowledged: a server must have
// kept each of them, and none that was never sent.
func (t *target) checkHot(ctx context.Context, s *shape) (string, error) {
	n, err := t.tallyOf(ctx, s, hotIndex)
	if err != nil {
		return "", fmt.Errorf("cannot read the hot item of %s: %w", t.name, err)
	}
	if n < t.hotKnown || n > t.hotKnown+t.hotUnknown {
		return "", fmt.Errorf("the hot item of %s counted %d updates, but %d were acknowledged and %d uncertain",
			t.name, n, t.hotKnown, t.hotUnknown)
	}
	return fmt.Sprintf("%s: the hot item counted %s updates, every acknowledged one.", t.name, thousands(float64(n))), nil
}

// tallyOf reads the tally of an item.
func (t *target) tallyOf(ctx context.Context, s *shape, index uint64) (int64, error) {
	body, err := t.call(ctx, "GetItem", getBody(true)(nil, s, index, 0))
	if err != nil {
		return 0, err
	}
	var got struct {
		Item struct {
			Tally struct {
				N int64 `json:",string"`
			} `json:"tally"`
		}
	}
	err = json.Unmarshal(body, &got)
	return got.Item.Tally.N, err
}
