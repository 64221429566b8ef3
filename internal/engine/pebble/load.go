package pebble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/cockroachdb/pebble/v2/objstorage/objstorageprovider"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/engine"
)

const (
	// loadPrefix begins the names of tables that are being written and not part of the store yet.
	loadPrefix = "load-"
	// loadTableBytes is how large such a table gets.
	loadTableBytes = 64 << 20
	// loadCheckEvery is after how many entries a load looks whether its context is done.
	loadCheckEvery = 256
)

// Load implements engine.Engine. It writes tables next to the store and then takes them in, all in one step.
func (e *Engine) Load(ctx context.Context, r engine.Range, sorted iter.Seq2[[]byte, []byte]) error {
	if err := e.enterToWrite(); err != nil {
		return err
	}
	defer e.gate.leave()
	l := &loader{e: e, r: bounds(r), number: e.loads.Add(1)}
	err := l.write(ctx, sorted)
	if err == nil && len(l.names) > 0 {
		// Taking in is durable when Ingest returns: it syncs the tables and the manifest.
		err = e.db.Ingest(ctx, l.names)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("cannot load a range: %w", err), l.discard())
	}
	return nil
}

// loader writes the tables of one load.
type loader struct {
	e      *Engine
	r      engine.Range
	number uint64
	names  []string
	table  *sstable.Writer // nil between tables
	last   []byte
}

var errNotAscending = errors.New("keys do not ascend, or lie outside the range")

func (l *loader) write(ctx context.Context, sorted iter.Seq2[[]byte, []byte]) error {
	n := 0
	for key, value := range sorted {
		if n++; n%loadCheckEvery == 1 {
			if err := l.check(ctx); err != nil {
				return errors.Join(err, l.closeTable())
			}
		}
		if err := l.add(key, value); err != nil {
			return errors.Join(err, l.closeTable())
		}
	}
	return l.closeTable()
}

func (l *loader) check(ctx context.Context) error {
	if l.e.guard.closed() {
		return engine.ErrDiskFull
	}
	return ctx.Err()
}

func (l *loader) add(key, value []byte) error {
	if !l.r.Contains(key) || l.last != nil && bytes.Compare(l.last, key) >= 0 {
		return errNotAscending
	}
	if l.table != nil && l.table.Raw().EstimatedSize() >= loadTableBytes {
		if err := l.closeTable(); err != nil {
			return err
		}
	}
	if l.table == nil {
		if err := l.openTable(); err != nil {
			return err
		}
	}
	l.last = append(l.last[:0], key...)
	return l.table.Set(key, value)
}

func (l *loader) openTable() error {
	fs := l.e.fs
	name := fs.PathJoin(l.e.dir, fmt.Sprintf("%s%d-%d.sst", loadPrefix, l.number, len(l.names)))
	f, err := fs.Create(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	l.names = append(l.names, name)
	f = vfs.NewSyncingFile(f, vfs.SyncingFileOptions{BytesPerSync: bytesPerSync})
	lowest := len(l.e.options.Levels) - 1
	l.table = sstable.NewWriter(objstorageprovider.NewFileWritable(f), l.e.options.MakeWriterOptions(lowest, l.e.db.TableFormat()))
	return nil
}

func (l *loader) closeTable() error {
	if l.table == nil {
		return nil
	}
	table := l.table
	l.table = nil
	return table.Close()
}

// discard removes what was written.
func (l *loader) discard() error {
	return removeLoads(l.e.fs, l.e.dir, fmt.Sprintf("%s%d-", loadPrefix, l.number))
}

// removeLoads removes the tables of loads that did not finish, as far as their names begin with prefix.
func removeLoads(fs vfs.FS, dir, prefix string) error {
	names, err := fs.List(dir)
	if err != nil {
		return fmt.Errorf("cannot look for unfinished loads: %w", err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, prefix) {
			if err := fs.Remove(fs.PathJoin(dir, name)); err != nil {
				return fmt.Errorf("cannot remove an unfinished load: %w", err)
			}
		}
	}
	return nil
}
