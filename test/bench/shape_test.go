package main

import (
	"encoding/json"
	"testing"
)

// TestItemSize counts items as DynamoDB does: names and texts in bytes, a number half a byte a digit and one.
func TestItemSize(t *testing.T) {
	for _, c := range []config{
		{keys: 10, itemBytes: 1024, attributes: 8}, {keys: 10, itemBytes: 100, attributes: 1}, {keys: 10, itemBytes: 4097, attributes: 100},
	} {
		s := newShape(&c)
		for _, index := range []uint64{0, 1, 10, 1 << 40} {
			var item map[string]map[string]string
			if err := json.Unmarshal(s.appendItem(nil, index, 999), &item); err != nil {
				t.Fatal(err)
			}
			size := 0
			for name, value := range item {
				size += len(name) + len(value["S"])
				if digits := value["N"]; digits != "" {
					size += 1 + (len(digits)+1)/2
				}
			}
			if size != c.itemBytes {
				t.Errorf("item %d of %d attributes has %d bytes, want %d", index, c.attributes, size, c.itemBytes)
			}
		}
	}
}

// TestBodies checks that requests are JSON and that a read of an item passes the check of that item alone.
func TestBodies(t *testing.T) {
	s := newShape(testConfig())
	for _, o := range allOperations {
		for serial := range uint64(50) {
			index := o.index(s, serial)
			if b := o.body(nil, s, index, serial); !json.Valid(b) {
				t.Errorf("%s: %s", o.name, b)
			}
		}
	}
	body := s.appendItem(nil, 7, 0)
	if err := s.checkItem(7, body); err != nil {
		t.Error(err)
	}
	if s.checkItem(8, body) == nil {
		t.Error("item 7 passes for item 8")
	}
}

// TestIndexes checks which items operations are about.
func TestIndexes(t *testing.T) {
	s := newShape(testConfig())
	seen := map[uint64]bool{}
	for serial := range uint64(5000) {
		index := s.known(serial)
		if index < 1 || index > s.keys {
			t.Fatalf("item %d is not loaded", index)
		}
		seen[index] = true
		if fresh := s.fresh(serial); fresh <= s.keys || seen[fresh] {
			t.Fatalf("item %d is not fresh", fresh)
		}
	}
	if len(seen) != int(s.keys) {
		t.Errorf("%d of %d items are ever asked for", len(seen), s.keys)
	}
	if s.hot(1) == s.first(1) || s.hot(1) != s.hot(2) || s.first(1) != s.first(2) {
		t.Error("the hot items are not two")
	}
}
