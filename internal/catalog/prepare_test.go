package catalog_test

import (
	"bytes"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/engine/pebble"
)

// TestSecret holds that a store keeps the secret that it seals with, and that no two have the same.
func TestSecret(t *testing.T) {
	fs := vfs.NewMem()
	seal := func(fs vfs.FS) []byte {
		t.Helper()
		e, err := pebble.Open(pebble.Options{Dir: "data", FS: fs})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}()
		return open(t, e).Sealer("test").Seal(nil)
	}
	first := seal(fs)
	if !bytes.Equal(seal(fs), first) {
		t.Error("the store opened again has another secret")
	}
	if bytes.Equal(seal(vfs.NewMem()), first) {
		t.Error("another store has the same secret")
	}
}
