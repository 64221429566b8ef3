package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/store"
)

// A bank's accounts are albums whose title is the balance.

// balance returns the balance of an account.
func balance(it attr.Item) int {
	n, err := strconv.Atoi(string(it.Get("title").Bytes()))
	if err != nil {
		panic(err)
	}
	return n
}

// pay is the change of account n by some amount.
type pay struct{ n, amount int }

func (p pay) Apply(old attr.Item, _ *[]byte) (attr.Item, error) {
	return album(p.n, strconv.Itoa(balance(old)+p.amount)), nil
}

// covered is the condition that an account has so much.
type covered int

func (c covered) Match(it attr.Item) bool { return balance(it) >= int(c) }

const (
	bankAccounts = 30 // more than are read at once
	bankBalance  = 100
)

// openBank makes the accounts.
func openBank(t tb, s *store.Store) {
	t.Helper()
	for n := range bankAccounts {
		mustApply(t, s, putAlbum(n, strconv.Itoa(bankBalance)))
	}
}

// audit reads all accounts at one moment and returns what they have together.
func audit(s *store.Store) (sum int, err error) {
	ls := make([]store.Lookup, bankAccounts)
	for n := range ls {
		ls[n] = store.Lookup{Table: music, Key: key(n)}
	}
	defer store.Release(ls)
	if _, err := s.GetAll(context.Background(), ls, store.AsOne, 1<<20); err != nil {
		return 0, err
	}
	for n := range ls {
		b := balance(ls[n].Item)
		if b < 0 {
			return 0, fmt.Errorf("account %d has %d", n, b)
		}
		sum += b
	}
	return sum, nil
}

// TestBank holds that transactions are isolated from one another and from single writes: while clients
// move money about, no account is overdrawn and every audit finds the same sum, or just what was paid in
// by itself.
func TestBank(t *testing.T) {
	const clients, moves = 8, 200
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	fs := vfs.NewMem()
	s, e := open(t, fs)
	openBank(t, s)
	var paidIn, paying, conflicts atomic.Int64 // paying is at least what is paid in when an audit ends
	client := func(random *rand.Rand) error {
		from := random.IntN(bankAccounts)
		to := (from + 1 + random.IntN(bankAccounts-1)) % bankAccounts
		amount := 1 + random.IntN(bankBalance/2)
		switch random.IntN(6) {
		case 0: // somebody pays in
			paying.Add(int64(amount))
			_, err := apply(s, store.Write{Table: music, Key: key(to), Change: pay{to, amount}})
			if err == nil {
				paidIn.Add(int64(amount))
			}
			return err
		case 1:
			atLeast := bankAccounts*bankBalance + paidIn.Load()
			sum, err := audit(s)
			if atMost := bankAccounts*bankBalance + paying.Load(); err == nil && (int64(sum) < atLeast || int64(sum) > atMost) {
				err = fmt.Errorf("an audit finds %d, not %d to %d", sum, atLeast, atMost)
			}
			return err
		}
		witness := (to + 1 + random.IntN(bankAccounts-1)) % bankAccounts
		ws := []store.Write{
			{Table: music, Key: key(from), If: covered(amount), Change: pay{from, -amount}},
			{Table: music, Key: key(to), Change: pay{to, amount}},
		}
		if witness != from && witness != to {
			ws = append(ws, store.Write{Table: music, Key: key(witness), If: covered(0), Change: store.Keep{}})
		}
		rs, err := transact(s, nil, ws...)
		if !errors.Is(err, store.ErrRefused) {
			return err
		}
		for i := range rs {
			if errors.Is(rs[i].Err, store.ErrConflict) {
				conflicts.Add(1)
			}
		}
		return nil
	}
	var all sync.WaitGroup
	for c := range clients {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(c)))
			for range moves {
				if err := client(random); err != nil && !isConflict(err) {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d conflicts", conflicts.Load())
	for range 2 {
		sum, err := audit(s)
		if want := bankAccounts*bankBalance + int(paidIn.Load()); err != nil || sum != want {
			t.Errorf("the bank ends with %d, not %d: %v", sum, want, err)
		}
		closeEngine(t, e)
		s, e = open(t, fs)
	}
	closeEngine(t, e)
}

func isConflict(err error) bool {
	refused, ok := errors.AsType[*apierr.Error](err)
	return ok && refused.Code == apierr.TransactionConflict().Code
}

// TestBankCrash holds that money is neither made nor lost when power fails while it moves.
func TestBankCrash(t *testing.T) {
	const clients, crashes = 4, 25
	seed := rand.Uint64()
	t.Logf("seed: %d", seed)
	fs := vfs.NewCrashableMem()
	s, e := open(t, fs)
	openBank(t, s)
	stop := make(chan struct{})
	var all sync.WaitGroup
	for c := range clients {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(c)))
			for {
				select {
				case <-stop:
					return
				default:
				}
				from := random.IntN(bankAccounts)
				to := (from + 1 + random.IntN(bankAccounts-1)) % bankAccounts
				_, err := transact(s, nil,
					store.Write{Table: music, Key: key(from), If: covered(10), Change: pay{from, -10}},
					store.Write{Table: music, Key: key(to), Change: pay{to, 10}})
				if err != nil && !errors.Is(err, store.ErrRefused) {
					t.Error(err)
					return
				}
			}
		})
	}
	random := rand.New(rand.NewPCG(seed, clients))
	for range crashes {
		clone := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: random})
		s, e := open(t, clone)
		if sum, err := audit(s); err != nil || sum != bankAccounts*bankBalance {
			t.Errorf("after a crash the bank has %d: %v", sum, err)
		}
		closeEngine(t, e)
	}
	close(stop)
	all.Wait()
	closeEngine(t, e)
}
