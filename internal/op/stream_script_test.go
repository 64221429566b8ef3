package op_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

// streamCommand carries out what workers do to streams. ok is false if d is another command.
func (w *world) streamCommand(t *testing.T, d *datadriven.TestData) (output string, ok bool) {
	t.Helper()
	switch d.Cmd {
	case "roll", "split":
		w.replace(t, w.aliases.reveal(strings.TrimSpace(d.Input)), d.Cmd == "split")
	case "trim":
		older, err := time.ParseDuration(d.CmdArgs[0].Key)
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
		w.trim(t, w.now.Add(-older))
	case "expire":
		w.expire(t, d.Input)
	default:
		return "", false
	}
	return "", true
}

// replace closes a shard and opens its children.
func (w *world) replace(t rapid.TB, shard string, split bool) {
	t.Helper()
	for _, s := range w.catalog.Streams() {
		if s.Shard(shard) == nil {
			continue
		}
		_, err := w.catalog.ChangeStream(context.Background(), s.ID, func(s *catalog.Stream, seq uint64) { s.Replace(shard, split, seq, w.now) })
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("there is no shard %s", shard)
}

// trim removes records of all streams that were made before the given time.
func (w *world) trim(t rapid.TB, before time.Time) {
	t.Helper()
	for _, s := range w.catalog.Streams() {
		cut, err := w.streams.Cut(context.Background(), s, before)
		if err != nil {
			t.Fatal(err)
		}
		if s, err = w.catalog.ChangeStream(context.Background(), s.ID, func(s *catalog.Stream, _ uint64) { s.Trim(cut) }); err != nil {
			t.Fatal(err)
		}
		if err := w.streams.Trim(context.Background(), s, cut); err != nil {
			t.Fatal(err)
		}
	}
}

// expire deletes the item under the key of a DeleteItem, as an item that has expired.
func (w *world) expire(t rapid.TB, body string) {
	t.Helper()
	in := new(api.DeleteItemInput)
	w.decoder.Reset([]byte(body))
	if err := api.DecodeRequest(&w.decoder, in); err != nil {
		t.Fatal(err)
	}
	table := w.catalog.Table(in.TableName.V)
	var key store.Key
	key.Partition, key.Sort = table.RowKey(in.Key.Item)
	var buf []byte
	write := store.Write{Table: table, Key: key, Change: store.Delete{}, Service: true}
	if err := w.store.Apply(context.Background(), []store.Write{write}, make([]store.Result, 1), &buf); err != nil {
		t.Fatal(err)
	}
}
