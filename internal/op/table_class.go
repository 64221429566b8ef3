package op

import (
	"time"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

const (
	standardClass   = "STANDARD"
	infrequentClass = "STANDARD_INFREQUENT_ACCESS"
)

// classChangesPer is the time in which a table's class may change twice.
const classChangesPer = 30 * 24 * time.Hour

// classKnown refuses a class that there is not.
func classKnown(class api.Opt[string]) *apierr.Error {
	if class.Set && class.V != standardClass && class.V != infrequentClass {
		return apierr.Validation("Invalid table-class parameter provided. Please try again with a valid table-class value: " +
			"[STANDARD, STANDARD_INFREQUENT_ACCESS].")
	}
	return nil
}

// newClass returns the class of a new table, if one is chosen. A choice of the standard class, which changes
// nothing, is reported all the same.
func newClass(class api.Opt[string]) *catalog.Class {
	if !class.Set {
		return nil
	}
	return &catalog.Class{Name: class.V}
}

// classify changes the class of t.
func classify(t *catalog.Table, class string, now time.Time) *apierr.Error {
	current := catalog.Class{Name: standardClass}
	if t.Class != nil {
		current = *t.Class
	}
	if !current.Before.IsZero() && now.Sub(current.Before) < classChangesPer {
		return apierr.LimitExceeded("Subscriber limit exceeded: Updates to TableClass are limited to 2 times in 30 day(s).")
	}
	if class != current.Name {
		t.Class = &catalog.Class{Name: class, Changed: now, Before: current.Changed}
	}
	return nil
}
