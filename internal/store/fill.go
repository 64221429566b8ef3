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

// Fill puts what was in t before ix into ix, which must be IndexCreating, after all writers keep it up
// (Quiesce). It goes on where an earlier call of it, perhaps in another process, ended. pause is called
// after every step, with the time it took, and may wait.
//
// A step locks its rows, reads them again and writes the entries they have now, so it does not matter
// what was written to them since they were found. Whatever a writer did to a row before the step, it
// has left the entry that the step would write (or none, and no row).
func (s *Store) Fill(ctx context.Context, t *catalog.Table, ix *catalog.Index, pause func(took time.Duration)) error {
	after, err := s.filled(ctx, t, ix)
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
			return s.finishFill(ctx, t, ix)
		}
		if err := s.fillStep(ctx, t, ix, keys); err != nil {
			return err
		}
		after = keys[len(keys)-1]
		pause(time.Since(began))
	}
}

// filled returns the key of the last row that ix was filled with.
func (s *Store) filled(ctx context.Context, t *catalog.Table, ix *catalog.Index) ([]byte, error) {
	r, err := s.engine.Read(ctx, engine.Strong)
	if err != nil {
		return nil, fmt.Errorf("cannot read how far index %q is filled: %w", ix.Name, err)
	}
	defer r.Close()
	var v engine.Value
	if err := r.Get(ctx, t.ID.Fill(ix.ID), &v); err != nil {
		return nil, fmt.Errorf("cannot read how far index %q is filled: %w", ix.Name, err)
	}
	defer v.Release()
	if !v.Exists {
		return nil, nil
	}
	if v.B[0] != fillVersion {
		return nil, fmt.Errorf("cannot read how far index %q is filled: unknown version %#x", ix.Name, v.B[0])
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
func (s *Store) fillStep(ctx context.Context, t *catalog.Table, ix *catalog.Index, keys [][]byte) error {
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
		delta = indexFigures{id: ix.ID}
		for _, key := range keys {
			buf = buf[:0]
			if err := fillRow(ctx, txn, t, ix, key, &delta, &buf); err != nil {
				return err
			}
		}
		if delta.items > 0 {
			txn.Set(tally.key, tally.append(nil, figures{}, []indexFigures{delta}))
		}
		txn.Set(t.ID.Fill(ix.ID), append([]byte{fillVersion}, keys[len(keys)-1]...))
		return nil
	})
	if err != nil {
		if !errors.Is(err, engine.ErrUndetermined) {
			sh.give(tally)
		}
		return fmt.Errorf("cannot fill index %q of table %q: %w", ix.Name, t.Name, err)
	}
	if delta.items > 0 {
		sh.count(tally, figures{}, []indexFigures{delta})
	}
	sh.give(tally)
	return nil
}

// fillRow writes the entry of the row under key, unless there is no row or the entry is there.
func fillRow(ctx context.Context, txn engine.Txn, t *catalog.Table, ix *catalog.Index, key []byte, delta *indexFigures, buf *[]byte) error {
	var row, entry engine.Value
	if err := txn.Get(ctx, key, &row); err != nil || !row.Exists {
		return err
	}
	defer row.Release()
	it, size, err := attr.ParseRow(row.B)
	if err != nil {
		return err
	}
	e := index.Of(t, ix, it, size, buf)
	if e.View == nil {
		return nil
	}
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
func (s *Store) finishFill(ctx context.Context, t *catalog.Table, ix *catalog.Index) error {
	key := t.ID.Fill(ix.ID)
	_, err := s.engine.Update(ctx, engine.TxnOpt{Locks: [][]byte{key}, Wait: fillWait, Blind: true, Frees: true}, func(txn engine.Txn) error {
		txn.Delete(key)
		return nil
	})
	if err != nil {
		return fmt.Errorf("cannot end the filling of index %q: %w", ix.Name, err)
	}
	return nil
}

// EraseIndex gives the space of ix back, which must be IndexDeleting, after all writers leave it alone
// (Quiesce). It may be called again.
func (s *Store) EraseIndex(ctx context.Context, t *catalog.Table, ix *catalog.Index) error {
	if err := s.finishFill(ctx, t, ix); err != nil {
		return err
	}
	lo, hi := t.ID.Index(ix.ID)
	if err := s.engine.DeleteRange(ctx, engine.Range{Lo: lo, Hi: hi}); err != nil {
		return fmt.Errorf("cannot give back the space of index %q of table %q: %w", ix.Name, t.Name, err)
	}
	sh, err := s.shelf(ctx, t.ID)
	if err != nil {
		return err
	}
	sh.forget(ix.ID)
	return nil
}
