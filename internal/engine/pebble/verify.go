package pebble

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/cockroachdb/pebble/v2/sstable"
)

// verifyRoundsMax bounds how often Verify starts over because compactions have replaced tables.
const verifyRoundsMax = 16

// Verify implements engine.Verifier: it reads every block of every table and compares its checksum,
// and then checks that the order of entries is what the store believes. The logs were checked when
// the store was opened; what was written since is flushed first, so that it is checked too.
func (e *Engine) Verify(ctx context.Context) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.gate.leave()
	if !e.options.ReadOnly {
		if err := e.db.Flush(); err != nil {
			return fmt.Errorf("cannot verify the store: %w", err)
		}
	}
	verified := make(map[string]bool)
	for range verifyRoundsMax {
		again, err := e.verifyTables(ctx, verified)
		if err != nil {
			return err
		}
		if !again {
			break
		}
	}
	if err := e.db.CheckLevels(nil); err != nil {
		return &CorruptError{Dir: e.dir, Err: err}
	}
	return nil
}

// verifyTables checks the tables that are not verified yet, and reports whether one was replaced
// before it could be.
func (e *Engine) verifyTables(ctx context.Context, verified map[string]bool) (again bool, err error) {
	levels, err := e.db.SSTables()
	if err != nil {
		return false, fmt.Errorf("cannot list the tables: %w", err)
	}
	for _, level := range levels {
		for _, table := range level {
			// Several tables can be parts of one file.
			name := e.fs.PathJoin(e.dir, fmt.Sprintf("%s.sst", table.BackingSSTNum))
			if verified[name] {
				continue
			}
			if err := ctx.Err(); err != nil {
				return false, err
			}
			switch err := e.verifyTable(ctx, name); {
			case errors.Is(err, os.ErrNotExist):
				again = true
			case err != nil:
				return false, &CorruptError{Dir: e.dir, Err: fmt.Errorf("table %s: %w", name, err)}
			default:
				verified[name] = true
			}
		}
	}
	return again, nil
}

func (e *Engine) verifyTable(ctx context.Context, name string) error {
	f, err := e.fs.Open(name)
	if err != nil {
		return err
	}
	readable, err := sstable.NewSimpleReadable(f)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	r, err := sstable.NewReader(ctx, readable, e.options.MakeReaderOptions())
	if err != nil {
		return errors.Join(err, readable.Close())
	}
	return errors.Join(r.ValidateBlockChecksums(), r.Close())
}
