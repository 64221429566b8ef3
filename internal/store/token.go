package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// What a token can say of the transaction that it comes with. Nothing is written in any of these cases.
var (
	// ErrReplay says that the transaction has been done; Token.Sizes says what it wrote.
	ErrReplay = errors.New("store: a transaction with this token has been done")
	// ErrOtherRequest says that the token was used for other actions.
	ErrOtherRequest = errors.New("store: the token was used for other actions")
	// ErrInProgress says that a transaction with this token is being done.
	ErrInProgress = errors.New("store: a transaction with this token is being done")
)

// TokenLife is how long a token makes a transaction idempotent ("TransactWriteItems", API Reference).
const TokenLife = 10 * time.Minute

const (
	// tokenSpan is the span of time whose tokens lie together, so that they can be removed together. It is short:
	// tokens come to lie nearly in the order in which they are used, and compactions leave older ones alone.
	tokenSpan = 10 * time.Second

	// spansInPeriod is how many spans make a period, which is as long as a token lives: a token is then in the
	// period of now or in the one before.
	spansInPeriod = uint32(TokenLife / tokenSpan)
)

// clockBack is how far the clock may be set back with a token still being found.
const clockBack = time.Minute

// Operations that tokens come with. These are stored: never renumber.
const (
	TransactWriteItems = 'i'
	ExecuteTransaction = 's'
)

// Token makes a transaction idempotent: the token is stored in one step with what is written.
type Token struct {
	Operation byte   // tokens of one operation do not meet those of another
	Text      string // as the client chose it
	Digest    uint64 // of the actions; two lists of actions have one by a chance of one in 2^64
	Now       time.Time
	Sizes     []int // with ErrReplay: for each action the larger size of its item, before or after
}

// spanOf is the number of the span that t lies in.
func spanOf(t time.Time) uint32 { return uint32(t.Unix() / int64(tokenSpan/time.Second)) } //nolint:gosec // until 42000

// periodOf is the number of the period that a span lies in.
func periodOf(span uint32) uint32 { return span / spansInPeriod }

// spans are those that the token may be stored in: those that its life reaches back into, and the one to come
// if that is near, in case the clock was set back.
func (k *Token) spans() (first, last uint32) {
	return spanOf(k.Now.Add(-TokenLife)), spanOf(k.Now.Add(clockBack))
}

// keys are where the token may be stored.
func (k *Token) keys() [][]byte {
	first, last := k.spans()
	keys := make([][]byte, 0, last-first+1)
	for span := last; span >= first; span-- {
		keys = append(keys, keyspace.Token(span, k.Operation, k.Text))
	}
	return keys
}

// used looks the token up: it returns nil if it was not used, and else what that says. The caller has claimed
// the token, so that nobody uses it in the meantime.
func (s *Store) used(ctx context.Context, k *Token) error {
	r, err := s.engine.Read(ctx, engine.Strong)
	if err != nil {
		return err
	}
	defer r.Close()
	keys := k.keys()
	values := make([]engine.Value, len(keys))
	if err := r.MultiGet(ctx, keys, values); err != nil {
		return err
	}
	for i := range values {
		if err == nil && values[i].Exists {
			err = k.compare(values[i].B)
		}
		values[i].Release()
	}
	return err
}

// tokenVersion is the first byte of a stored token. The time of its use follows (8 bytes, big-endian,
// nanoseconds since 1970), the digest of the actions (8 bytes), and the size of each as a uvarint.
const tokenVersion = 0x02

const tokenHeadBytes = 1 + 8 + 8

// usedToken is a token as it is stored.
type usedToken struct {
	at     time.Time
	digest uint64
	sizes  []int
}

func parseToken(b []byte) (t usedToken, err error) {
	if len(b) < tokenHeadBytes || b[0] != tokenVersion {
		return t, fmt.Errorf("token % x is malformed", b[:min(len(b), tokenHeadBytes)])
	}
	t.at = time.Unix(0, int64(binary.BigEndian.Uint64(b[1:]))) //nolint:gosec // written from one
	t.digest = binary.BigEndian.Uint64(b[9:])
	for rest := b[tokenHeadBytes:]; len(rest) > 0; {
		n, w := binary.Uvarint(rest)
		if w <= 0 {
			return t, fmt.Errorf("token % x is malformed", b)
		}
		t.sizes, rest = append(t.sizes, int(n)), rest[w:] //nolint:gosec // written from one
	}
	return t, nil
}

// compare is used for a token that is stored as b.
func (k *Token) compare(b []byte) error {
	used, err := parseToken(b)
	switch {
	case err != nil:
		return err
	case k.Now.Sub(used.at) >= TokenLife:
		return nil
	case used.digest != k.Digest:
		return ErrOtherRequest
	}
	k.Sizes = used.sizes
	return ErrReplay
}

// write puts the token into the transaction.
func (k *Token) write(txn engine.Txn, rs []Result) {
	var few [tokenHeadBytes + 16*3]byte                                                         // of a few items of some KB
	b := binary.BigEndian.AppendUint64(append(few[:0], tokenVersion), uint64(k.Now.UnixNano())) //nolint:gosec // after 1970
	b = binary.BigEndian.AppendUint64(b, k.Digest)
	for i := range rs {
		b = binary.AppendUvarint(b, uint64(max(rs[i].OldSize, rs[i].NewSize))) //nolint:gosec // never negative
	}
	copy(txn.SetDeferred(keyspace.Token(spanOf(k.Now), k.Operation, k.Text), len(b)), b)
}

// tokens are those of the transactions that are being done, and what is known of those that were. Two
// transactions that come with one token need not have an item in common, so the locks of items do not keep
// them apart; this does, in the one process that a store has.
type tokens struct {
	mu   sync.Mutex
	busy map[tokenName]struct{} // nil, as sets, before the first token came
	sets *tokenSets
}

type tokenName struct {
	operation byte
	text      string
}

// claim makes the token the caller's until release, or returns ErrInProgress if somebody has it. One that is
// fresh is not stored.
func (t *tokens) claim(ctx context.Context, e engine.Engine, k *Token) (fresh bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	first, last := k.spans()
	if t.busy == nil {
		t.busy, t.sets = map[tokenName]struct{}{}, newTokenSets(periodOf(first))
	}
	if t.sets.unread != nil {
		if err := t.sets.read(ctx, e); err != nil {
			return false, fmt.Errorf("cannot read the tokens that were used: %w", err)
		}
	}
	name := tokenName{k.Operation, k.Text}
	if _, busy := t.busy[name]; busy {
		return false, ErrInProgress
	}
	t.busy[name] = struct{}{}
	fresh = true
	for period := periodOf(first); period <= periodOf(last); period++ {
		fresh = fresh && !t.sets.has(period, name)
	}
	t.sets.add(periodOf(spanOf(k.Now)), name)
	return fresh, nil
}

func (t *tokens) release(k *Token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.busy, tokenName{k.Operation, k.Text})
}

// ExpireTokens removes tokens that are too old to count at now. Some stay for a period longer.
func (s *Store) ExpireTokens(ctx context.Context, now time.Time) error {
	// Nobody reads the span that is removed last, even if his clock is behind. Removing more of them less often
	// leaves fewer traces in the engine.
	lo, hi := keyspace.TokensBefore(periodOf(spanOf(now.Add(-TokenLife-clockBack))) * spansInPeriod)
	old := engine.Range{Lo: lo, Hi: hi}
	some, err := s.holds(ctx, old)
	if err == nil && some {
		err = s.engine.DeleteRange(ctx, old)
	}
	if err != nil {
		return fmt.Errorf("cannot remove old tokens: %w", catalog.Visible(err))
	}
	return nil
}

// holds reports whether there is a key in r.
func (s *Store) holds(ctx context.Context, r engine.Range) (bool, error) {
	reader, err := s.engine.Read(ctx, engine.Eventual)
	if err != nil {
		return false, err
	}
	defer reader.Close()
	cursor := reader.Scan(ctx, r, engine.ScanOpt{KeysOnly: true, Limit: 1})
	found := cursor.Next()
	return found, cursor.Close()
}
