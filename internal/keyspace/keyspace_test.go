package keyspace

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/attr"
)

func TestRowOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 0, 5)
		id := TableID{1, 2, 3}
		pk1, pk2 := key.Draw(t, "pk1"), key.Draw(t, "pk2")
		sk1, sk2 := key.Draw(t, "sk1"), key.Draw(t, "sk2")
		a, b := id.Row(nil, pk1, sk1), id.Row(nil, pk2, sk2)
		if bytes.Equal(pk1, pk2) && bytes.Compare(a, b) != bytes.Compare(sk1, sk2) {
			t.Fatalf("rows of one partition are not in the order of their sort keys: % x, % x", sk1, sk2)
		}
		if Hash(pk1) < Hash(pk2) && bytes.Compare(a, b) >= 0 {
			t.Fatalf("partitions are not in the order of their hashes: % x, % x", pk1, pk2)
		}
		if bytes.Equal(a, b) != (bytes.Equal(pk1, pk2) && bytes.Equal(sk1, sk2)) {
			t.Fatalf("two rows share a key: % x/% x and % x/% x", pk1, sk1, pk2, sk2)
		}
		p, err := Parse(a)
		if err != nil || p.ID != id || p.Kind != KindRow || !bytes.Equal(p.PK, pk1) || !bytes.Equal(p.SK, sk1) {
			t.Fatalf("% x is read as %+v: %v", a, p, err)
		}
		if lo, hi := id.Rows(); bytes.Compare(a, lo) < 0 || bytes.Compare(a, hi) >= 0 {
			t.Fatal("a row is outside the range of rows")
		}
		if lo, hi := id.All(); bytes.Compare(a, lo) < 0 || bytes.Compare(a, hi) >= 0 {
			t.Fatal("a row is outside the range of its table")
		}
	})
}

// TestHashOrder holds scan orders that dynalite's tests saw on AWS (test/scan.js).
func TestHashOrder(t *testing.T) {
	number := func(text string) []byte {
		n, fault := attr.ParseNumber(nil, []byte(text))
		if fault != attr.NumberFine {
			t.Fatal(text, fault)
		}
		return n
	}
	for name, c := range map[string]struct {
		bytes func(string) []byte
		order []string
	}{
		"strings": {
			func(s string) []byte { return []byte(s) },
			[]string{"2", "8", "9", "1", "6", "hello", "0", "5", "4", "äáöü", "aardman", "7", "3", "zapf"},
		},
		"numbers": {
			number,
			[]string{"7", "999.9", "8", "3", "2", "-999.9", "9", "4", "-0.09", "6", "1", "0", "0.012345", "5"},
		},
	} {
		for i := range c.order[1:] {
			a, b := c.order[i], c.order[i+1]
			if Hash(c.bytes(a)) >= Hash(c.bytes(b)) {
				t.Errorf("%s: %s does not come before %s", name, a, b)
			}
		}
	}
}

func TestRanges(t *testing.T) {
	last := TableID{}
	for i := range last {
		last[i] = 0xff
	}
	lo, hi := last.All()
	all, end := AllTables()
	if bytes.Compare(lo, all) < 0 || bytes.Compare(hi, end) > 0 {
		t.Errorf("the last table's range [% x, % x) is outside [% x, % x)", lo, hi, all, end)
	}
	key := last.Tally(7)
	if p, err := Parse(key); err != nil || p.Kind != KindTally || p.Slot != 7 || p.ID != last {
		t.Errorf("got %+v, %v", p, err)
	}
	if lo, hi := last.Tallies(); bytes.Compare(key, lo) < 0 || bytes.Compare(key, hi) >= 0 {
		t.Error("a tally is outside the range of tallies")
	}
	if lo, hi := Tables(); bytes.Compare(Table("abc"), lo) < 0 || bytes.Compare(Table("zzz"), hi) >= 0 {
		t.Error("a table is outside the range of tables")
	}
	if lo, hi := DroppedTables(); bytes.Compare(DroppedTable(last), lo) < 0 || bytes.Compare(DroppedTable(last), hi) >= 0 {
		t.Error("a dropped table is outside their range")
	}
}

func TestTableIDString(t *testing.T) {
	id := TableID{0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 1, 2, 3, 4, 5, 6, 7, 8}
	if got, want := id.String(), "12345678-9abc-def0-0102-030405060708"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(TableID{9}.Row(nil, []byte("pk"), []byte("sk")))
	f.Add(TableID{9}.Tally(1))
	f.Fuzz(func(t *testing.T, key []byte) {
		p, err := Parse(key)
		if err != nil || p.Kind != KindRow {
			return
		}
		if again := p.ID.Row(nil, p.PK, p.SK); !bytes.Equal(again, key) && len(again) == len(key) {
			t.Fatalf("% x parses, but its parts make % x", key, again)
		}
	})
}

// TestTokens holds that tokens are removed by the span of time that they came in.
func TestTokens(t *testing.T) {
	lo, hi := TokensBefore(0x01ff)
	for span, before := range map[uint32]bool{0: true, 0x01fe: true, 0x01ff: false, 0x0200: false} {
		for _, text := range []string{"", "token", "\xff\xff\xff\xff\xff"} {
			key := Token(span, 's', text)
			if got, operation, name, err := ParseToken(key); got != span || operation != 's' || name != text || err != nil {
				t.Errorf("the key of %q in span %#x is read as that of %c %q in %#x: %v", text, span, operation, name, got, err)
			}
			if in := bytes.Compare(key, lo) >= 0 && bytes.Compare(key, hi) < 0; in != before {
				t.Errorf("whether the token %q of span %#x is before %#x: %v", text, span, 0x01ff, in)
			}
		}
	}
	if bytes.Equal(Token(1, 'i', "a"), Token(1, 's', "a")) {
		t.Error("tokens of two operations meet")
	}
}
