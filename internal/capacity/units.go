// Package capacity is about read and write units: what an operation costs and how a response says so.
// It promises DynamoDB's figures, computed from the sizes of items alone.
package capacity

// Bytes of an item that one unit pays for ("Read/write capacity mode", DynamoDB Developer Guide).
const (
	readUnitBytes  = 4096
	writeUnitBytes = 1024
)

// Transactional is the factor by which a transaction's units exceed those of a single operation.
const Transactional = 2

// Read returns the units that reading size bytes costs: a half of a unit for each 4 KB if eventually
// consistent, and never less than for one 4 KB. An item that is not there has size 0.
func Read(size int, strong bool) float64 {
	units := float64(max(1, ceil(size, readUnitBytes)))
	if !strong {
		units /= 2
	}
	return units
}

// Write returns the units that a write costs whose item had the size before and has the size after,
// 0 where there is none.
func Write(before, after int) float64 {
	return float64(max(1, ceil(max(before, after), writeUnitBytes)))
}

// IndexWrite returns the units that it costs to change an index whose entry had the size before and
// has the size after, 0 where there is none. An entry that moves is one taken away and one added.
func IndexWrite(before, after int, moves bool) float64 {
	if moves {
		return float64(ceil(before, writeUnitBytes) + ceil(after, writeUnitBytes))
	}
	return float64(ceil(max(before, after), writeUnitBytes))
}

func ceil(size, unit int) int { return (size + unit - 1) / unit }
