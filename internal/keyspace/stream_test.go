package keyspace_test

import (
	"bytes"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/keyspace"
)

// TestRecordKeys holds that keys of change records say what went into them, ascend as records do, and
// that nothing else is taken for one.
func TestRecordKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) keyspace.RecordKey {
			return keyspace.RecordKey{
				ID:   keyspace.StreamID{rapid.Byte().Draw(t, label+" id")},
				Slot: rapid.Uint8Range(0, keyspace.Slots-1).Draw(t, label+" slot"),
				Seq:  rapid.Uint64().Draw(t, label+" seq"),
				N:    rapid.Uint16().Draw(t, label+" n"),
			}
		}
		key := func(k keyspace.RecordKey) []byte { return k.ID.Record(nil, k.Slot, k.Seq, k.N) }
		a, b := draw("a"), draw("b")
		if got, err := keyspace.ParseRecord(key(a)); err != nil || got != a {
			t.Fatalf("%+v comes back as %+v (%v)", a, got, err)
		}
		if a.ID == b.ID && a.Slot == b.Slot {
			earlier := a.Seq < b.Seq || a.Seq == b.Seq && a.N < b.N
			if (bytes.Compare(key(a), key(b)) < 0) != earlier {
				t.Fatalf("%+v and %+v are in another order than their keys", a, b)
			}
		}
		lo, hi := a.ID.Log()
		if k := key(a); bytes.Compare(k, lo) < 0 || bytes.Compare(k, hi) >= 0 {
			t.Fatalf("the key of %+v is outside of the log", a)
		}
		k := key(a)
		for _, wrong := range [][]byte{k[:len(k)-1], append(bytes.Clone(k), 0), keyspace.Stream(a.ID), nil} {
			if _, err := keyspace.ParseRecord(wrong); err == nil {
				t.Fatalf("%x is taken for a record", wrong)
			}
		}
	})
	if _, err := keyspace.ParseRecord(keyspace.StreamID{}.Record(nil, keyspace.Slots, 1, 1)); err == nil {
		t.Error("a slot that there is not is taken")
	}
}

// TestSlots holds that slots ascend with the hash, so that a run of them is a range of hashes.
func TestSlots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pk := rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "pk")
		const width = (math.MaxUint32 + 1) / keyspace.Slots
		if got, want := uint64(keyspace.Slot(pk)), uint64(keyspace.Hash(pk))/width; got != want {
			t.Fatalf("slot %d, want %d", got, want)
		}
	})
}

// TestExpiryKeys holds the same of the entries of items that expire.
func TestExpiryKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var id keyspace.TableID
		ix := keyspace.IndexID(rapid.Uint32().Draw(t, "index"))
		at := rapid.Uint64Range(0, math.MaxUint64-1).Draw(t, "at")
		pk := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "pk")
		sk := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "sk")
		key := id.Expiry(nil, ix, at, pk, sk)
		p, err := keyspace.Parse(key)
		if err != nil || p.Kind != keyspace.KindExpiry || p.Index != ix || p.Expiry != at ||
			!bytes.Equal(p.PK, pk) || !bytes.Equal(p.SK, sk) {
			t.Fatalf("comes back as %+v (%v)", p, err)
		}
		other := rapid.Uint64Range(0, math.MaxUint64-1).Draw(t, "other")
		lo, hi := id.ExpiriesBetween(ix, min(at, other), max(at, other)+1)
		if bytes.Compare(key, lo) < 0 || bytes.Compare(key, hi) >= 0 {
			t.Fatalf("%x is not in [%x, %x)", key, lo, hi)
		}
		if lo, hi = id.ExpiriesBetween(ix, at+1, math.MaxUint64); bytes.Compare(key, lo) >= 0 && bytes.Compare(key, hi) < 0 {
			t.Fatal("an entry is among those of later times")
		}
	})
}
