package main

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"
)

// What the tables call the loads of readers.
const (
	pagesName  = "pages"
	pagesTitle = "GetRecords, full pages"
	pollName   = "poll"
	pollTitle  = "GetRecords, idle shard"
	getName    = "get"
)

// measurePages reads all that was recorded, again and again, in every target.
func (b *streamBench) measurePages(ctx context.Context) error {
	for _, n := range b.cfg.connections {
		r := &result{Operation: pagesName, Title: pagesTitle, Connections: n}
		for round := range b.cfg.rounds {
			for _, t := range b.recording() {
				s, err := b.readPages(ctx, t, n)
				if err != nil {
					return err
				}
				s.Round = round + 1
				r.Samples = append(r.Samples, s)
				b.progress("%s, %s, round %d of %d: %s: %s records/s", r.Title, r.load(), s.Round, b.cfg.rounds, t.name, thousands(s.recordsPerSecond()))
			}
		}
		b.results = append(b.results, r)
	}
	return nil
}

// pageReader reads one shard after the other, from the oldest record on, and begins again behind the last one.
type pageReader struct {
	*shardReader
	arn     string
	shards  []streamShard
	at      int // the shard that is read; the next one if there is no iterator
	records int64
	bytes   int64
}

// exchange reads a page. What it takes to move on to another shard belongs to it.
func (r *pageReader) exchange(ctx context.Context) error {
	for range len(r.shards) + 1 {
		if len(r.iterator) == 0 {
			r.at = (r.at + 1) % len(r.shards)
			if err := r.seek(ctx, r.arn, r.shards[r.at].ID, fromOldest); err != nil {
				return err
			}
		}
		p, more, err := r.next(ctx)
		if err != nil {
			return err
		}
		if p.records > 0 {
			r.records, r.bytes = r.records+int64(p.records), r.bytes+int64(len(p.body))
			return nil
		}
		if more {
			r.iterator = r.iterator[:0]
		}
	}
	return fmt.Errorf("no shard has a record")
}

// verify has nothing to add: exchange judges.
func (r *pageReader) verify() error { return nil }

// readPages measures one target: readers begin with different shards.
func (b *streamBench) readPages(ctx context.Context, t *target, readers int) (*sample, error) {
	arn, shards, err := t.streamOf(ctx, b.shape)
	if err != nil {
		return nil, err
	}
	all := make([]*pageReader, readers)
	for i := range all {
		r, err := newShardReader(ctx, t)
		if err != nil {
			return nil, err
		}
		defer r.close()
		defer context.AfterFunc(ctx, r.interrupt)()
		all[i] = &pageReader{shardReader: r, arn: arn, shards: shards, at: i % len(shards)}
	}
	defer quiet(t.cfg.clientProcs)()
	w := newWindow(time.Now(), 0, b.cfg.duration)
	tallies := make([]*tally, readers)
	before := t.usage()
	var wg sync.WaitGroup
	for i, r := range all {
		tallies[i] = newTally()
		wg.Go(func() { closedLoop(ctx, r, w, tallies[i]) })
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	s := summed(t, tallies, w, before, t.usage())
	for _, r := range all {
		s.Records, s.Bytes = s.Records+r.records, s.Bytes+r.bytes
	}
	return s, nil
}

// summed makes a sample of what connections got answered in a closed loop.
func summed(t *target, tallies []*tally, w window, before, after usage) *sample {
	all := newTally()
	for _, part := range tallies {
		all.merge(part)
	}
	end := w.until
	if all.last.After(end) {
		end = all.last
	}
	elapsed := end.Sub(w.from)
	s := &sample{
		Target: t.name, quantiles: quantilesOf(all.latency), PerSecond: float64(all.answered) / elapsed.Seconds(),
		Answered: all.answered, Failed: all.failed, Unsent: all.unsent, Complaint: all.complaint, Elapsed: elapsed,
		ClientCPU: after.client - before.client, ServerCPU: after.server - before.server,
	}
	s.ClientBusy = s.ClientCPU.Seconds() / elapsed.Seconds() / float64(t.cfg.clientProcs)
	return s
}

func (s *sample) recordsPerSecond() float64 { return float64(s.Records) / s.Elapsed.Seconds() }

// measureIdle asks open shards for records of which there are none, and reads items, in turns.
func (b *streamBench) measureIdle(ctx context.Context) error {
	streams := b.recording()
	t := streams[len(streams)-1]
	poll := &operation{name: pollName, title: pollTitle, action: "GetRecords", index: (*shape).known, check: checkNoRecords}
	get := findOperation(getName)
	for _, n := range b.cfg.connections {
		results := []*result{
			{Operation: poll.name, Title: poll.title, Connections: n}, {Operation: get.name, Title: get.title, Connections: n},
		}
		for round := range b.cfg.rounds {
			iterator, err := b.latest(ctx, t)
			if err != nil {
				return err
			}
			poll.body = func(body []byte, _ *shape, _, _ uint64) []byte { return getRecordsBody(body, iterator) }
			for i, o := range []*operation{poll, get} {
				s, err := b.sample(ctx, t, trial{operation: o, connections: n})
				if err != nil {
					return err
				}
				s.Round = round + 1
				r := results[i]
				r.Samples = append(r.Samples, s)
				b.progress("%s, %s, round %d of %d: %s/s", r.Title, r.load(), s.Round, b.cfg.rounds, thousands(s.PerSecond))
			}
		}
		b.results = append(b.results, results...)
	}
	return nil
}

// latest returns an iterator behind the last record of an open shard.
func (b *streamBench) latest(ctx context.Context, t *target) ([]byte, error) {
	arn, shards, err := t.streamOf(ctx, b.shape)
	if err != nil {
		return nil, err
	}
	open := openShards(shards)
	if len(open) == 0 {
		return nil, fmt.Errorf("no shard of %s is open", t.name)
	}
	r, err := newShardReader(ctx, t)
	if err != nil {
		return nil, err
	}
	defer r.close()
	defer context.AfterFunc(ctx, r.interrupt)()
	if err := r.seek(ctx, arn, open[0], fromLatest); err != nil {
		return nil, err
	}
	return r.iterator, nil
}

func checkNoRecords(_ *shape, _ uint64, body []byte) error {
	if !bytes.HasPrefix(body, []byte(`{"NextShardIterator":"`)) && !bytes.HasPrefix(body, []byte(`{"Records":[]`)) || bytes.Contains(body, eventID) {
		return fmt.Errorf("the answer for an idle shard is %.100q", body)
	}
	return nil
}
