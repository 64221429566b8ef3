package attr

import "iter"

// Limits of items, from "Constraints in Amazon DynamoDB".
const (
	ItemBytesMax         = 400 * 1024 // names and values of an item, as Size counts
	NameBytesMax         = 1<<16 - 1  // of an attribute name, at any level
	LevelsMax            = 32         // the deepest level that a value may be at
	PartitionKeyBytesMax = 2048
	SortKeyBytesMax      = 1024
)

// Bytes that DynamoDB counts for the structure of lists and maps.
const (
	containerBytes = 3
	elementBytes   = 1
)

// sizePerByte is how many bytes DynamoDB counts at most for a byte of an encoded item: two for a null in a list.
const sizePerByte = 2

// Size returns the bytes that DynamoDB counts for v ("Item sizes and formats").
func (v Value) Size() int {
	switch t := v.Type(); t {
	case S, B:
		return len(v.Bytes())
	case N:
		return v.Number().Size()
	case BOOL, NULL:
		return 1
	case SS, BS, NS:
		size := 0
		for m := v.Members(); m.Next(); {
			if t == NS {
				size += Number(m.Member).Size()
			} else {
				size += len(m.Member)
			}
		}
		return size
	case L:
		size := containerBytes
		for e := v.Elements(); e.Next(); {
			size += elementBytes + e.Value.Size()
		}
		return size
	case M:
		size := containerBytes
		for f := v.Map().Fields(); f.Next(); {
			size += elementBytes + len(f.Name) + f.Value.Size()
		}
		return size
	}
	return 0
}

// Size returns the bytes that DynamoDB counts for it: names and values of its attributes.
func (it Item) Size() int {
	size := 0
	for f := it.Fields(); f.Next(); {
		size += len(f.Name) + f.Value.Size()
	}
	return size
}

// Fits reports whether the size of it is at most bytes. Most items are so small that their length says so.
func (it Item) Fits(bytes int) bool { return len(it) <= bytes/sizePerByte || it.Size() <= bytes }

// FitTogether reports whether the sizes of items are together at most bytes, as Fits does of one.
func FitTogether(items iter.Seq[Item], bytes int) bool {
	length, size := 0, 0
	for it := range items {
		length += len(it)
	}
	if length <= bytes/sizePerByte {
		return true
	}
	for it := range items {
		size += it.Size()
	}
	return size <= bytes
}

// Levels returns the deepest level of nesting in it; a top-level value is at level 1.
func (it Item) Levels() int {
	deepest := 0
	for f := it.Fields(); f.Next(); {
		deepest = max(deepest, f.Value.levels())
	}
	return deepest
}

func (v Value) levels() int {
	deepest := 0
	switch v.Type() {
	case L:
		for e := v.Elements(); e.Next(); {
			deepest = max(deepest, e.Value.levels())
		}
	case M:
		deepest = v.Map().Levels()
	default: // nothing else has levels below it
	}
	return deepest + 1
}
