package op

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// startKeyPrefix begins many refusals of an exclusive start key.
const startKeyPrefix = "The provided starting key is invalid"

// invalidStartKey is err, a refusal of the start key, where AWS says that it is the start key's.
func invalidStartKey(err *apierr.Error) *apierr.Error {
	return apierr.Validation(startKeyPrefix + ": " + err.Message)
}

// veryDeep refuses values that are nested very deeply, before anything else but member errors.
func (r *pageRequest) veryDeep() *apierr.Error {
	if p, ok := r.veryDeepPart(); ok && p.Faults == &r.attributes.Faults {
		return invalidStartKey(errTooDeep)
	}
	return r.itemRequest.veryDeep()
}

// filterLevelsMax is the deepest level of a value in a filter: a Scan has one more than is stored
// (captures-items §3.4).
func (r *pageRequest) filterLevelsMax() int {
	if r.kind == scanning {
		return attr.LevelsMax + 1
	}
	return attr.LevelsMax
}

// filterValues refuses the values of filters and KeyConditions: first what is nested too deeply, then
// what is no value.
func (r *pageRequest) filterValues() (err *apierr.Error) {
	r.legacyParts(func(p part) bool {
		if p.Levels > r.filterLevelsMax() {
			err = errTooDeep
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	r.legacyParts(func(p part) bool {
		err = r.refused(p.Faults)
		return err == nil
	})
	return err
}

// startKeyValues refuses the values of the exclusive start key.
func (r *pageRequest) startKeyValues() *apierr.Error {
	f := &r.attributes.Faults
	switch {
	case f.TooDeep() && r.kind == scanning:
		return invalidStartKey(errTooDeep)
	case f.TooDeep():
		return errTooDeep
	}
	err := r.refused(f)
	if err != nil && (f.First.Kind == attr.NoType || f.First.Kind == attr.ManyTypes) {
		return invalidStartKey(err)
	}
	return err
}
