package store

import (
	"context"
	"errors"
	"time"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
)

// transactWait is how long a transaction waits for its items. DynamoDB does not wait at all: a
// transaction that meets another is cancelled. A short wait is as long as many of ours take.
const transactWait = 50 * time.Millisecond

// ErrConflict is the Result.Err of a write whose item another transaction holds.
var ErrConflict = errors.New("store: the item is held by another transaction")

// Transact is Apply for a transaction: it does not wait long for its items, and says which ones others
// hold (ErrRefused, with ErrConflict in their Results). token may be nil; what it can say are the
// errors ErrReplay, ErrOtherRequest and ErrInProgress.
func (s *Store) Transact(ctx context.Context, ws []Write, rs []Result, buf *[]byte, token *Token) error {
	return s.once(ctx, token, func() error {
		return s.transact(ctx, ws, rs, buf, manner{wait: transactWait, token: token})
	})
}

// Judge is Transact for a transaction that is cancelled in any case, unless it has been done: it writes nothing
// and fills rs with what each write would have done. Its error is ErrRefused. There may be no writes.
func (s *Store) Judge(ctx context.Context, ws []Write, rs []Result, buf *[]byte, token *Token) error {
	return s.once(ctx, token, func() error {
		if len(ws) == 0 {
			return ErrRefused
		}
		return s.transact(ctx, ws, rs, buf, manner{wait: transactWait, judge: true})
	})
}

// once calls do unless the token says that it has been done, or that it is something else.
func (s *Store) once(ctx context.Context, token *Token, do func() error) error {
	if token == nil {
		return do()
	}
	fresh, err := s.tokens.claim(ctx, s.engine, token)
	if err != nil {
		return catalog.Visible(err)
	}
	defer s.tokens.release(token)
	if !fresh {
		if err := s.used(ctx, token); err != nil {
			return catalog.Visible(err)
		}
	}
	return do()
}

func (s *Store) transact(ctx context.Context, ws []Write, rs []Result, buf *[]byte, how manner) error {
	err := s.apply(ctx, ws, rs, buf, how)
	if !errors.Is(err, engine.ErrConflict) {
		return catalog.Visible(err)
	}
	return s.conflicts(ctx, ws, rs)
}

// conflicts finds out which items of ws others hold. If by now they hold none, any may have been the
// one, so it says so of all.
func (s *Store) conflicts(ctx context.Context, ws []Write, rs []Result) error {
	found := false
	for i := range ws {
		rs[i] = Result{}
		held, err := s.held(ctx, ws[i].Key.row(nil, ws[i].Table))
		if err != nil {
			return catalog.Visible(err)
		}
		if held {
			rs[i].Err, found = ErrConflict, true
		}
	}
	for i := range rs {
		if !found {
			rs[i].Err = ErrConflict
		}
	}
	return ErrRefused
}

// held reports whether somebody has the lock of key.
func (s *Store) held(ctx context.Context, key []byte) (bool, error) {
	_, err := s.engine.Update(ctx, engine.TxnOpt{Locks: [][]byte{key}, Frees: true}, func(engine.Txn) error { return nil })
	if errors.Is(err, engine.ErrConflict) {
		return true, nil
	}
	return false, err
}
