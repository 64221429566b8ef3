package keyspace

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestEntryOrder checks that entries of one partition ascend by their sort attributes, one after the
// other, and that what is made of parts tells the parts apart.
func TestEntryOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 2, 0x61, 0xfe, 0xff}), 0, 3)
		id, ix := TableID{1, 2, 3}, IndexID(7)
		hash := rapid.SliceOfN(part, 1, 3).Draw(t, "hash")
		n := rapid.IntRange(0, 3).Draw(t, "sort attributes")
		sort := rapid.SliceOfN(part, n, n)
		s1, s2 := sort.Draw(t, "sort 1"), sort.Draw(t, "sort 2")
		pk1, pk2 := part.Draw(t, "pk 1"), part.Draw(t, "pk 2")
		a, b := id.Entry(nil, ix, hash, s1, pk1, nil), id.Entry(nil, ix, hash, s2, pk2, nil)
		want := slices.CompareFunc(s1, s2, bytes.Compare)
		if got := bytes.Compare(a, b); want != 0 && got != want {
			t.Fatalf("entries with sort attributes %x and %x compare as %d", s1, s2, got)
		}
		if bytes.Equal(a, b) != (want == 0 && bytes.Equal(pk1, pk2)) {
			t.Fatalf("two entries share a key: %x", a)
		}
		prefix := id.EntryPartition(nil, ix, hash)
		if !bytes.HasPrefix(a, prefix) {
			t.Fatalf("%x does not begin with its partition %x", a, prefix)
		}
		if n > 0 {
			begins := AppendSortPrefix(slices.Clone(prefix), s1[0])
			in := bytes.Compare(b, begins) >= 0 && bytes.Compare(b, End(begins)) < 0
			if in != bytes.HasPrefix(s2[0], s1[0]) {
				t.Fatalf("%x begins with %x: the range says %v", s2[0], s1[0], in)
			}
		}
		if lo, hi := id.Index(ix); bytes.Compare(a, lo) < 0 || bytes.Compare(a, hi) >= 0 {
			t.Fatal("an entry is outside its index")
		}
		if p, err := Parse(a); err != nil || p.Kind != KindEntry || p.Index != ix || p.ID != id {
			t.Fatalf("%x is read as %+v: %v", a, p, err)
		}
	})
}

// TestSegments checks that the segments of a scan are a partition of the rows, whatever their number.
func TestSegments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := TableID{1, 2, 3}
		n := rapid.IntRange(1, 1_000_000).Draw(t, "segments")
		i := rapid.IntRange(0, n-1).Draw(t, "segment")
		lo, hi := id.RowSegment(i, n)
		first := id.Row(nil, nil, nil)
		copy(first[len(first)-1-hashBytes:], make([]byte, hashBytes)) // the least hash there is
		if _, end := id.Rows(); i == 0 && bytes.Compare(lo, first) > 0 || i == n-1 && !bytes.Equal(hi, end) {
			t.Fatalf("segment %d of %d leaves rows out", i, n)
		}
		if i+1 < n {
			if next, _ := id.RowSegment(i+1, n); !bytes.Equal(hi, next) {
				t.Fatalf("segment %d of %d ends at %x, the next begins at %x", i, n, hi, next)
			}
		}
		if bytes.Compare(lo, hi) > 0 {
			t.Fatalf("segment %d of %d is turned round", i, n)
		}
	})
}
