package op

import (
	"math"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// Limits of parallel scans ("Scan", API reference).
const (
	segmentMax       = 999_999
	totalSegmentsMax = 1_000_000
)

// olderMembers refuses what AWS's older layer finds in members, all together.
func (r *pageRequest) olderMembers() *apierr.Error {
	if !r.older {
		return nil
	}
	r.input.Constrain(&r.members.Constraints)
	return r.members.refusal()
}

// numberMembers refuses numbers out of range, and an empty table name with them, before anything else.
func (r *pageRequest) numberMembers() *apierr.Error {
	m := &r.members
	m.newerRange("Limit", r.limit, 1, math.MaxInt32)
	m.newerRange("Segment", r.segment, 0, segmentMax)
	m.newerRange("TotalSegments", r.totalSegments, 1, totalSegmentsMax)
	return r.emptyTableName()
}

// newerRange refuses a number that is given and out of range.
func (m *memberErrors) newerRange(member string, v api.Opt[int32], low, high int64) {
	if v.Set {
		m.NewerRange(member, int64(v.V), low, high)
	}
}

// nameMembers refuses the table name and what is reported together with it. Of a name that is wrong in
// two ways Query reports one, Scan both (captures-tables §1.1).
func (r *pageRequest) nameMembers() *apierr.Error {
	order := api.OneOfName
	if r.kind == scanning {
		order = api.PatternFirst
	}
	m := &r.members
	m.tableName(r.tableName, order)
	m.enum("returnConsumedCapacity", r.returnConsumed, api.EnumReturnConsumedCapacity)
	m.attributesToGet(r.attributesToGet)
	return m.refusal()
}
