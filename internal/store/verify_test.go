package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/store"
)

// filled opens a store that has the table music with four albums.
func filled(t *testing.T) *pebble.Engine {
	t.Helper()
	s, e := open(t, vfs.NewMem())
	t.Cleanup(func() { closeEngine(t, e) })
	c, err := catalog.Open(t.Context(), e, catalog.Options{Now: time.Now, NewID: func() keyspace.TableID { return music.ID }})
	if err != nil {
		t.Fatal(err)
	}
	table, err := c.Create(t.Context(), *music)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 4 {
		mustApply(t, s, store.Write{Table: table, Key: key(n), Change: store.Put(album(n, "a title"))})
	}
	return e
}

// row is the stored row of it.
func row(it attr.Item, size int) []byte {
	b := make([]byte, attr.RowSize(it, size))
	attr.PutRow(b, it, size)
	return b
}

func rowKey(k store.Key) []byte { return music.ID.Row(nil, k.Partition, k.Sort) }

func TestVerify(t *testing.T) {
	it, other := album(0, "a title"), album(1, "a title")
	gone := keyspace.TableID{9}
	for _, c := range []struct {
		name   string
		damage func(txn engine.Txn)
		want   string // of the only problem; empty: none
	}{
		{"nothing", func(engine.Txn) {}, ""},
		{"a row that is gone", func(txn engine.Txn) { txn.Delete(rowKey(key(0))) }, "has 3 items of 99 bytes, its tallies say 4 of 132"},
		{"a tally that is gone", func(txn engine.Txn) { txn.Delete(music.ID.Tally(0)) }, "has 4 items of 132 bytes, its tallies say 0 of 0"},
		{"a tally cut short", func(txn engine.Txn) { txn.Set(music.ID.Tally(7), []byte{0x01}) }, "tally is malformed"},
		{"a row of an unknown version", func(txn engine.Txn) { txn.Set(rowKey(key(0)), []byte{0x77, 1, 0}) }, "row has format version 119"},
		{"a row cut short", func(txn engine.Txn) { txn.Set(rowKey(key(0)), row(it, it.Size())[:20]) }, "encoding is cut short"},
		{"a row that lies about its size", func(txn engine.Txn) { txn.Set(rowKey(key(0)), row(it, it.Size()+1)) }, "row says its item is 34 bytes, which has 33"},
		{"a row under another's key", func(txn engine.Txn) { txn.Set(rowKey(key(0)), row(other, other.Size())) }, `the item's key attribute "year" is`},
		{"a key without its sort key", func(txn engine.Txn) {
			txn.Delete(rowKey(key(0)))
			txn.Set(rowKey(store.Key{Partition: key(0).Partition}), row(it, it.Size()))
		}, `the item's key attribute "year" is`},
		{"a hash that does not match", func(txn engine.Txn) {
			k := rowKey(key(0))
			txn.Delete(k)
			k[18]++
			txn.Set(k, row(it, it.Size()))
		}, "hash in the key is not that of its partition key"},
		{"a table that nobody knows", func(txn engine.Txn) { txn.Set(gone.Tally(0), []byte{1, 2}) }, "1 keys are of table 09000000-"},
		{"a table that is dropped", func(txn engine.Txn) {
			txn.Set(gone.Tally(0), []byte{1, 2})
			txn.Set(keyspace.DroppedTable(gone), []byte{1})
		}, ""},
		{
			"a table that is dropped and is there", func(txn engine.Txn) { txn.Set(keyspace.DroppedTable(music.ID), []byte{1}) },
			`table "music" exists and is noted as dropped`,
		},
		{
			"a description that does not decode", func(txn engine.Txn) { txn.Set(keyspace.Table("album"), []byte{1, '{'}) },
			"unexpected end of JSON input",
		},
		{"a token", func(txn engine.Txn) { txn.Set(keyspace.Token(0, 'i', "t"), make([]byte, 17)) }, "token 00 00"},
		{"a token elsewhere", func(txn engine.Txn) {
			txn.Set(keyspace.Token(7, 'i', "t"), append([]byte{2}, make([]byte, 16)...))
		}, "the token was used at 1970-01-01 00:00:00 +0000 UTC, which is not in its span"},
		{"a key of nobody", func(txn engine.Txn) { txn.Set([]byte{0x05, 1}, []byte{1}) }, "the key 05 01 is nobody's"},
		{"no format", func(txn engine.Txn) { txn.Delete(keyspace.StoreFormat()) }, "the store does not say what format it has"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := filled(t)
			_, err := e.Update(t.Context(), engine.TxnOpt{}, func(txn engine.Txn) error {
				c.damage(txn)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			problems := verify(t, e)
			if c.want == "" && len(problems) > 0 || c.want != "" && !slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, c.want) }) {
				t.Errorf("got %q, want %q", problems, c.want)
			}
		})
	}
}

func verify(t *testing.T, e engine.Engine) (problems []string) {
	t.Helper()
	if _, err := store.Verify(t.Context(), e, func(p string) { problems = append(problems, p) }); err != nil {
		t.Fatal(err)
	}
	return problems
}

func TestVerifyCounts(t *testing.T) {
	got, err := store.Verify(context.Background(), filled(t), func(p string) { t.Error(p) })
	if want := (store.Summary{Tables: 1, Items: 4, Bytes: 132}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestVerifyRefusesNewerStores(t *testing.T) {
	e := filled(t)
	_, err := e.Update(t.Context(), engine.TxnOpt{}, func(txn engine.Txn) error {
		txn.Set(keyspace.StoreFormat(), []byte{catalog.Format + 1})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Verify(t.Context(), e, func(p string) { t.Error(p) })
	if err == nil || !strings.Contains(err.Error(), "the store has format 2") {
		t.Errorf("got %v", err)
	}
}
