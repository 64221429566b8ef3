package main

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// captureAll asks the target one request of each operation and returns the answers by action.
func captureAll(ctx context.Context, t *target, operations []*operation, s *shape) (map[string]capture, error) {
	all := map[string]capture{}
	for _, o := range operations {
		if _, ok := all[o.action]; ok {
			continue
		}
		c, err := captureOne(ctx, t, o, s)
		if err != nil {
			return nil, fmt.Errorf("cannot capture %s of %s: %w", o.action, t.name, err)
		}
		all[o.action] = c
	}
	return all, nil
}

func captureOne(ctx context.Context, t *target, o *operation, s *shape) (capture, error) {
	script, err := prepare(ctx, t, o, s, 1)
	if err != nil {
		return capture{}, err
	}
	c, err := newConnection(ctx, t.address)
	if err != nil {
		return capture{}, err
	}
	defer c.close()
	c.script, c.check = script, t.checker(o, s)
	request, index := script.take()
	if _, err := c.conn.Write(request); err != nil {
		return capture{}, fmt.Errorf("cannot ask: %w", err)
	}
	head, err := c.reader.head()
	if err != nil {
		return capture{}, err
	}
	head = bytes.Clone(head)
	f, err := parseHead(head, &c.answer)
	if err != nil {
		return capture{}, err
	}
	if err := c.reader.body(&c.answer, f); err != nil {
		return capture{}, err
	}
	c.index = index
	if err := c.verify(); err != nil {
		return capture{}, err
	}
	t.acknowledge(o, &tally{acknowledged: 1})
	return capture{Header: wireHeader(head), Body: bytes.Clone(c.answer.body)}, nil
}

// ownHeaders are those that net/http writes by itself or that belong to one connection.
var ownHeaders = []string{"connection", "content-length", "date", "keep-alive", "transfer-encoding"}

// wireHeader returns the headers of an answer as they are spelled there.
func wireHeader(head []byte) http.Header {
	h := http.Header{}
	_, lines, _ := strings.Cut(string(head), "\r\n")
	for line := range strings.SplitSeq(lines, "\r\n") {
		name, value, ok := strings.Cut(line, ":")
		if ok && !slices.Contains(ownHeaders, strings.ToLower(name)) {
			h[name] = append(h[name], strings.TrimSpace(value))
		}
	}
	return h
}

// inventAll makes answers in DynamoDB's form for a run without any real server.
func inventAll(operations []*operation, s *shape) map[string]capture {
	all := map[string]capture{}
	for _, o := range operations {
		body := []byte("{}")
		if o.yardstick == bareGet {
			body = append(s.appendItem([]byte(`{"Item":`), 1, 0), '}')
		}
		all[o.action] = capture{Body: body, Header: http.Header{
			"Server":           {"Server"},
			"Content-Type":     {"application/x-amz-json-1.0"},
			"x-amzn-RequestId": {"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOP"},
			"x-amz-crc32":      {strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)},
		}}
	}
	return all
}

// newTableName names the table of a run, so that a peer's other tables are left alone.
func newTableName(now time.Time) string {
	return "stator-bench-" + strconv.FormatInt(now.UnixMilli(), 36)
}
