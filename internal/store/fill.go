package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/index"
)

// Bounds of what one step of filling an index locks and looks at. Writers of these rows wait for the
// step, which takes a few milliseconds.
const (
	fillRows     = 128
	fillBytesMax = 1 << 20 // the row that reaches it is the last
)

// fillWait is how long a step waits for writers of its rows.
const fillWait = 10 * time.Second

// fillVersion is the first byte of the note how far an index is filled; the key of the last row follows.
const fillVersion = 0x01

// ErrTableDropped says that there is nothing to do any more, because the table is gone.
var ErrTableDropped = errors.New("store: the table is dropped")

// Fill puts what was in t before the index b into it, which must be IndexCreating, after all writers keep it up
// (Quiesce). It goes on where an earlier call of it, perhaps in another process, ended. pause is called
// after every step, with the time it took, and may wait.
//
// A step locks its rows, reads them again and writes the entries they have now, so it does not matter
// what was written to them since they were found. Whatever a writer did to a row before the step, it
// has left the entry that the step would write (or none, and no row).
func (s *Store) Fill(ctx context.Context, t *catalog.Table, b catalog.Build, pause func(took time.Duration)) error {
	after, err := s.filled(ctx, t, b)
	if err != nil {
		return err
	}
	for {
		if t.Latest() == nil {
			return ErrTableDropped
		}
		began := time.Now()
		keys, err := s.rowsAfter(ctx, t, after)
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			return s.finishFill(ctx, t, b)
		}
		if err := s.fillStep(ctx, t, b, keys); err != nil {
			return err
		}
		after = keys[len(keys)-1]
		pause(time.Since(began))
	}
}

// filled returns the key of the last row that b was filled with.
func (s *Store) filled(ctx context.Context, t *catalog.Table, b catalog.Build) ([]byte, error) {
	r, err := s.engine.Read(ctx, engine.Strong)
	if err != nil {
		return nil, fmt.Errorf("cannot read how far index %q is filled: %w", b.Name, err)
	}
	defer r.Close()
	var v engine.Value
	if err := r.Get(ctx, t.ID.Fill(b.ID), &v); err != nil {
		return nil, fmt.Errorf("cannot read how far index %q is filled: %w", b.Name, err)
	}
	defer v.Release()
	if !v.Exists {
		return nil, nil
	}
	if v.B[0] != fillVersion {
		return nil, fmt.Errorf("cannot read how far index %q is filled: unknown version %#x", b.Name, v.B[0])
	}
	return bytes.Clone(v.B[1:]), nil
}

// rowsAfter returns the keys of the next rows behind after, or of the first rows if that is nil.
func (s *Store) rowsAfter(ctx context.Context, t *catalog.Table, after []byte) (keys [][]byte, err error) {
	lo, hi := t.ID.Rows()
	if after != nil {
		lo = append(bytes.Clone(after), 0)
	}
	// Not Eventual: a row missed because the replica lags would never get its entry.
	r, err := s.engine.Read(ctx, engine.Strong)
	if err != nil {
		return nil, fmt.Errorf("cannot read rows of table %q: %w", t.Name, err)
	}
	defer r.Close()
	cursor := r.Scan(ctx, engine.Range{Lo: lo, Hi: hi}, engine.ScanOpt{Limit: fillRows})
	for read := 0; read < fillBytesMax && cursor.Next(); read += len(cursor.Value()) {
		keys = append(keys, bytes.Clone(cursor.Key()))
	}
	if err := cursor.Close(); err != nil {
		return nil, fmt.Errorf("cannot read rows of table %q: %w", t.Name, err)
	}
	return keys, nil
}

// fillStep writes the entries of the rows under keys, and the note that it did.
func (s *Store) fillStep(ctx context.Context, t *catalog.Table, b catalog.Build, keys [][]byte) error {
	sh, err := s.shelf(ctx, t.ID)
	if err != nil {
		return err
	}
	at, ok := sh.gate.enter()
	if !ok {
		return ErrTableDropped
	}
	defer sh.gate.leave(at)
	tally := sh.take()
	var delta indexFigures
	var buf []byte
	_, err = s.engine.Update(ctx, engine.TxnOpt{Locks: keys, Wait: fillWait}, func(txn engine.Txn) error {
		delta = indexFigures{id: b.ID}
		for _, key := range keys {
			buf = buf[:0]
			if err := fillRow(ctx, txn, t, b, key, &delta, &buf); err != nil {
				return err
			}
		}
		if delta.items > 0 {
			txn.Set(tally.key, tally.append(nil, figures{}, []indexFigures{delta}))
		}
		txn.Set(t.ID.Fill(b.ID), append([]byte{fillVersion}, keys[len(keys)-1]...))
		return nil
	})
	if err != nil {
		if !errors.Is(err, engine.ErrUndetermined) {
			sh.give(tally)
		}
		return fmt.Errorf("cannot fill index %q of table %q: %w", b.Name, t.Name, err)
	}
	if delta.items > 0 {
		sh.count(tally, figures{}, []indexFigures{delta})
	}
	sh.give(tally)
	return nil
}

// fillRow writes the entry of the row under key, unless there is no row.
func fillRow(ctx context.Context, txn engine.Txn, t *catalog.Table, b catalog.Build, key []byte, delta *indexFigures, buf *[]byte) error {
	var row engine.Value
	if err := txn.Get(ctx, key, &row); err != nil || !row.Exists {
		return err
	}
	defer row.Release()
	it, size, err := attr.ParseRow(row.B)
	if err != nil {
		return err
	}
	if ix := t.IndexOf(b.ID); ix != nil {
		return fillEntry(ctx, txn, index.Of(t, ix, it, size, buf), delta)
	}
	fillExpiry(txn, t, it, buf)
	return nil
}

// fillEntry writes the entry of a secondary index, unless it is there.
func fillEntry(ctx context.Context, txn engine.Txn, e index.Entry, delta *indexFigures) error {
	if e.View == nil {
		return nil
	}
	var entry engine.Value
	if err := txn.Get(ctx, e.Key, &entry); err != nil {
		return err
	}
	defer entry.Release()
	if entry.Exists {
		return nil
	}
	setRow(txn, e.Key, e.View, e.Size)
	delta.add(figures{1, int64(e.Size)})
	return nil
}

// finishFill takes the note away. If the process ends before the index becomes active, it is filled
// once more, which changes nothing.
func (s *Store) finishFill(ctx context.Context, t *catalog.Table, b catalog.Build) error {
	key := t.ID.Fill(b.ID)
	_, err := s.engine.Update(ctx, engine.TxnOpt{Locks: [][]byte{key}, Wait: fillWait, Blind: true, Frees: true}, func(txn engine.Txn) error {
		txn.Delete(key)
		return nil
	})
	if err != nil {
		return fmt.Errorf("cannot end the filling of index %q: %w", b.Name, err)
	}
	return nil
}

// EraseIndex gives the space of the index b back, which must be IndexDeleting, after all writers leave it alone
// (Quiesce). It may be called again.
func (s *Store) EraseIndex(ctx context.Context, t *catalog.Table, b catalog.Build) error {
	if err := s.finishFill(ctx, t, b); err != nil {
		return err
	}
	lo, hi := t.ID.Index(b.ID)
	if t.IndexOf(b.ID) == nil {
		lo, hi = t.ID.Expiries(b.ID)
	}
	if err := s.engine.DeleteRange(ctx, engine.Range{Lo: lo, Hi: hi}); err != nil {
		return fmt.Errorf("cannot give back the space of index %q of table %q: %w", b.Name, t.Name, err)
	}
	sh, err := s.shelf(ctx, t.ID)
	if err != nil {
		return err
	}
	sh.forget(b.ID)
	return nil
}
