// Package pebble is about the embedded engine: the engine contract on one Pebble store in one directory.
// It promises that an acknowledged write is on disk, that a strong read never returns what a crash
// could take back, and that after a file system that cannot sync nothing is acknowledged any more.
//
// DESIGN.md has the proofs, the settings and what they were measured to do.
package pebble

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	pebbledb "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/engine"
)

// Engine is an engine.Engine on a Pebble store.
type Engine struct {
	db       *pebbledb.DB
	lock     *pebbledb.Lock
	fs       vfs.FS
	fsCloser io.Closer
	dir      string
	options  *pebbledb.Options
	log      *slog.Logger
	write    *pebbledb.WriteOptions // Sync, unless the options allow less
	onFatal  func(error)
	guard    *guard // nil in memory
	stats    statistics

	gate    gate
	opened  atomic.Bool
	failure atomic.Pointer[FatalError]

	seed    maphash.Seed
	latches *latches
	commits tracker // of batches: from before one is visible until it is durable
	marks   marks
	recent  recent
	seqs    sequences

	strong, eventual reader // Readers without a state of their own
	txns             sync.Pool
	loads            atomic.Uint64 // numbers loads

	syncEach   time.Duration
	unsynced   atomic.Bool
	stopSyncer context.CancelFunc
	background sync.WaitGroup

	holdLatches bool // only for benchmarks: keep latches until the commit is durable
}

// FatalError says why the engine has stopped: the file system failed it in a way after which it can
// not know what is on disk.
type FatalError struct{ Reason string }

func (e *FatalError) Error() string { return "the storage engine has stopped: " + e.Reason }

// fail stops the engine: from now on everything is refused. It returns what to answer to whoever met
// the failure while committing.
func (e *Engine) fail(reason string) error {
	fatal := &FatalError{Reason: reason}
	if e.failure.CompareAndSwap(nil, fatal) {
		e.log.Error("the storage engine has stopped", "reason", reason)
		e.commits.fail(fmt.Errorf("%w: %w", engine.ErrUnavailable, fatal))
		e.seqs.fail(fmt.Errorf("%w: %w", engine.ErrUnavailable, fatal))
		if e.onFatal != nil {
			e.onFatal(fatal)
		}
	}
	return fmt.Errorf("%w: %w", engine.ErrUndetermined, fatal)
}

// logFailed is told when a log could not be written. Before the store is open, Open says so.
func (e *Engine) logFailed(reason string) {
	if e.opened.Load() {
		e.fail(reason) //nolint:errcheck // whoever commits gets its own error
	}
}

var errClosed = fmt.Errorf("%w: it is being closed", engine.ErrUnavailable)

// enter begins the use of the store; without an error, e.gate.leave ends it.
func (e *Engine) enter() error {
	if fatal := e.failure.Load(); fatal != nil {
		return fmt.Errorf("%w: %w", engine.ErrUnavailable, fatal)
	}
	if !e.gate.enter() {
		return errClosed
	}
	return nil
}

var errReadOnly = fmt.Errorf("cannot write a store that was opened to be read: %w", engine.ErrUnsupported)

// enterToWrite is enter for those who change the store.
func (e *Engine) enterToWrite() error {
	if e.options.ReadOnly {
		return errReadOnly
	}
	return e.enter()
}

// durable returns when everything that is visible now is durable.
func (e *Engine) durable(ctx context.Context) error {
	// Whatever is visible took its number before it became so.
	return e.commits.wait(ctx, e.commits.next.Load()-1)
}

// Close waits for what runs and releases the store. Values that were not released are a defect of the
// caller and reported.
func (e *Engine) Close() error {
	e.gate.shut()
	if e.stopSyncer != nil {
		e.stopSyncer()
	}
	e.background.Wait()
	var err error
	if e.failure.Load() == nil {
		err = e.db.Close()
	} else {
		// Pebble may hold its own locks for ever; the process has to end to let go of the rest.
		err = e.enter()
	}
	err = errors.Join(err, e.lock.Close(), e.fsCloser.Close())
	if err != nil {
		return fmt.Errorf("cannot close the store: %w", err)
	}
	return nil
}
