package main

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// Sizes of an item's parts.
const (
	keyDigits     = 16
	keyBytes      = len("item-") + keyDigits
	tallyBytes    = 3        // a number of up to four digits as DynamoDB counts it
	textPoolBytes = 64 << 10 // texts are cut from here
	attributesMax = 100      // two digits in a name
)

// hotIndex is the item that update-hot counts on. It is loaded like any other and never put again.
const hotIndex uint64 = 0

// shape makes items: which keys there are and what an item of a key holds. An item is a function of its
// index, so any answer can be judged without remembering what was written.
type shape struct {
	table      string // made by the run on every target that is no bare handler
	keys       uint64 // loaded items are 1 to keys, and hotIndex
	itemBytes  int
	attributes int
	seed       uint64
	pool       []byte // random letters and digits: compresses badly, as real contents do
}

func newShape(c *config) *shape {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	s := &shape{table: newTableName(time.Now()), keys: uint64(c.keys), itemBytes: c.itemBytes, attributes: c.attributes, seed: c.seed}
	s.pool = make([]byte, textPoolBytes+c.itemBytes)
	for i := range s.pool {
		s.pool[i] = alphabet[mix(s.seed+uint64(i))%uint64(len(alphabet))]
	}
	return s
}

// overheadBytes is what an item costs beside its texts.
func (s *shape) overheadBytes() int {
	return len("pk") + keyBytes + len("tally") + tallyBytes + s.attributes*len("a00")
}

// text returns the contents of one attribute. The last one takes what the division leaves.
func (s *shape) text(index uint64, attribute int) []byte {
	room := s.itemBytes - s.overheadBytes()
	n := room / s.attributes
	if attribute == s.attributes-1 {
		n = room - n*(s.attributes-1)
	}
	at := mix(index*attributesMax+uint64(attribute)) % textPoolBytes
	return s.pool[at:][:n]
}

// known returns one of the loaded items, all equally likely; fresh one that no other serial returns;
// hot and first always the same one, first another than hot, so that puts leave hot's tally alone.
func (s *shape) known(serial uint64) uint64 { return 1 + mix(s.seed^serial<<1)%s.keys }
func (s *shape) fresh(serial uint64) uint64 { return 1 + s.keys + serial }
func (s *shape) hot(uint64) uint64          { return hotIndex }
func (s *shape) first(uint64) uint64        { return 1 }

// appendKey appends the key of an item as the JSON of a map with one attribute.
func (s *shape) appendKey(b []byte, index uint64) []byte {
	b = append(b, `{"pk":{"S":"`...)
	b = appendName(b, index)
	return append(b, `"}}`...)
}

// appendItem appends a whole item. The tally makes two writes of one item differ.
func (s *shape) appendItem(b []byte, index, tally uint64) []byte {
	b = append(b, `{"pk":{"S":"`...)
	b = appendName(b, index)
	b = append(b, `"},"tally":{"N":"`...)
	b = strconv.AppendUint(b, tally, 10)
	b = append(b, `"}`...)
	for i := range s.attributes {
		b = append(b, `,"a`...)
		b = append(b, byte('0'+i/10), byte('0'+i%10))
		b = append(b, `":{"S":"`...)
		b = append(b, s.text(index, i)...)
		b = append(b, `"}`...)
	}
	return append(b, '}')
}

// checkItem tells whether body holds the item: its key and all its texts.
func (s *shape) checkItem(index uint64, body []byte) error {
	if !bytes.Contains(body, appendName(nil, index)) {
		return fmt.Errorf("the answer lacks the key of item %d", index)
	}
	for i := range s.attributes {
		if !bytes.Contains(body, s.text(index, i)) {
			return fmt.Errorf("the answer lacks attribute %d of item %d", i, index)
		}
	}
	return nil
}

// appendName appends the partition key of an item, always keyBytes long.
func appendName(b []byte, index uint64) []byte {
	return appendDigits(append(b, "item-"...), index)
}

// appendDigits appends a number, always keyDigits long.
func appendDigits(b []byte, n uint64) []byte {
	var digits [keyDigits]byte
	for i := range digits {
		digits[keyDigits-1-i] = byte('0' + n%10)
		n /= 10
	}
	return append(b, digits[:]...)
}

// mix spreads x over all 64 bits (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
