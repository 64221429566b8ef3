package pebble

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// zeroBytes is by how much a log file is filled with zeros ahead of what is written to it.
const zeroBytes = 256 << 10

// zeros is what logs are filled with. It is never written to.
var zeros [zeroBytes]byte

// logFS fills new log files with zeros ahead of what is written to them.
//
// Appending to a file changes its size, and setting blocks aside without writing them leaves blocks
// that are converted when they are first written: in both cases a sync has to commit metadata besides
// the data. Overwriting zeros needs neither, so only one sync in a few hundred pays for it. Pebble
// reuses old log files to the same end, but has none to reuse after a start. Its log reader takes
// zeros for the end of a log.
//
// It also tells the engine when a log cannot be made, written or synced, or a directory not be synced:
// Pebble then ends the process, in places without a word about the reason.
type logFS struct {
	vfs.FS
	failed func(reason string)
}

// Create makes a file; logs get the treatment.
func (fs logFS) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := fs.FS.Create(name, category)
	if !strings.HasSuffix(name, ".log") {
		return f, err
	}
	return fs.log(name, f, err)
}

// ReuseForWrite gives an old log file a new name. What it held is as good as zeros, as far as it goes.
func (fs logFS) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := fs.FS.ReuseForWrite(oldname, newname, category)
	return fs.log(newname, f, err)
}

func (fs logFS) log(name string, f vfs.File, err error) (vfs.File, error) {
	l := &logFile{File: f, name: name, failed: fs.failed}
	if err != nil {
		return nil, l.check("make", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(l.check("look at", err), f.Close())
	}
	l.filled = info.Size()
	return l, nil
}

// OpenDir opens a directory to sync it.
func (fs logFS) OpenDir(name string) (vfs.File, error) {
	f, err := fs.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return &logDir{File: f, name: name, failed: fs.failed}, nil
}

// Unwrap returns the file system below.
func (fs logFS) Unwrap() vfs.FS { return fs.FS }

// logFile is a log that is written from its beginning. Pebble writes and syncs it from one goroutine.
type logFile struct {
	vfs.File
	name    string
	failed  func(reason string)
	written int64 // where the next write goes
	filled  int64 // up to where the file has blocks and contents
}

// check tells the engine of err.
func (f *logFile) check(verb string, err error) error {
	if err != nil {
		f.failed(fmt.Sprintf("cannot %s the log %s: %v", verb, f.name, err))
	}
	return err
}

// Write writes p after what was written before.
func (f *logFile) Write(p []byte) (int, error) {
	if end := f.written + int64(len(p)); end > f.filled {
		f.fill(end)
	}
	n, err := f.File.Write(p)
	f.written += int64(n)
	f.filled = max(f.filled, f.written) // where fill failed, p is what fills the file
	return n, f.check("write", err)
}

// fill writes zeros from where the file ends to beyond end. Failing is no harm: p is still to be
// written, and meets the same trouble if it lasts.
func (f *logFile) fill(end int64) {
	for f.filled <= end {
		// Unlike Write, WriteAt leaves what it is given as it is.
		n, err := f.File.WriteAt(zeros[:], f.filled)
		f.filled += int64(n)
		if err != nil {
			return
		}
	}
}

// Sync makes what was written durable.
func (f *logFile) Sync() error { return f.check("sync", f.File.Sync()) }

// SyncData is Sync without what reading the data back does not need.
func (f *logFile) SyncData() error { return f.check("sync", f.File.SyncData()) }

// Preallocate does nothing: fill does it better.
func (f *logFile) Preallocate(int64, int64) error { return nil }

// logDir is a directory that holds logs.
type logDir struct {
	vfs.File
	name   string
	failed func(reason string)
}

// Sync makes durable which files there are.
func (d *logDir) Sync() error {
	err := d.File.Sync()
	if err != nil {
		d.failed(fmt.Sprintf("cannot sync the directory %s: %v", d.name, err))
	}
	return err
}
