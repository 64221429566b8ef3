package stream

import (
	"cmp"
	"fmt"
	"strconv"
)

// Position is a place in a log: in front of the record of that sequence and number, whether there is
// one or not. Positions are the same in all shards and slots.
type Position struct {
	Seq uint64 // of the transaction
	N   uint16 // of the record in it, below RecordsMax
}

// RecordsMax is how many records a transaction may have at most: what the number of one has room for in
// a sequence number.
const RecordsMax = 1000

// The parts of a sequence number, as clients see it: a 1, so that there are no leading zeros, and both
// parts of a position in a fixed width, so that sequence numbers sort alike as numbers and as texts.
// DynamoDB allows 21 to 40 digits.
const (
	seqDigits    = 20
	nDigits      = 3
	numberDigits = 1 + seqDigits + nDigits
)

// String returns p as a sequence number.
func (p Position) String() string { return fmt.Sprintf("1%0*d%0*d", seqDigits, p.Seq, nDigits, p.N) }

// ParsePosition reads a sequence number. ok is false for one that String never returns.
func ParsePosition(text string) (p Position, ok bool) {
	if len(text) != numberDigits || text[0] != '1' {
		return p, false
	}
	seq, err := strconv.ParseUint(text[1:1+seqDigits], 10, 64)
	if err != nil {
		return p, false
	}
	n, err := strconv.ParseUint(text[1+seqDigits:], 10, 16)
	return Position{seq, uint16(n)}, err == nil
}

// Compare orders positions.
func (p Position) Compare(o Position) int {
	return cmp.Or(cmp.Compare(p.Seq, o.Seq), cmp.Compare(p.N, o.N))
}

// After returns the position behind the record at p.
func (p Position) After() Position { return Position{p.Seq, p.N + 1} }
