package stream

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/keyspace"
)

// FuzzRecord holds that bytes either are no record, which is noticed, or are just those that the record
// they are read as is written as, and that whatever passes Check can be read.
func FuzzRecord(f *testing.F) {
	it := attr.Item("\x01\x01k\x05\x01v")
	for flags, parts := range map[byte]int{byte(Insert): 1, byte(Modify) | flagNew | flagOld: 2, byte(Remove) | flagOld | flagService: 1} {
		v := value{flags: flags, created: time.UnixMilli(1_800_000_000_000)}
		for range parts {
			v.add(0, it, it.Size())
		}
		b := make([]byte, v.len())
		v.put(b)
		f.Add(b)
		f.Add(b[:len(b)-1])
		f.Add(append(slices.Clone(b), 0))
	}
	views := []string{catalog.ViewKeys, catalog.ViewNew, catalog.ViewOld, catalog.ViewNewOld}
	key := []catalog.Attribute{{Name: "k", Type: attr.S}}
	f.Fuzz(func(t *testing.T, b []byte) {
		var v value
		if err := v.parse(b); err != nil {
			for _, view := range views {
				if Check(&catalog.Stream{View: view, Key: key}, keyspace.RecordKey{}, b) == nil {
					t.Fatalf("% x is no record (%v) and passes", b, err)
				}
			}
			return
		}
		again := make([]byte, v.len())
		v.put(again)
		if !bytes.Equal(again, b) {
			t.Fatalf("% x is read as what is written % x", b, again)
		}
		for _, view := range views {
			for slot := range uint8(keyspace.Slots) {
				s, k := &catalog.Stream{View: view, Key: key}, keyspace.RecordKey{Slot: slot}
				if Check(s, k, b) != nil {
					continue
				}
				var r Record
				if err := r.decode(s, k, b); err != nil || r.Keys.Check() != nil || r.Keys.Len() != 1 {
					t.Fatalf("% x passes, its keys are % x: %v", b, r.Keys, err)
				}
			}
		}
	})
}

// TestDrawnRecord holds that the example in docs/format/stream.md is one.
func TestDrawnRecord(t *testing.T) {
	value := "\x01\x0a\x00\x00\x01\xa2\x10\xd0\x3b\xdd\x15\x1c\x02\x06artist\x05\x05Miles\x05title\x05\x05Nefer"
	key := "\x04\x1c\x6a\x94\xf0\x3d\x21\x4e\x05\x9b\x7a\x62\xd1\xf0\xa8\xc3\xe4\x0d\x00\x06\x61\x11\xad\x69\xd8\x27\x00\x00"
	k, err := keyspace.ParseRecord([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	s := &catalog.Stream{View: catalog.ViewNew, Key: []catalog.Attribute{{Name: "artist", Type: attr.S}}}
	if err := Check(s, k, []byte(value)); err != nil {
		t.Error(err)
	}
	var r Record
	if err := r.decode(s, k, []byte(value)); err != nil || r.String() != "100001795578411997223000" || r.Event != Modify {
		t.Errorf("it is read as %+v, %v", r, err)
	}
	if made := r.Created.UTC().Format(time.RFC3339Nano); made != "2026-11-25T03:46:51.997Z" {
		t.Errorf("it was made at %s", made)
	}
}

func TestCheck(t *testing.T) {
	it := attr.Item("\x01\x01k\x05\x01v")
	slot := keyspace.Slot([]byte("v"))
	s := &catalog.Stream{View: catalog.ViewNew, Key: []catalog.Attribute{{Name: "k", Type: attr.S}}, Shards: []catalog.Shard{{From: 10}}}
	number := *s
	number.Key = []catalog.Attribute{{Name: "k", Type: attr.N}}
	trimmed := *s
	trimmed.Trimmed = 5
	insert := value{flags: byte(Insert) | flagNew, parts: [2]part{{it, 2}}, n: 1}
	for _, c := range []struct {
		name   string
		stream *catalog.Stream
		key    keyspace.RecordKey
		value  value
		want   string
	}{
		{"fine", s, keyspace.RecordKey{Slot: slot, Seq: 10}, insert, ""},
		{"another slot", s, keyspace.RecordKey{Slot: slot ^ 1, Seq: 10}, insert, "record lies in slot 7, its item belongs to slot 6"},
		{"too many in a transaction", s, keyspace.RecordKey{Slot: slot, Seq: 10, N: RecordsMax}, insert, "record is number 1000 of its transaction"},
		{"before the stream", s, keyspace.RecordKey{Slot: slot, Seq: 9}, insert, "record is older than its stream"},
		{"trimming", &trimmed, keyspace.RecordKey{Slot: slot, Seq: 4}, insert, ""},
		{"a key of another type", &number, keyspace.RecordKey{Slot: slot, Seq: 10}, insert, `record has the key attribute "k" of type "S", not "N"`},
		{
			"an image too many", s,
			keyspace.RecordKey{Slot: slot, Seq: 10},
			value{flags: byte(Remove) | flagOld, parts: insert.parts, n: 1},
			"record of a change REMOVE has the flags 0x13, which the view NEW_IMAGE does not show so",
		},
		{
			"another size", s,
			keyspace.RecordKey{Slot: slot, Seq: 10},
			value{flags: insert.flags, parts: [2]part{{it, 3}}, n: 1},
			"record says that an item is 3 bytes, which has 2",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := make([]byte, c.value.len())
			c.value.put(b)
			got := ""
			if err := Check(c.stream, c.key, b); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
