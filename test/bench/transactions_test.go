package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/statordb/stator/test/statortest"
)

// TestTransactionsCommand measures every load once.
func TestTransactionsCommand(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "report.json")
	var out, log strings.Builder
	status := command([]string{
		transactionsCommand, "-short", "--stator", statortest.Binary(t), "--connections", "4", "--data", dir, "--json", file,
	}, strings.NewReader(""), &out, &log)
	if status != 0 {
		t.Fatalf("status %d\n%s", status, log.String())
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	for _, l := range transactionLoads {
		x := r.loadOf(l.name, 4)
		if x == nil || len(x.Samples) != 1 || x.Samples[0].Answered == 0 || !strings.Contains(out.String(), "| "+l.title+" ") {
			t.Errorf("%s: %+v\n%s", l.name, x, out.String())
		}
	}
	if !strings.Contains(out.String(), "every acknowledged one and no half of one") {
		t.Errorf("nobody compared what was counted:\n%s", out.String())
	}
	left, err := filepath.Glob(filepath.Join(dir, "stator-bench-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("the store is left: %v %v", left, err)
	}
}

func TestTransactionFlags(t *testing.T) {
	for args, ok := range map[string]bool{
		"": true, "--ops put,contention --hot 1 --connections 1,16,64 --tokens=false": true,
		"--ops get": false, "--hot 0": false, "--hot 1000": false, "--spread 1000000": false, "--keys 3": false,
		"--stator none": false, "--rounds 0": false, "--connections 0": false, "more": false,
	} {
		if _, err := parseTransactionFlags(strings.Fields(args), io.Discard); (err == nil) != ok {
			t.Errorf("%q: %v", args, err)
		}
	}
}

// TestTransactionItems draws from as few items as there may be: all must be drawn, none twice at once.
func TestTransactionItems(t *testing.T) {
	for _, keys := range []uint64{transactionItems, transactionItems + 1, 1000} {
		s := &shape{keys: keys}
		seen := map[uint64]bool{}
		for serial := range 20 * keys {
			var items []uint64
			for i := range transactionItems {
				item := s.item(several(s, serial), i)
				if item < 1 || item > keys || slices.Contains(items, item) {
					t.Fatalf("of %d: %d after %v", keys, item, items)
				}
				items, seen[item] = append(items, item), true
			}
		}
		if len(seen) != int(keys) {
			t.Errorf("%d of %d items are drawn", len(seen), keys)
		}
	}
}

// TestTransactionBodies looks into the requests of the loads.
func TestTransactionBodies(t *testing.T) {
	c, err := parseTransactionFlags(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s := newShape(&c.config)
	for name, want := range map[string]int{
		"put": 1, "transact-put-1": 1, "transact-put-4": 4, "batch-put-4": 4, "batch-get-4": 4, "transact-get-4": 4, contention: 2,
	} {
		o := findTransactionLoad(name).operation(c)
		body := o.body(nil, s, o.index(s, 7), 7)
		if !json.Valid(body) || bytes.Count(body, []byte(`"pk"`)) != want {
			t.Errorf("%s: %s", name, body)
		}
		other := o.body(nil, s, o.index(s, 8), 8)
		if bytes.Equal(body, other) {
			t.Errorf("%s: two requests are the same", name)
		}
		if tokens := bytes.Contains(body, []byte(`"ClientRequestToken":"stator-bench-token-0000000000000007"`)); tokens != strings.HasPrefix(name, "transact-put") {
			t.Errorf("%s has a token: %v", name, tokens)
		}
	}
	c.tokens = false
	if body := findTransactionLoad("transact-put-1").operation(c).body(nil, s, 1, 1); bytes.Contains(body, []byte("Token")) || !json.Valid(body) {
		t.Errorf("without tokens: %s", body)
	}
}

// TestContendedItems draws hot items and others, and none that another load overwrites.
func TestContendedItems(t *testing.T) {
	c, err := parseTransactionFlags([]string{"--hot", "2", "--spread", "6"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s := newShape(&c.config)
	o := findTransactionLoad(contention).operation(c)
	var hot, cold []string
	for serial := range uint64(200) {
		keys := strings.Split(string(o.body(nil, s, o.index(s, serial), serial)), `"pk":{"S":"`)
		hot, cold = append(hot, keys[1][:keyBytes]), append(cold, keys[2][:keyBytes])
	}
	slices.Sort(hot)
	slices.Sort(cold)
	var want []string
	for i := range uint64(6) {
		want = append(want, string(appendName(nil, uint64(c.keys)+1+i)))
	}
	if !slices.Equal(slices.Compact(hot), want[:2]) || !slices.Equal(slices.Compact(cold), want[2:]) {
		t.Errorf("hot are %v, others %v, want of %v the first two to be hot", slices.Compact(hot), slices.Compact(cold), want)
	}
}

// TestTransactionChecks judges right and wrong answers.
func TestTransactionChecks(t *testing.T) {
	c, err := parseTransactionFlags(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s := newShape(&c.config)
	puts := findTransactionLoad("batch-put-4").operation(c)
	if err := puts.check(s, 1, []byte(`{"UnprocessedItems":{}}`)); err != nil {
		t.Error(err)
	}
	if puts.check(s, 1, []byte(`{"UnprocessedItems":{"t":[]}}`)) == nil {
		t.Error("a batch of which something is left is right")
	}
	gets := findTransactionLoad("transact-get-4").operation(c)
	var body []byte
	for i := range transactionItems {
		body = s.appendItem(body, s.item(9, i), 0)
	}
	if err := gets.check(s, 9, body); err != nil {
		t.Error(err)
	}
	if gets.check(s, 9, body[:len(body)*3/4]) == nil {
		t.Error("an answer without the last item is right")
	}
}

func TestConflict(t *testing.T) {
	const canceled = `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[`
	for body, want := range map[string]bool{
		canceled + `{"Code":"TransactionConflict","Message":"…"},{"Code":"None"}]}`:                   true,
		canceled + `{"Code":"TransactionConflict","Message":"…"},{"Code":"ConditionalCheckFailed"}]}`: false,
		canceled + `{"Code":"None"}]}`:                                   false,
		`{"__type":"…#ValidationException","message":"TransactionConf"}`: false,
	} {
		if isConflict([]byte(body)) != want {
			t.Errorf("%s is a conflict: %v", body, !want)
		}
	}
	w := newWindow(time.Unix(100, 0), time.Second, time.Second)
	all, part := newTally(), newTally()
	part.add(w, w.start, w.from, errCancelled)
	part.add(w, w.from, w.until, errCancelled)
	part.add(w, w.from, w.until, errors.New("no answer"))
	part.add(w, w.from, w.until, nil)
	all.merge(part)
	if all.cancelled != 1 || all.failed != 1 || all.answered != 1 || all.acknowledged != 1 || all.latency.TotalCount() != 1 {
		t.Errorf("counted %+v", all)
	}
}

// TestCounted takes in what loads were acknowledged for, of which only some count on hot items.
func TestCounted(t *testing.T) {
	c, err := parseTransactionFlags(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var hot target
	for _, o := range []*operation{findOperation(updateHot), findOperation("update-spread"), findTransactionLoad(contention).operation(c)} {
		hot.acknowledge(o, &tally{acknowledged: 10, failed: 1})
	}
	if hot.hotKnown != 20 || hot.hotUnknown != 2 {
		t.Errorf("known are %d, unknown %d", hot.hotKnown, hot.hotUnknown)
	}
}

func TestJudgeCounts(t *testing.T) {
	for _, c := range []struct {
		hot, cold, known, unknown int64
		ok                        bool
	}{
		{5, 5, 5, 0, true},
		{6, 6, 5, 1, true},
		{5, 4, 5, 0, false},
		{4, 4, 5, 1, false},
		{7, 7, 5, 1, false},
	} {
		if note, ok := judgeCounts(c.hot, c.cold, c.known, c.unknown); ok != c.ok {
			t.Errorf("%+v: %s", c, note)
		}
	}
}

// TestTransactionReport prints made-up rounds. One of them was on a machine half as fast.
func TestTransactionReport(t *testing.T) {
	c, err := parseTransactionFlags([]string{"--connections", "16"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	of := func(name string, p50 ...time.Duration) *result {
		x := &result{Operation: name, Title: findTransactionLoad(name).title, Connections: 16}
		for i, d := range p50 {
			x.Samples = append(x.Samples, &sample{Target: statorName, Round: i + 1, Answered: 75, Cancelled: 25, quantiles: quantiles{P50: d}})
		}
		return x
	}
	const ms = time.Millisecond
	r := &report{Results: []*result{
		of("put", 10*ms, 20*ms, 10*ms), of("transact-put-1", 11*ms, 22*ms, 90*ms), of("transact-put-4", 16*ms, 32*ms, 10*ms),
		of("transact-get-4", ms), of(contention, 20*ms, 40*ms, 20*ms),
	}}
	var out strings.Builder
	if err := writeTransactionTables(&out, c, r); err != nil {
		t.Fatal(err)
	}
	for title, want := range map[string]string{
		"TransactWriteItems, 1 put":                        "PutItem | 22.0 ms | 0.00 µs | 0 | 1.10 (1.10–9.00) | ≤ 1.15 | met | – | – | 25.00 % |",
		"TransactWriteItems, 4 puts":                       "PutItem | 16.0 ms | 0.00 µs | 0 | 1.60 (1.00–1.60) | ≤ 1.5 | MISSED | – | – | 25.00 % |",
		"TransactGetItems, 4 reads":                        "– | 1.00 ms | 0.00 µs | 0 | – | ≤ 1.3 | – | – | – | 25.00 % |",
		"TransactWriteItems, 2 updates, one of a hot item": "PutItem | 20.0 ms | 0.00 µs | 0 | 2.00 (2.00–2.00) | – | – | – | – | 25.00 % |",
	} {
		if got := strings.Join(strings.Fields(out.String()), " "); !strings.Contains(got, "| "+title+" | "+want) {
			t.Errorf("%s is not %s:\n%s", title, want, out.String())
		}
	}
}
