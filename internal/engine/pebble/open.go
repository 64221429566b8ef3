package pebble

import (
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"strconv"
	"strings"
	"syscall"

	pebbledb "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/atomicfs"

	"github.com/statordb/stator/internal/engine"
)

// Open opens the store in o.Dir, or makes one. Its errors are *InUseError, *CorruptError, *NewerError,
// engine.ErrDiskFull, or say what else the file system refused.
func Open(o Options) (*Engine, error) {
	o.complete()
	lock, err := lockDir(&o)
	if err != nil {
		return nil, err
	}
	e, err := open(o, lock)
	if err != nil {
		return nil, errors.Join(openError(o.Dir, err), lock.Close())
	}
	return e, nil
}

// lockDir makes the directory, takes it for this engine, and checks that its format is known.
func lockDir(o *Options) (*pebbledb.Lock, error) {
	dir, fs := o.Dir, o.FS
	if o.ReadOnly {
		if _, err := fs.Stat(fs.PathJoin(dir, "LOCK")); err != nil {
			return nil, fmt.Errorf("there is no store in %q: %w", dir, err)
		}
	} else if err := fs.MkdirAll(dir, 0o750); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("cannot make the directory %q: %w", dir, err) // there is nothing that is damaged
	} else if err != nil {
		return nil, openError(dir, err)
	}
	lock, err := pebbledb.LockDirectory(dir, fs)
	if err != nil {
		if errors.Is(err, syscall.EAGAIN) || strings.Contains(err.Error(), "lock held") {
			return nil, &InUseError{Dir: dir}
		}
		return nil, openError(dir, err)
	}
	if err := checkFormat(dir, fs); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// formatMarker is the name under which Pebble keeps the format of a store.
const formatMarker = "format-version"

// checkFormat refuses a store of a newer format.
func checkFormat(dir string, fs vfs.FS) error {
	text, err := atomicfs.ReadMarker(fs, dir, formatMarker)
	if err != nil {
		return openError(dir, err)
	}
	if text == "" {
		return nil // a new store
	}
	format, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return &CorruptError{Dir: dir, Err: fmt.Errorf("cannot read the format: %w", err)}
	}
	if format > uint64(Format) {
		return &NewerError{Dir: dir, Format: format, Known: uint64(Format)}
	}
	return nil
}

func open(o Options, lock *pebbledb.Lock) (_ *Engine, err error) {
	e := &Engine{dir: o.Dir, lock: lock, log: o.Logger, onFatal: o.OnFatal, write: pebbledb.Sync}
	if o.Memory || o.SyncInterval > 0 {
		e.write = pebbledb.NoSync
	}
	e.init()
	e.guard = newGuard(o.FS, &o)
	e.fs, e.fsCloser = watchDisk(logFS{e.guard.watch(o.FS), e.logFailed}, e.diskSlow)
	defer func() {
		// Pebble panics when it cannot make files that it must.
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
		if err != nil {
			err = errors.Join(err, e.fsCloser.Close())
		}
	}()
	if err = e.prepare(&o); err != nil {
		return nil, err
	}
	e.options = o.pebbleOptions(e.fs, lock, logger{e}, e.listener())
	if e.db, err = pebbledb.Open(o.Dir, e.options); err != nil {
		return nil, err
	}
	if err = e.seqs.open(e.db, o.Now()); err != nil {
		return nil, errors.Join(err, e.db.Close())
	}
	e.guard.closed() // finds out
	e.opened.Store(true)
	if e.syncEach = o.SyncInterval; e.syncEach > 0 {
		e.startSyncer()
	}
	return e, nil
}

// prepare does what comes before Pebble opens the store.
func (e *Engine) prepare(o *Options) error {
	isNew, err := checkManifest(o.Dir, o.FS)
	if err != nil || o.ReadOnly {
		return err
	}
	if isNew {
		if err := markFormat(o.Dir, o.FS); err != nil {
			return err
		}
	}
	return removeLoads(o.FS, o.Dir, loadPrefix)
}

// markFormat gives a new store its format at once. Pebble would raise it step by step from the oldest
// it knows and sync the directory after each step: most of the time that making a store takes.
func markFormat(dir string, fs vfs.FS) error {
	marker, text, err := atomicfs.LocateMarker(fs, dir, formatMarker)
	if err != nil {
		return err
	}
	if text == "" {
		err = marker.Move(Format.String())
	}
	return errors.Join(err, marker.Close())
}

// init makes everything of e that needs no store.
func (e *Engine) init() {
	e.gate.init()
	e.seed = maphash.MakeSeed()
	e.latches = newLatches()
	e.commits.init(1)
	e.strong = reader{e: e, level: engine.Strong}
	e.eventual = reader{e: e, level: engine.Eventual}
	e.txns.New = func() any { return &txn{e: e} }
}
