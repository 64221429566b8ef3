package catalog

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// secretVersion is the first byte of the stored secret; secretBytes random bytes follow.
const (
	secretVersion = 0x01
	secretBytes   = 32
)

// NewerError says that the store was written by a program newer than this one.
type NewerError struct{ Format int }

func (e *NewerError) Error() string {
	return fmt.Sprintf("the store has format %d; this program knows formats up to %d", e.Format, Format)
}

// prepareStore refuses a store of a newer format, writes the format and a secret into an empty one, and
// returns the secret. It does so on a full disk, too: reads and deletes must work there.
func prepareStore(ctx context.Context, e engine.Engine) (secret []byte, err error) {
	fresh := make([]byte, secretBytes)
	_, _ = rand.Read(fresh) // never fails
	format, key := keyspace.StoreFormat(), keyspace.StoreSecret()
	o := engine.TxnOpt{Locks: [][]byte{format, key}, Wait: lockWait, Frees: true}
	_, err = e.Update(ctx, o, func(txn engine.Txn) error {
		if err := prepareFormat(ctx, txn, format); err != nil {
			return err
		}
		secret, err = prepareSecret(ctx, txn, key, fresh)
		return err
	})
	return secret, err
}

func prepareFormat(ctx context.Context, txn engine.Txn, key []byte) error {
	var v engine.Value
	if err := txn.Get(ctx, key, &v); err != nil {
		return err
	}
	defer v.Release()
	if !v.Exists {
		txn.Set(key, []byte{Format})
		return nil
	}
	if stored := int(v.B[0]); stored > Format {
		return &NewerError{stored}
	}
	return nil
}

func prepareSecret(ctx context.Context, txn engine.Txn, key, fresh []byte) ([]byte, error) {
	var v engine.Value
	if err := txn.Get(ctx, key, &v); err != nil {
		return nil, err
	}
	defer v.Release()
	if !v.Exists {
		txn.Set(key, append([]byte{secretVersion}, fresh...))
		return fresh, nil
	}
	return parseSecret(v.B)
}

var errSecret = errors.New("the store's secret is malformed")

func parseSecret(b []byte) ([]byte, error) {
	if len(b) != 1+secretBytes || b[0] != secretVersion {
		return nil, errSecret
	}
	return bytes.Clone(b[1:]), nil
}
