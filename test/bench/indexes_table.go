package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Bounds of the filling of a table.
const (
	fillers      = 64               // connections that put the items
	settleMax    = 10 * time.Minute // for the server to come to rest afterwards
	settledShare = 10               // at rest it uses less than one tenth of a core
)

// indexedTable is a table with indexes, on a server of its own.
type indexedTable struct {
	target     *target
	shape      *shape // of the contents, and the name
	dir        string
	indexes    int
	large      bool
	projection string
	rest       time.Duration // how long the server must have nothing to do before it is measured
	items      uint64
	diskBytes  int64 // after filling
	operations map[string]*operation
}

// fact says how large the table is.
func (t *indexedTable) fact() fact {
	return fact{"Table with " + t.target.name, fmt.Sprintf("%s items, %s on disk", thousands(float64(t.items)), mebibytes(t.diskBytes))}
}

// fill makes the table and its items, with a server that syncs now and then, and starts one that syncs every
// write on what is there.
func (t *indexedTable) fill(ctx context.Context, binary string) error {
	if err := t.start(ctx, binary, "--sync=interval"); err != nil {
		return err
	}
	if err := t.create(ctx); err != nil {
		return err
	}
	put := func(b []byte, index uint64) []byte { return t.putBody(b, index, 0) }
	if err := t.target.load(ctx, fillers, t.items, put); err != nil {
		return err
	}
	if err := t.settle(ctx); err != nil {
		return err
	}
	t.target.process.stop()
	if err := t.start(ctx, binary); err != nil {
		return err
	}
	var err error
	t.diskBytes, err = bytesBelow(t.dir)
	return errors.Join(err, t.settle(ctx))
}

func (t *indexedTable) start(ctx context.Context, binary string, args ...string) error {
	address, err := freeAddress()
	if err != nil {
		return err
	}
	args = slices.Concat([]string{"serve", "--listen", address, "--data", t.dir}, t.target.cfg.statorArgs, args)
	p, err := spawn(binary, args, nil)
	if err != nil {
		return err
	}
	t.target.address, t.target.process, t.target.pid = address, p, p.cmd.Process.Pid
	_, err = p.ready(ctx, address)
	return err
}

func (t *indexedTable) create(ctx context.Context) error {
	var definitions, indexes strings.Builder
	for i := range t.indexes {
		_, _ = fmt.Fprintf(&definitions, `,{"AttributeName":"g%d","AttributeType":"S"}`, i)
		if i > 0 {
			indexes.WriteByte(',')
		}
		_, _ = fmt.Fprintf(&indexes, `{"IndexName":"by-g%d","KeySchema":[{"AttributeName":"g%d","KeyType":"HASH"}],"Projection":{"ProjectionType":%q}}`,
			i, i, t.projection)
	}
	body := `{"TableName":"` + t.shape.table + `","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[` +
		`{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}` + definitions.String() + `],` +
		`"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]`
	if t.indexes > 0 {
		body += `,"GlobalSecondaryIndexes":[` + indexes.String() + `]`
	}
	if _, err := t.target.call(ctx, "CreateTable", []byte(body+"}")); err != nil {
		return fmt.Errorf("cannot make a table: %w", err)
	}
	return t.target.waitActive(ctx, t.shape)
}

// settle waits until the server has been at rest for some time, or for settleMax.
func (t *indexedTable) settle(ctx context.Context) error {
	until := time.Now().Add(settleMax)
	for before := processCPU(t.target.pid); time.Now().Before(until); {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(t.rest):
		}
		now := processCPU(t.target.pid)
		if now-before < t.rest/settledShare {
			break
		}
		before = now
	}
	return nil
}

// bytesBelow adds up the files below a directory. Those that go away meanwhile do not count.
func bytesBelow(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && d.IsDir() {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		} else if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return err
	})
	return n, err
}
