package stream_test

import (
	"context"
	"testing"
	"time"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/stream"
)

// TestViews holds that each view shows of each change what DynamoDB shows, and counts that.
func TestViews(t *testing.T) {
	before, after := album(1, "an old title"), album(1, "new")
	keys := attr.Item("\x02\x06artist\x05\x05Miles\x04year\x04\x02\xc1\x02")
	made := noon.Add(1234567 * time.Nanosecond)
	for _, c := range []struct {
		view     string
		change   *stream.Change
		event    string
		old, new attr.Item
	}{
		{catalog.ViewKeys, change(nil, after, made), "INSERT", nil, nil},
		{catalog.ViewKeys, change(before, after, made), "MODIFY", nil, nil},
		{catalog.ViewKeys, change(before, nil, made), "REMOVE", nil, nil},
		{catalog.ViewNew, change(nil, after, made), "INSERT", nil, after},
		{catalog.ViewNew, change(before, after, made), "MODIFY", nil, after},
		{catalog.ViewNew, change(before, nil, made), "REMOVE", nil, nil},
		{catalog.ViewOld, change(nil, after, made), "INSERT", nil, nil},
		{catalog.ViewOld, change(before, after, made), "MODIFY", before, nil},
		{catalog.ViewOld, change(before, nil, made), "REMOVE", before, nil},
		{catalog.ViewNewOld, change(nil, after, made), "INSERT", nil, after},
		{catalog.ViewNewOld, change(before, after, made), "MODIFY", before, after},
		{catalog.ViewNewOld, change(before, nil, made), "REMOVE", before, nil},
	} {
		for _, service := range []bool{false, true} {
			t.Run(c.view+"/"+c.event, func(t *testing.T) {
				r := newRig(t, c.view)
				c.change.Service = service
				seq, err := r.engine.Update(t.Context(), engine.TxnOpt{Seq: true}, func(txn engine.Txn) error {
					stream.Append(txn, r.table, year(1), txn.Seq(), 7, c.change)
					return nil
				})
				r.must(err)
				seen := 0
				_, err = r.log.Read(t.Context(), r.stream(), r.shardOf(1).ID, stream.Position{}, 0, func(rec *stream.Record) error {
					seen++
					if rec.Position != (stream.Position{Seq: seq, N: 7}) || rec.Event.String() != c.event || rec.Service != service {
						t.Errorf("got %s %s, service %t", rec.Position, rec.Event, rec.Service)
					}
					if want := made.Truncate(time.Millisecond); !rec.Created.Equal(want) {
						t.Errorf("got a record of %s, want %s", rec.Created, want)
					}
					if !rec.Keys.Equal(keys) || !rec.Old.Equal(c.old) || !rec.New.Equal(c.new) {
						t.Errorf("got keys %s, old %s, new %s", rec.Keys.AppendJSON(nil), rec.Old.AppendJSON(nil), rec.New.AppendJSON(nil))
					}
					if want := keys.Size() + c.old.Size() + c.new.Size(); rec.Size != want {
						t.Errorf("got size %d, want %d", rec.Size, want)
					}
					return nil
				})
				if err != nil || seen != 1 {
					t.Errorf("read %d records: %v", seen, err)
				}
			})
		}
	}
}

// TestRecordIDs holds that a record has one ID whenever it is read, and no two have the same.
func TestRecordIDs(t *testing.T) {
	r := newRig(t, catalog.ViewKeys)
	r.insert(1, 1, 1)
	r.insert(1)
	ids := map[[16]byte]int{}
	for range 2 {
		_, err := r.log.Read(context.Background(), r.stream(), r.shardOf(1).ID, stream.Position{}, 0, func(rec *stream.Record) error {
			ids[rec.ID]++
			return nil
		})
		r.must(err)
	}
	for id, n := range ids {
		if n != 2 || len(ids) != 4 {
			t.Errorf("ID %x was seen %d times, there are %d IDs", id, n, len(ids))
		}
	}
}
