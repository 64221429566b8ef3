package attr

import (
	"bytes"

	"github.com/statordb/stator/internal/coral"
)

// keptLevels is the deepest level that a Decoder encodes. Deeper values are read and checked but
// stored nowhere: they are always refused, and moving their bytes once per level would make the cost
// of a body more than linear.
const keptLevels = LevelsMax + 2

const valueClass = coral.Class("com.amazonaws.dynamodb.v20120810.AttributeValue")

// Decoder reads attribute values from JSON into their encoding, without anything in between. What it
// returns is a part of one growing buffer and stays valid until Reset.
type Decoder struct {
	buf     []byte
	entries []entry // of the maps and sets that are open, innermost last
	faults  Faults
	key     []byte // the top-level name being read
	listed  int    // elements that Values has read
}

// valuesMax is how many elements all lists together may have that Values reads. No operation takes
// more than a few hundred; a body of 16 MiB could have millions, each many times as large in memory.
const valuesMax = 1 << 16

// Reset forgets all that was decoded; its memory is used again.
func (d *Decoder) Reset() { d.buf, d.entries, d.key, d.listed = d.buf[:0], d.entries[:0], nil, 0 }

// Item reads a map from attribute names to attribute values. A body that is none fails in r; faults
// of the values are returned.
func (d *Decoder) Item(r *coral.Reader) (Item, Faults) {
	d.faults, d.key = Faults{}, nil
	start := len(d.buf)
	if !r.Map(valueClass) {
		return nil, d.faults
	}
	b := d.fields(r, 1)
	d.buf = b.CloseItem(d.buf)
	return Item(d.since(start)), d.faults
}

// Value reads one attribute value that is the member of a structure.
func (d *Decoder) Value(r *coral.Reader) (Value, Faults) {
	d.faults, d.key = Faults{}, nil
	start := len(d.buf)
	d.value(r, 1, false)
	return Value(d.since(start)), d.faults
}

// Values reads a list of attribute values that is the member of a structure. An empty list is not nil.
func (d *Decoder) Values(r *coral.Reader) ([]Value, Faults) {
	d.faults, d.key = Faults{}, nil
	if !r.List() {
		return nil, d.faults
	}
	vs := []Value{}
	for r.NextElement() {
		if d.listed++; d.listed > valuesMax {
			r.Fail("The request has more than 65536 attribute values in lists")
		}
		start := len(d.buf)
		d.value(r, 1, true)
		vs = append(vs, Value(d.since(start)))
	}
	return vs, d.faults
}

// since returns what was appended after start, in a slice that cannot grow into what comes next.
func (d *Decoder) since(start int) []byte { return d.buf[start:len(d.buf):len(d.buf)] }

// fields appends the entries of an object that has been opened, sorted by name; of entries with one
// name the last stays. level is the level of their values. The caller closes what is returned.
func (d *Decoder) fields(r *coral.Reader, level int) Builder {
	var b Builder
	b.Open(d.buf)
	base, sorted := len(d.entries), true
	var before []byte
	for name, ok := r.NextMember(); ok; name, ok = r.NextMember() {
		if level == 1 {
			d.key = name
		}
		switch {
		case len(name) == 0 && !d.faults.EmptyName:
			d.faults.EmptyName, d.faults.EmptyNameKey = true, string(d.key)
		case len(name) > NameBytesMax && !d.faults.LongName:
			d.faults.LongName, d.faults.LongNameKey = true, string(d.key)
		}
		if len(d.entries) > base && bytes.Compare(before, name) >= 0 {
			sorted = false
		}
		before = name
		off := len(d.buf)
		d.buf = appendName(d.buf, name)
		d.value(r, level, true)
		d.entries = append(d.entries, entry{off, len(d.buf)})
	}
	es := d.entries[base:]
	b.count = len(es)
	if !sorted {
		sortEntries(d.buf, es)
		d.buf, b.count = arrange(d.buf, b.start, es)
	}
	d.entries = d.entries[:base]
	return b
}

// value reads an attribute value, appends its encoding, and reports what is wrong with it. The
// recursion through list and map is bounded by coral.DepthMax.
func (d *Decoder) value(r *coral.Reader, level int, nested bool) {
	d.faults.Levels = max(d.faults.Levels, level)
	if level > LevelsMax && d.faults.DeepKey == "" {
		d.faults.DeepKey = string(d.key)
	}
	switch name, text, _ := r.Lone("SN"); name {
	case 'S':
		d.buf = AppendS(d.buf, text)
		return
	case 'N':
		d.buf = append(d.buf, tagN)
		d.judge(1, d.numberText(text))
		return
	}
	start := len(d.buf)
	types, worst := 0, Fault{}
	if !r.Null() && r.Struct(valueClass, nested) {
		for name, ok := r.NextMember(); ok; name, ok = r.NextMember() {
			t := TypeNamed(string(name))
			if t == Invalid {
				r.Skip()
				continue
			}
			if r.Null() {
				continue
			}
			types++
			d.buf = d.buf[:start]
			if f := d.typed(r, t, level); worst.Kind == NoFault || f.Kind != NoFault && f.Kind < worst.Kind {
				worst = f
			}
		}
	}
	d.judge(types, worst)
	if types == 0 {
		d.buf = AppendNull(d.buf)
	}
}

// judge reports the fault of a value that gave so many types.
func (d *Decoder) judge(types int, worst Fault) {
	switch {
	case types == 0:
		worst = faultNoType
	case types > 1:
		d.faults.ManyTypes = true
		if worst.Kind == NoFault {
			worst = faultManyTypes
		}
	case worst.Kind == NullIsFalse:
		d.faults.NullFalse = true
	}
	if worst.Kind != NoFault {
		d.faults.report(d.key, worst)
	}
}

// typed reads what stands under the name of type t.
func (d *Decoder) typed(r *coral.Reader, t Type, level int) Fault {
	switch t {
	case S:
		d.buf = AppendS(d.buf, r.Text())
	case N:
		d.buf = append(d.buf, tagN)
		return d.number(r)
	case B:
		d.buf = append(d.buf, tagB)
		d.blob(r)
	case BOOL:
		d.buf = AppendBool(d.buf, r.Bool())
	case NULL:
		isNull := r.Bool()
		d.buf = AppendNull(d.buf)
		if !isNull {
			return faultNullIsFalse
		}
	case SS, NS, BS:
		return d.set(r, t)
	case L:
		d.list(r, level)
	case M:
		if r.Map(valueClass) {
			b := d.fields(r, level+1)
			d.close(b, M, level)
		}
	}
	return Fault{}
}

// number appends the length and the bytes of the number that comes next.
func (d *Decoder) number(r *coral.Reader) Fault {
	f := d.numberText(r.Text())
	if r.Failed() {
		return Fault{}
	}
	return f
}

// numberText appends those of the number that text is.
func (d *Decoder) numberText(text []byte) Fault {
	var buf [2 + numberPairsMax]byte
	n, f := ParseNumber(buf[:0], text)
	d.buf = appendScalar(d.buf, n)
	if f != NumberFine {
		return numberFault(text, f)
	}
	return Fault{}
}

// blob appends the length and the bytes of a binary value.
func (d *Decoder) blob(r *coral.Reader) {
	start := len(d.buf)
	d.buf = r.Blob(d.buf)
	n := len(d.buf) - start
	d.buf = prefixLength(d.buf, start, n)
}

// list appends an L.
func (d *Decoder) list(r *coral.Reader, level int) {
	if !r.List() {
		return
	}
	var b Builder
	for b.Open(d.buf); r.NextElement(); b.count++ {
		d.value(r, level+1, true)
	}
	d.close(b, L, level)
}

// close ends the container b, at level.
func (d *Decoder) close(b Builder, t Type, level int) {
	if level >= keptLevels {
		d.buf = AppendNull(d.buf[:b.start])
		return
	}
	d.buf = b.Close(d.buf, t)
}

// set appends a set, its members sorted.
func (d *Decoder) set(r *coral.Reader, t Type) (worst Fault) {
	if !r.List() {
		return worst
	}
	var b Builder
	b.Open(d.buf)
	base := len(d.entries)
	for r.NextElement() {
		f := Fault{}
		off := len(d.buf)
		switch {
		case r.Null():
			f = faultsNullMember[t]
		case t == SS:
			d.buf = appendScalar(d.buf, r.Text())
		case t == NS:
			f = d.number(r)
		default:
			d.blob(r)
		}
		if len(d.buf) > off {
			d.entries = append(d.entries, entry{off, len(d.buf)})
		}
		if worst.Kind == NoFault {
			worst = f
		}
	}
	es := d.entries[base:]
	if len(es) == 0 && worst.Kind == NoFault {
		worst = faultsEmptySet[t]
	}
	if repeated := sortEntries(d.buf, es); repeated && worst.Kind == NoFault {
		worst = duplicateFault(t, d.asSent(es))
	}
	d.buf, b.count = arrange(d.buf, b.start, es)
	d.buf = b.Close(d.buf, t)
	d.entries = d.entries[:base]
	return worst
}

// asSent returns copies of the keys of es in the order they were read.
func (d *Decoder) asSent(es []entry) [][]byte {
	sent := make([][]byte, 0, len(es))
	for _, e := range sortedByOffset(es) {
		sent = append(sent, bytes.Clone(e.key(d.buf)))
	}
	return sent
}
