package op

import (
	"slices"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

// Values of Select.
const (
	selectAll       = "ALL_ATTRIBUTES"
	selectProjected = "ALL_PROJECTED_ATTRIBUTES"
	selectCount     = "COUNT"
	selectSpecific  = "SPECIFIC_ATTRIBUTES"
)

// selectWord refuses a Select that is none.
func (r *pageRequest) selectWord() *apierr.Error {
	r.members.enum("select", r.selection, api.EnumSelect)
	return r.members.refusal()
}

// selectRules refuses a Select beside parameters that say something else (captures-items §10).
func (r *pageRequest) selectRules() *apierr.Error {
	chosen := ""
	switch {
	case r.attributesToGet != nil:
		chosen = "AttributesToGet"
	case r.projection.Set:
		chosen = "ProjectionExpression"
	}
	selection := r.selection.V
	switch {
	case !r.selection.Set, selection == selectSpecific && chosen != "":
		return nil
	case selection == selectSpecific:
		return r.enveloped(apierr.Validation(
			"Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"))
	case chosen != "" && selection == selectCount:
		return r.enveloped(apierr.Validation("Cannot specify the " + chosen + " when choosing to get only the Count"))
	case chosen != "":
		return r.enveloped(apierr.Validation("Cannot specify the " + chosen + " when choosing to get " + selection))
	case selection == selectProjected && !r.indexName.Set:
		return r.enveloped(apierr.Validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"))
	}
	return nil
}

// findIndex looks the index up. One that is being made cannot be read yet.
func (r *pageRequest) findIndex() *apierr.Error {
	r.walk = store.Walk{Table: r.table, Reverse: r.reverse, Strong: r.strong, Limit: int(r.limit.V)}
	if !r.indexName.Set {
		return nil
	}
	ix := r.table.Index(r.indexName.V)
	switch {
	case ix == nil || ix.State == catalog.IndexDeleting:
		return apierr.Validation("The table does not have the specified index: " + r.indexName.V)
	case !ix.Local && r.strong:
		return apierr.Validation("Consistent reads are not supported on global secondary indexes")
	case ix.State == catalog.IndexCreating:
		return apierr.Validation("Cannot read from backfilling global secondary index: " + ix.Name)
	}
	r.index, r.walk.Index = ix, ix
	return nil
}

// wholeItems makes a page of a local index have the bases for ALL_ATTRIBUTES; a global index cannot
// reach them.
func (r *pageRequest) wholeItems() *apierr.Error {
	switch {
	case r.index == nil || r.selection.V != selectAll || r.index.Projection.Type == catalog.ProjectAll:
		return nil
	case !r.index.Local:
		return apierr.Invalid("Select type ALL_ATTRIBUTES is not supported for global secondary index " + r.index.Name +
			" because its projection type is not ALL")
	}
	r.walk.Bases = true
	return nil
}

// chosenAttributes makes a page of a local index have the bases if attributes are asked for that the
// index does not have; a global index cannot reach them.
func (r *pageRequest) chosenAttributes() *apierr.Error {
	if r.index == nil {
		return nil
	}
	names := r.attributesToGet
	if r.boundProjection != nil {
		names = heads(slices.Values(r.boundProjection.Paths()))
	}
	missing := r.notProjected(names)
	switch {
	case missing == nil:
		return nil
	case !r.index.Local:
		return apierr.Invalid("Global secondary index " + r.index.Name + " does not project " + nameList(missing))
	}
	r.walk.Bases = true
	return nil
}
