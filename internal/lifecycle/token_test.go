package lifecycle_test

import (
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/store"
)

// TestTokens holds that tokens of transactions are removed when they are too old to count, not before,
// and that a failure to remove them is made good.
func TestTokens(t *testing.T) {
	w := open(t, vfs.NewMem(), 3)
	defer w.close(t)
	table := w.create(t, "t")
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, at := range []time.Time{noon, noon.Add(store.TokenLife)} {
		var buf []byte
		write := store.Write{Table: table, Key: store.Key{Partition: []byte("a")}, Change: store.Put(item("a", ""))}
		token := &store.Token{Operation: store.TransactWriteItems, Text: at.String(), Now: at}
		err := w.store.Transact(t.Context(), []store.Write{write}, make([]store.Result, 1), &buf, token)
		if err != nil {
			t.Fatal(err)
		}
	}
	tokens := func() int {
		return w.keysIn(t, func() (lo, hi []byte) { return keyspace.TokensBefore(^uint32(0)) })
	}
	w.now = noon.Add(2*store.TokenLife + time.Minute) // the clock may have been set back
	w.until(t, quiet, func() bool { return tokens() < 2 })
	if left := tokens(); left != 1 {
		t.Errorf("%d tokens are left, not one", left)
	}
	w.now = noon.Add(4 * store.TokenLife)
	w.until(t, quiet, func() bool { return tokens() == 0 })
}
