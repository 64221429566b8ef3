package expr

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// ref is a document path or a :value in a text. A parsed expression has its refs in the order of the
// text, and its parts mean them by their index.
type ref struct {
	path   attr.Path // as written: placeholders stand as names
	marked bool      // there are placeholders in path
	value  string    // the placeholder of a value, if path is nil
}

// bound is what a ref means in a request.
type bound struct {
	path  attr.Path
	value attr.Value
}

// isMark reports whether s is the placeholder of a name.
func isMark(s attr.Step) bool { return !s.IsIndex() && s.Name[0] == '#' }

// bind returns what r means.
func (r *ref) bind(k Kind, s *Scope) (bound, *apierr.Error) {
	if r.path != nil {
		path, err := r.bindPath(k, s)
		return bound{path: path}, err
	}
	v := s.value(r.value)
	if v == nil {
		return bound{}, k.refuse("An expression attribute value used in expression is not defined; attribute value: " + r.value)
	}
	return bound{value: v}, nil
}

func (r *ref) bindPath(k Kind, s *Scope) (attr.Path, *apierr.Error) {
	if !r.marked {
		return r.path, nil
	}
	path := s.path(len(r.path))
	for i, step := range r.path {
		if isMark(step) {
			name, found := s.name(step.Name)
			if !found {
				return nil, k.refuse("An expression attribute name used in the document path is not defined; attribute name: " + step.Name)
			}
			step.Name = name
		}
		path[i] = step
	}
	return path, nil
}

// bindAll returns what refs mean, names before values, as updates and projections check them.
func bindAll(k Kind, refs []ref, s *Scope) ([]bound, *apierr.Error) {
	out := s.boundRefs(len(refs))
	for _, values := range []bool{false, true} {
		for i := range refs {
			if r := &refs[i]; (r.path == nil) == values {
				var err *apierr.Error
				if out[i], err = r.bind(k, s); err != nil {
					return nil, err
				}
			}
		}
	}
	return out, nil
}
