package op

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

const (
	tooDeep = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"

	// veryDeepLevels is the level from which AWS's older layer finds a value too deep before the
	// newer one sees it: 63 maps or lists around a leaf (captures-items §3.4).
	veryDeepLevels = 64
)

var (
	errTooDeep            = apierr.Validation(tooDeep)
	errEmptyAttributeName = apierr.Validation("Empty attribute name")
	errLongAttributeName  = apierr.Validation("Attribute name is too large, must be less than 65536 bytes") // DynamoDB Local's text
	errNullFalse          = apierr.Invalid("Null attribute value types must have the value of true")
)

// invalidValue is err, a refusal of the expression value under key, where AWS names the key.
func invalidValue(err *apierr.Error, key string) *apierr.Error {
	return apierr.Validation("ExpressionAttributeValues contains invalid value: " + err.Message + " for key " + key)
}

// part is some attribute values of a request.
type part struct {
	*attr.Faults
	values bool // they are ExpressionAttributeValues
}

// parts calls visit with all attribute values of the request until it returns false: first those that
// are stored or look something up, then those of expressions.
func (r *itemRequest) parts(visit func(part) bool) {
	if !visit(part{&r.attributes.Faults, false}) || !r.legacyParts(visit) {
		return
	}
	if r.values != nil {
		visit(part{&r.values.Faults, true})
	}
}

// legacyParts is parts for AttributeUpdates, Expected, filters and KeyConditions. It reports whether
// visit wants more.
func (r *itemRequest) legacyParts(visit func(part) bool) bool {
	for i := range r.updates {
		if !visit(part{&r.updates[i].V.Value.Faults, false}) {
			return false
		}
	}
	for i := range r.expected {
		e := &r.expected[i].V
		if !visit(part{&e.Value.Faults, false}) || !visit(part{&e.AttributeValueList.Faults, false}) {
			return false
		}
	}
	for i := range r.filters {
		if !visit(part{&r.filters[i].V.AttributeValueList.Faults, false}) {
			return false
		}
	}
	for i := range r.keyConditions {
		if !visit(part{&r.keyConditions[i].V.AttributeValueList.Faults, false}) {
			return false
		}
	}
	return true
}

// veryDeepPart returns the first part with a value that is nested so deeply that the older layer answers.
func (r *itemRequest) veryDeepPart() (found part, ok bool) {
	r.parts(func(p part) bool {
		if p.Levels >= veryDeepLevels {
			found, ok = p, true
		}
		return !ok
	})
	return found, ok
}

// veryDeep refuses values that are nested very deeply, before anything else but member errors.
func (r *itemRequest) veryDeep() *apierr.Error {
	p, ok := r.veryDeepPart()
	switch {
	case !ok:
		return nil
	case p.values:
		return invalidValue(errTooDeep, p.DeepKey)
	}
	return errTooDeep
}

// emptyAttributeName refuses attribute names that are empty, or too long, wherever they stand.
func (r *itemRequest) emptyAttributeName() *apierr.Error {
	for _, n := range r.names {
		if err := nameLength(n.V); err != nil {
			return apierr.Validation("ExpressionAttributeNames contains invalid value: " + err.Message + " for key " + n.Key)
		}
	}
	if err := r.emptyNameInValue(); err != nil {
		return err
	}
	empty, long := false, false
	note := func(name string) {
		empty, long = empty || name == "", long || len(name) > attr.NameBytesMax
	}
	for _, name := range r.attributesToGet {
		note(name)
	}
	for i := range r.updates {
		note(r.updates[i].Key)
	}
	for i := range r.expected {
		note(r.expected[i].Key)
	}
	r.parts(func(p part) bool {
		// The top-level names of expression values are placeholders, which have a check of their own.
		empty = empty || p.EmptyName && (!p.values || p.EmptyNameKey != "")
		long = long || p.LongName && (!p.values || len(p.LongNameKey) <= attr.NameBytesMax)
		return !empty
	})
	switch {
	case empty:
		return r.shape(errEmptyAttributeName)
	case long:
		return r.shape(errLongAttributeName)
	}
	return nil
}

// emptyNameInValue refuses empty attribute names in the values of expressions where the key of the
// value is named, as it is in transactions.
func (r *itemRequest) emptyNameInValue() *apierr.Error {
	if r.within != aTransaction || r.values == nil || r.values.Faults.EmptyNameKey == "" {
		return nil
	}
	return invalidValue(errEmptyAttributeName, r.values.Faults.EmptyNameKey)
}

// nameLength refuses an attribute name that is empty or too long.
func nameLength(name string) *apierr.Error {
	switch {
	case name == "":
		return errEmptyAttributeName
	case len(name) > attr.NameBytesMax:
		return errLongAttributeName
	}
	return nil
}

// nesting refuses a key, updates or expectations that are nested too deeply.
func (r *itemRequest) nesting() *apierr.Error {
	if r.attributes.Faults.TooDeep() {
		return r.shape(errTooDeep)
	}
	return r.legacyNesting()
}

// legacyNesting refuses updates or expectations that are nested too deeply.
func (r *itemRequest) legacyNesting() (err *apierr.Error) {
	r.legacyParts(func(p part) bool {
		if p.TooDeep() {
			err = r.shape(errTooDeep)
		}
		return err == nil
	})
	return err
}

// itemValues refuses the values of an item to put.
func (r *itemRequest) itemValues() *apierr.Error {
	if err := r.refused(&r.attributes.Faults); err != nil {
		return err
	}
	if r.attributes.Faults.TooDeep() {
		return r.shape(errTooDeep)
	}
	return nil
}

// keyValues refuses the values of a key.
func (r *itemRequest) keyValues() *apierr.Error {
	f := &r.attributes.Faults
	if f.First.Kind == attr.EmptySet && !f.NullFalse {
		return r.fault(f)
	}
	return r.refused(f)
}

// refused returns the refusal of values that have a fault, or nil if they have none. A null that says
// it is none comes before other faults, and faults of the union come bare.
func (r *itemRequest) refused(f *attr.Faults) *apierr.Error {
	switch {
	case !f.Any():
		return nil
	case f.NullFalse && !r.older:
		return r.shape(errNullFalse)
	case f.First.Kind == attr.NoType || f.First.Kind == attr.ManyTypes:
		return r.fault(f)
	}
	return r.shape(r.fault(f))
}

// fault is the first fault in the words of the layer that answers.
func (r *itemRequest) fault(f *attr.Faults) *apierr.Error {
	if r.older {
		return apierr.Validation(f.First.Older)
	}
	return apierr.Validation(f.First.Newer)
}

// expressionValues refuses the values of expressions.
func (r *itemRequest) expressionValues() *apierr.Error {
	f := &r.values.Faults
	if f.TooDeep() {
		return r.shape(errTooDeep)
	}
	return r.faultyExpressionValue()
}

// faultyExpressionValue refuses the values of expressions, but for how deep they are.
func (r *itemRequest) faultyExpressionValue() *apierr.Error {
	f := &r.values.Faults
	err := r.refused(f)
	if err != nil && r.namesInvalidValue(f.First.Kind) {
		return invalidValue(err, f.FirstKey)
	}
	return err
}

// namesInvalidValue reports whether AWS names the key of an expression value with such a fault. The
// older layer does on UpdateItem and in transactions always, on DeleteItem and Query for nulls; Query
// does so for values without a type, whatever the layer (captures-items §1, §3.2).
func (r *itemRequest) namesInvalidValue(k attr.FaultKind) bool {
	if r.within == aTransaction {
		return true
	}
	if r.kind == querying && k == attr.NoType {
		return true
	}
	return r.older && (r.kind == updating || (r.kind == deleting || r.kind == querying) && k == attr.NullIsFalse)
}
