package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/statordb/stator/test/statortest"
)

// TestStreamsCommand measures every part once.
func TestStreamsCommand(t *testing.T) {
	dir := t.TempDir()
	var out, log strings.Builder
	status := command([]string{streamsCommand, "-short", "--stator", statortest.Binary(t), "--data", dir}, strings.NewReader(""), &out, &log)
	if status != 0 {
		t.Fatalf("status %d\n%s", status, log.String())
	}
	for title, rows := range map[string]int{"PutItem, overwriting": 3, pagesTitle: 2, pollTitle: 1, followTitle: 2} {
		if n := strings.Count(out.String(), "| "+title+" "); n != rows {
			t.Errorf("the report has %d rows of %q, not %d:\n%s", n, title, rows, out.String())
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "stator-bench-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("the stores are left: %v %v", left, err)
	}
}

func TestStreamFlags(t *testing.T) {
	for args, ok := range map[string]bool{
		"": true, "--parts writes --views off": true, "--parts follow --rate 5 --poll 1ms --views NEW_IMAGE": true,
		"--parts reads": false, "--views off": false, "--views NEW": false, "--views off,off": false, "--rate 0": false, "--poll 0s": false,
		"--stator none": false, "--ops scan": false, "--connections 0": false, "more": false,
	} {
		if _, err := parseStreamFlags(strings.Fields(args), io.Discard); (err == nil) != ok {
			t.Errorf("%q: %v", args, err)
		}
	}
}

// pageOf is a page of records of items, as Stator sends it.
func pageOf(next string, items ...uint64) *page {
	var records []string
	for i, index := range items {
		key := string(appendName(nil, index))
		records = append(records, fmt.Sprintf(`{"dynamodb":{"Keys":{"pk":{"S":"%s"}},"NewImage":{"pk":{"S":"%s"}}},"eventID":"%d"}`, key, key, i))
	}
	body := `{"Records":[` + strings.Join(records, ",") + `]`
	if next != "" {
		body += `,"NextShardIterator":"` + next + `"`
	}
	return &page{body: []byte(body + "}"), records: len(items)}
}

func TestPage(t *testing.T) {
	var got []uint64
	p := pageOf("arn|1|AAAA", 7, 7, 123)
	if err := p.items(func(index uint64) { got = append(got, index) }); err != nil || !slices.Equal(got, []uint64{7, 7, 123}) {
		t.Errorf("the records are of %v: %v", got, err)
	}
	if string(p.next()) != "arn|1|AAAA" || len(pageOf("", 1).next()) > 0 {
		t.Errorf("the next iterator is %q, and at the end %q", p.next(), pageOf("", 1).next())
	}
	if p.records = 4; p.items(func(uint64) {}) == nil {
		t.Error("a record without a key is right")
	}
	if err := checkNoRecords(nil, 0, pageOf("x").body); err != nil {
		t.Error(err)
	}
	if checkNoRecords(nil, 0, pageOf("x", 1).body) == nil || checkNoRecords(nil, 0, []byte("{}")) == nil {
		t.Error("any answer is that of an idle shard")
	}
}

// TestCrossing judges made-up times: the first write is of the warm-up, and the record of the last one came
// before its acknowledgement.
func TestCrossing(t *testing.T) {
	x := newCrossing(100, 5)
	for i, times := range [][2]time.Duration{{1, 9000}, {1000, 4000}, {0, 5000}, {2000, 2000 + 7000}, {3000, 2000}} {
		x.acked[i].Store(int64(times[0]))
		x.seen[i].Store(int64(times[1]))
	}
	out := x.judge(1)
	if out.answered != 3 || out.failed != 0 || out.latency.TotalCount() != 3 || time.Duration(out.latency.Max()) < 7000 || out.latency.Min() > int64(latencyLeast) {
		t.Errorf("%+v, %d to %d", out, out.latency.Min(), out.latency.Max())
	}
	x.seen[1].Store(0)
	if out := x.judge(1); out.failed != 1 || out.complaint == "" {
		t.Errorf("a record that does not come: %+v", out)
	}
	x.come(101)
	x.come(101)
	x.come(99)
	x.come(105)
	if n := x.missing.Load(); n != 4 {
		t.Errorf("one record came, and %d of 5 are missing", n)
	}
}

func TestTargetOf(t *testing.T) {
	for action, want := range map[string]string{
		"PutItem": "DynamoDB_20120810.PutItem", "DescribeTable": "DynamoDB_20120810.DescribeTable",
		"GetRecords": "DynamoDBStreams_20120810.GetRecords", "DescribeStream": "DynamoDBStreams_20120810.DescribeStream",
	} {
		if got := targetOf(action); got != want {
			t.Errorf("%s is sent to %s", action, got)
		}
	}
}

// TestStreamReport prints made-up rounds. One of them was on a machine half as fast.
func TestStreamReport(t *testing.T) {
	of := func(operation, title string, rate int, target string, p50 ...time.Duration) *result {
		x := &result{Operation: operation, Title: title, Connections: 16, Rate: rate, Yardstick: ""}
		for i, d := range p50 {
			x.Samples = append(x.Samples, &sample{
				Target: target, Round: i + 1, PerSecond: 1 / d.Seconds(), Answered: 10, Records: 5000, Bytes: 1e7, Elapsed: time.Second,
				ServerCPU: d, quantiles: quantiles{P50: d, P99: 2 * d},
			})
		}
		return x
	}
	const ms, both = time.Millisecond, "NEW_AND_OLD_IMAGES"
	puts := of("put-overwrite", "PutItem, overwriting", 0, noStream, 10*ms, 20*ms, 10*ms)
	puts.Yardstick = barePut
	puts.Samples = append(puts.Samples, of("", "", 0, both, 11*ms, 22*ms, 90*ms).Samples...)
	r := &report{Results: []*result{
		puts, of(pagesName, pagesTitle, 0, both, 10*ms), of(pollName, pollTitle, 0, both, ms, 2*ms), of(getName, "GetItem", 0, both, 2*ms, 4*ms),
		of(followName, followTitle, 100, both, 49*ms), of(followName, followTitle, 200, both, 51*ms),
	}}
	var out strings.Builder
	if err := writeStreamTables(&out, r); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"| closed, 16 | off | 100 | 1 | 10.0 ms | 20.0 ms | 1 | 1.00 ms | 1 |",
		"| NEW_AND_OLD_IMAGES | 45 | 0.91 (0.11–0.91) | 22.0 ms | 44.0 ms | 1.10 (1.10–9.00) | 2.20 ms | 1.10 (1.10–9.00) |",
		"| NEW_AND_OLD_IMAGES | 5,000 | 10.0 | 500 | 10.0 ms | 20.0 ms | 2.00 µs |",
		"| closed, 16 | 750 | 375 | 2.00 (2.00–2.00) | 1.50 ms | 3.00 ms | 0.50 (0.50–0.50) |",
		"| NEW_AND_OLD_IMAGES | 49.0 ms | 0.00 µs | 98.0 ms | 0.00 µs | ≤ 50 ms | met |",
		"| NEW_AND_OLD_IMAGES | 51.0 ms | 0.00 µs | 102 ms | 0.00 µs | ≤ 50 ms | MISSED |",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %s in\n%s", want, out.String())
		}
	}
}
