package pebble

import (
	"context"
	"fmt"
	"math"

	pebbledb "github.com/cockroachdb/pebble/v2"

	"github.com/statordb/stator/internal/engine"
)

// firstKey is the lowest key of the engine's users; those below are its own.
var firstKey = []byte{0x01}

// bounds returns r without the engine's own keys.
func bounds(r engine.Range) engine.Range {
	if string(r.Lo) < string(firstKey) {
		r.Lo = firstKey
	}
	return r
}

// scanCheckEvery is after how many entries a scan looks whether its context is done.
const scanCheckEvery = 64

// cursor walks a range.
type cursor struct {
	e       *Engine
	ctx     context.Context //nolint:containedctx // a cursor lives within the call that scans
	it      *pebbledb.Iterator
	reverse bool
	left    int // entries that may still be read
	read    int // entries read
	err     error
}

// Scan implements engine.Reader.
func (r *reader) Scan(ctx context.Context, rg engine.Range, o engine.ScanOpt) engine.Cursor {
	c := &cursor{e: r.e, ctx: ctx, reverse: o.Reverse, left: o.Limit}
	if o.Limit <= 0 {
		c.left = math.MaxInt
	}
	if c.err = r.e.enter(); c.err != nil {
		return c
	}
	rg = bounds(rg)
	it, err := r.source().NewIterWithContext(ctx, &pebbledb.IterOptions{LowerBound: rg.Lo, UpperBound: rg.Hi})
	if err != nil {
		r.e.gate.leave()
		c.err = fmt.Errorf("cannot scan: %w", err)
		return c
	}
	c.it = it
	if r.level == engine.Strong {
		// A scan also reports what is not there, so it cannot ask for the marks of what it meets.
		c.err = r.e.durable(ctx)
	}
	return c
}

// Next implements engine.Cursor.
func (c *cursor) Next() bool {
	if c.err != nil || c.left == 0 {
		return false
	}
	if c.read%scanCheckEvery == 0 {
		if c.err = c.ctx.Err(); c.err != nil {
			return false
		}
	}
	var valid bool
	switch {
	case c.read > 0 && c.reverse:
		valid = c.it.Prev()
	case c.read > 0:
		valid = c.it.Next()
	case c.reverse:
		valid = c.it.Last()
	default:
		valid = c.it.First()
	}
	if !valid {
		c.left = 0
		c.note(c.it.Error())
		return false
	}
	c.read++
	c.left--
	return true
}

func (c *cursor) note(err error) {
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("cannot scan: %w", err)
	}
}

// Key implements engine.Cursor.
func (c *cursor) Key() []byte { return c.it.Key() }

// Value implements engine.Cursor.
func (c *cursor) Value() []byte {
	value, err := c.it.ValueAndErr()
	c.note(err)
	return value
}

// Err implements engine.Cursor.
func (c *cursor) Err() error { return c.err }

// Close implements engine.Cursor.
func (c *cursor) Close() error {
	if c.it != nil {
		c.note(c.it.Close())
		c.it = nil
		c.e.gate.leave()
	}
	return c.err
}
