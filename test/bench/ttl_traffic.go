package main

import (
	"context"
	"sync"
	"time"
)

// laneRequests bounds the requests that are prepared for a lane. It sends them again and again: a put of an item
// after other puts of it is as good as a new one.
const laneRequests = 40_000

// lane is the connections that send one operation.
type lane struct {
	operation   *operation
	script      *script
	rate        int // requests a second; 0: a closed loop
	connections []*connection
	alarms      []alarm // one for each connection, if there is a rate
}

// lanes returns a lane for each operation, with the requests that it will send.
func (t *expiringTable) lanes(ctx context.Context) ([]*lane, error) {
	var lanes []*lane
	for _, o := range t.operations() {
		s, err := prepare(ctx, t.target, o, t.shape, int(min(laneRequests, 4*t.shape.keys+preparedLeast)))
		if err != nil {
			return nil, err
		}
		lanes = append(lanes, &lane{operation: o, script: s})
	}
	return lanes, nil
}

// connect opens so many connections for all lanes together, which send so many requests a second if rate is not 0.
func (t *expiringTable) connect(ctx context.Context, lanes []*lane, connections, rate int) error {
	for _, l := range lanes {
		l.rate = rate / len(lanes)
		for range connections / len(lanes) {
			c, err := newConnection(ctx, t.target.address)
			if err != nil {
				return err
			}
			c.script, c.check = l.script, t.target.checker(l.operation, t.shape)
			l.connections = append(l.connections, c)
			if l.rate == 0 {
				continue
			}
			a, err := newAlarm()
			if err != nil {
				return err
			}
			l.alarms = append(l.alarms, a)
		}
	}
	return nil
}

func closeAll(lanes []*lane) {
	for _, l := range lanes {
		for _, c := range l.connections {
			c.close()
		}
		for _, a := range l.alarms {
			a.close()
		}
	}
}

// slice is what the lanes got answered in a short time.
type slice struct {
	from, until time.Time
	tallies     []*tally // one for each lane
	used        usage
}

// serve lets all lanes work, slice by slice, until over is closed. The slices follow each other without a rest.
func serve(ctx context.Context, t *target, lanes []*lane, duration time.Duration, over <-chan struct{}) []slice {
	var slices []slice
	for {
		select {
		case <-ctx.Done():
			return slices
		case <-over:
			return slices
		default:
		}
		slices = append(slices, serveOnce(ctx, t, lanes, duration))
	}
}

func serveOnce(ctx context.Context, t *target, lanes []*lane, duration time.Duration) slice {
	w := newWindow(time.Now(), 0, duration)
	s := slice{from: w.from}
	before := t.usage()
	parts := make([][]*tally, len(lanes))
	var wg sync.WaitGroup
	for i, l := range lanes {
		parts[i] = make([]*tally, len(l.connections))
		pace := newPacer(w, max(1, l.rate))
		for j, c := range l.connections {
			c.expire(w.until.Add(drainMax + answerMax))
			parts[i][j] = newTally()
			wg.Go(func() {
				if l.rate == 0 {
					closedLoop(ctx, c, w, parts[i][j])
				} else {
					openLoop(ctx, c, pace, l.alarms[j], w, parts[i][j])
				}
			})
		}
	}
	wg.Wait()
	after := t.usage()
	s.until, s.used = time.Now(), usage{client: after.client - before.client, server: after.server - before.server}
	for _, part := range parts {
		all := newTally()
		for _, p := range part {
			all.merge(p)
		}
		s.tallies = append(s.tallies, all)
	}
	return s
}

// interruptAll ends serve soon.
func interruptAll(lanes []*lane) {
	for _, l := range lanes {
		for _, c := range l.connections {
			c.interrupt()
		}
		for _, a := range l.alarms {
			a.interrupt()
		}
	}
}
