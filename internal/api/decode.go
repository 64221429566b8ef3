package api

import (
	"errors"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/coral"
)

// elementsMax is how many elements of lists and entries of maps a request may have outside its
// attribute values. No operation takes more than a few thousand; a body of 16 MiB could have
// millions, each many times as large in memory as in the body.
const elementsMax = 1 << 16

// keptBodyBytesMax is the size of a body up to which a Decoder keeps its memory for the next one.
const keptBodyBytesMax = 1 << 20

const (
	tooManyElements = "The request has more than 65536 list elements and map entries"

	// castFails is how AWS refuses a scalar where a list or map is an element of a list or map.
	castFails = "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class " +
		"(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of loader 'bootstrap')"
)

// Decoder reads the body of a request. It is to be used again: Reset gives it another body.
type Decoder struct {
	r         coral.Reader
	values    attr.Decoder
	bodyBytes int
	elements  int // read so far
	manyTypes bool
}

// Reset makes d read body. What was read before, attribute values above all, must not be used any more.
func (d *Decoder) Reset(body []byte) {
	d.r.Reset(body)
	if d.bodyBytes > keptBodyBytesMax {
		d.values = attr.Decoder{}
	}
	d.values.Reset()
	d.bodyBytes, d.elements, d.manyTypes = len(body), 0, false
}

// end checks that the body ends, and returns its first problem.
func (d *Decoder) end() *apierr.Error {
	err := d.r.End()
	if err == nil {
		return nil
	}
	var message string
	if e, ok := errors.AsType[*coral.Error](err); ok {
		message = e.Message
	}
	return apierr.Serialization(message)
}

// begin opens the body and returns the name of its first member.
func (d *Decoder) begin() (name []byte, ok bool) {
	if !d.r.OpenObject() {
		return nil, false
	}
	return d.r.NextMember()
}

// origin is the Origin of what has been read.
func (d *Decoder) origin() Origin {
	return Origin{StringBool: d.r.StringBool, ManyTypes: d.manyTypes, Coerced: d.r.Coerced}
}

// another counts an element and refuses the request if it is one too many.
func (d *Decoder) another() {
	d.elements++
	if d.elements > elementsMax {
		d.r.Fail(tooManyElements)
	}
}

// inner refuses a scalar in place of a list or map that is an element of a list or map.
func (d *Decoder) inner() {
	switch d.r.Peek() {
	case coral.String, coral.Number, coral.True, coral.False:
		d.r.Fail(castFails)
	default: // is refused, if it must be, where it is read
	}
}

// The methods below read a member. What was there before, of a member with the same name, goes.

func (d *Decoder) text(to *Opt[string]) {
	*to = Opt[string]{}
	if !d.r.Null() {
		*to = Some(string(d.r.Text()))
	}
}

// word reads a member that has an enum: the words of enums are not allocated.
func (d *Decoder) word(to *Opt[string]) {
	*to = Opt[string]{}
	if !d.r.Null() {
		*to = Some(enumWord(d.r.Text()))
	}
}

func (d *Decoder) boolean(to *Opt[bool]) {
	*to = Opt[bool]{}
	if !d.r.Null() {
		*to = Some(d.r.Bool())
	}
}

func (d *Decoder) integer(to *Opt[int32]) {
	*to = Opt[int32]{}
	if !d.r.Null() {
		*to = Some(d.r.Int())
	}
}

func (d *Decoder) long(to *Opt[int64]) {
	*to = Opt[int64]{}
	if !d.r.Null() {
		*to = Some(d.r.Long())
	}
}

func (d *Decoder) double(to *Opt[float64]) {
	*to = Opt[float64]{}
	if !d.r.Null() {
		*to = Some(d.r.Double())
	}
}

func (d *Decoder) date(to *Opt[float64]) {
	*to = Opt[float64]{}
	if !d.r.Null() {
		*to = Some(d.r.Date())
	}
}

func (d *Decoder) attributes(to *Attributes) {
	*to = Attributes{}
	if !d.r.Null() {
		to.Item, to.Faults = d.values.Item(&d.r)
		d.manyTypes = d.manyTypes || to.Faults.ManyTypes
	}
}

func (d *Decoder) attribute(to *Attribute) {
	*to = Attribute{}
	if !d.r.Null() {
		to.Value, to.Faults = d.values.Value(&d.r)
		d.manyTypes = d.manyTypes || to.Faults.ManyTypes
	}
}

func (d *Decoder) attributeList(to *AttributeList) {
	*to = AttributeList{}
	if !d.r.Null() {
		to.Values, to.Faults = d.values.Values(&d.r)
		d.manyTypes = d.manyTypes || to.Faults.ManyTypes
	}
}

// shape is implemented by pointers to structures that are members of inputs.
type shape[T any] interface {
	*T
	decode(d *Decoder) // reads the members, after the opening brace
	class() coral.Class
}

// structure reads a structure that is a member of a structure.
func structure[T any, P shape[T]](d *Decoder, to **T) {
	*to = nil
	if d.r.Null() || !d.r.Struct(P(nil).class(), false) {
		return
	}
	v := P(new(T))
	v.decode(d)
	*to = (*T)(v)
}

// firstElements is for how many elements a list that is not empty has room at first.
const firstElements = 4

// list reads a list that is a member of a structure, each element with read.
func list[T any](d *Decoder, to *[]T, read func(d *Decoder, to *T)) {
	*to = nil
	if d.r.Null() || !d.r.List() {
		return
	}
	elements := []T{}
	for d.r.NextElement() {
		d.another()
		if cap(elements) == 0 {
			elements = make([]T, 0, firstElements)
		}
		var zero T
		elements = append(elements, zero)
		read(d, &elements[len(elements)-1])
	}
	*to = elements
}

// mapOf reads a map whose values are of class, each value with read.
func mapOf[V any](d *Decoder, to *Map[V], class coral.Class, read func(d *Decoder, to *V)) {
	*to = nil
	if d.r.Null() || !d.r.Map(class) {
		return
	}
	entries := Map[V]{}
	for name, ok := d.r.NextMember(); ok; name, ok = d.r.NextMember() {
		d.another()
		entries = append(entries, Entry[V]{Key: string(name)})
		read(d, &entries[len(entries)-1].V)
	}
	*to = entries.unique()
}

// The functions below read an element of a list or a value of a map. They leave null as zero value,
// or make it the empty value where that is another.

func textElement(d *Decoder, to *string) {
	if !d.r.Null() {
		*to = string(d.r.Text())
	}
}

func wordElement(d *Decoder, to *string) {
	if !d.r.Null() {
		*to = enumWord(d.r.Text())
	}
}

func structureElement[T any, P shape[T]](d *Decoder, to *T) {
	if !d.r.Null() && d.r.Struct(P(nil).class(), true) {
		P(to).decode(d)
	}
}

func attributesElement(d *Decoder, to *Attributes) {
	d.inner()
	if d.attributes(to); to.Item == nil {
		to.Item = attr.EmptyItem
	}
}

func structuresElement[T any, P shape[T]](d *Decoder, to *[]T) {
	d.inner()
	if list(d, to, structureElement[T, P]); *to == nil {
		*to = []T{}
	}
}
