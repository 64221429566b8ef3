package faulty

import (
	"context"

	"github.com/statordb/stator/internal/engine"
)

// reader is a Reader whose reads can fail.
type reader struct {
	engine.Reader
	e *Engine
}

func (r *reader) Get(ctx context.Context, key []byte, v *engine.Value) error {
	if fault := r.e.next(Get); fault.Err != nil {
		return fault.Err
	}
	return r.Reader.Get(ctx, key, v)
}

func (r *reader) MultiGet(ctx context.Context, keys [][]byte, vs []engine.Value) error {
	if fault := r.e.next(MultiGet); fault.Err != nil {
		return fault.Err
	}
	return r.Reader.MultiGet(ctx, keys, vs)
}

func (r *reader) Scan(ctx context.Context, rg engine.Range, o engine.ScanOpt) engine.Cursor {
	c := r.Reader.Scan(ctx, rg, o)
	if fault := r.e.next(Scan); fault.Err != nil {
		return &cursor{Cursor: c, left: fault.Entries, fault: fault.Err}
	}
	return c
}

// cursor is a Cursor that fails after some entries.
type cursor struct {
	engine.Cursor
	left  int
	fault error
	err   error
}

func (c *cursor) Next() bool {
	if c.left == 0 {
		c.err = c.fault
		return false
	}
	c.left--
	return c.Cursor.Next()
}

func (c *cursor) Err() error {
	if c.err != nil {
		return c.err
	}
	return c.Cursor.Err()
}

func (c *cursor) Close() error {
	err := c.Cursor.Close()
	if c.err != nil {
		return c.err
	}
	return err
}
