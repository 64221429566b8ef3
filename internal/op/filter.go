package op

import (
	"iter"
	"slices"
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// filterExpression makes the filter of FilterExpression.
func (r *pageRequest) filterExpression() *apierr.Error {
	if err := r.conditionText(); err != nil {
		return err
	}
	return r.conditionMeaning()
}

// filterOffKey refuses a filter of a Query that has key attributes: they belong to the key condition.
func (r *pageRequest) filterOffKey() *apierr.Error {
	if r.boundCondition == nil {
		return nil
	}
	names := heads(r.boundCondition.EachPath())
	hash, sort := r.keyNames()
	for _, key := range slices.Concat(hash, sort) {
		if !slices.Contains(names, key) {
			continue
		}
		parameter := "Filter Expression"
		if r.filters != nil {
			parameter = r.filterName()
		}
		return apierr.Validation(parameter + " can only contain non-primary key attributes: Primary key attribute: " + key)
	}
	return nil
}

// filterProjected refuses a filter of a Query that has attributes which the index does not have.
func (r *pageRequest) filterProjected() *apierr.Error {
	if r.index == nil || r.boundCondition == nil {
		return nil
	}
	missing := r.notProjected(heads(r.boundCondition.EachPath()))
	if missing == nil {
		return nil
	}
	slices.Sort(missing)
	return apierr.Invalid("Secondary index " + r.index.Name + " does not project one or more filter attributes: " + nameList(missing))
}

// scalarFilter refuses a filter with a path that leads into a key attribute.
func (r *pageRequest) scalarFilter() *apierr.Error {
	if r.boundCondition == nil || r.filters != nil {
		return nil
	}
	return scalarKeysOf(r.table, r.boundCondition.EachPath())
}

// scalarProjection refuses a projection with a path that leads into a key attribute.
func (r *pageRequest) scalarProjection() *apierr.Error {
	if r.boundProjection == nil {
		return nil
	}
	return scalarKeysOf(r.table, slices.Values(r.boundProjection.Paths()))
}

// notProjected returns those of names that the index does not have, each once.
func (r *pageRequest) notProjected(names []string) (missing []string) {
	for _, name := range names {
		if !r.index.Projects(r.table, name) && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// heads returns the attributes that paths begin with.
func heads(paths iter.Seq[attr.Path]) (names []string) {
	for p := range paths {
		names = append(names, p[0].Name)
	}
	return names
}

// nameList prints names as AWS's texts do: [a, b].
func nameList(names []string) string { return "[" + strings.Join(names, ", ") + "]" }
