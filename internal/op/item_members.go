package op

import (
	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// tableARNCharsMax is the longest TableName, an ARN.
const tableARNCharsMax = 1024

// Values of enums.
const (
	allNew     = "ALL_NEW"
	allOld     = "ALL_OLD"
	updatedNew = "UPDATED_NEW"
	updatedOld = "UPDATED_OLD"
	none       = "NONE"
	total      = "TOTAL"
	indexes    = "INDEXES"
	size       = "SIZE"
)

// newerReturnValues is how the newer layer refuses a ReturnValues outside its enum: without the value
// and the name of the member, and with a value that does not exist (captures-items §4.2).
const newerReturnValues = "Failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"

// oldOrNone is the refusal of a ReturnValues that only UpdateItem has.
const oldOrNone = "ReturnValues can only be ALL_OLD or NONE"

// memberErrors collects the texts of members that break what the model says of them.
type memberErrors struct{ api.Constraints }

// enum refuses a word that is given and not in its enum.
func (m *memberErrors) enum(member string, v api.Opt[string], set api.Enum) {
	if v.Set {
		m.Enum(member, v.V, set)
	}
}

// tableName refuses the name of a table that is absent or that no table can have.
func (m *memberErrors) tableName(v api.Opt[string], order api.NameOrder) {
	if m.Require("tableName", v.Set); v.Set {
		m.TableName("tableName", v.V, order)
	}
}

// returnValues refuses a word outside the enum, as the newer or the older layer does.
func (m *memberErrors) returnValues(v api.Opt[string], older bool) {
	switch {
	case older:
		m.enum("returnValues", v, api.EnumReturnValue)
	case v.Set && !api.EnumReturnValue.Has(v.V):
		m.Add(newerReturnValues)
	}
}

// attributesToGet refuses a list of attribute names that is given and empty.
func (m *memberErrors) attributesToGet(names []string) {
	if names != nil && len(names) == 0 {
		m.Add("Value '[]' at 'attributesToGet' failed to satisfy constraint: Member must have length greater than or equal to 1")
	}
}

// refusal joins what was collected; nil if that is nothing.
func (m *memberErrors) refusal() *apierr.Error { return apierr.Members(m.Texts()) }

// emptyTableName refuses an empty table name, which AWS reports alone, before anything else.
func (r *itemRequest) emptyTableName() *apierr.Error {
	if r.tableName.Set && r.tableName.V == "" {
		r.members.NewerLength("TableName", 0, 1, tableARNCharsMax)
	}
	return r.members.refusal()
}

// writeMembers refuses what PutItem and DeleteItem report together.
func (r *itemRequest) writeMembers() *apierr.Error {
	r.collectWriteMembers()
	return r.members.refusal()
}

func (r *itemRequest) collectWriteMembers() {
	m := &r.members
	m.tableName(r.tableName, api.OneOfName)
	m.Require(r.member, r.attributes.Item != nil)
	m.enum("returnConsumedCapacity", r.returnConsumed, api.EnumReturnConsumedCapacity)
	m.returnValues(r.returnValues, r.older)
	m.enum("returnItemCollectionMetrics", r.returnMetrics, api.EnumReturnItemCollectionMetrics)
	m.enum("returnValuesOnConditionCheckFailure", r.returnOnFailure, api.EnumReturnValuesOnConditionCheckFailure)
}

// onlyOldOrNone refuses what only UpdateItem returns.
func (r *itemRequest) onlyOldOrNone() *apierr.Error {
	switch r.returnValues.Or(none) {
	case none, allOld:
		return nil
	}
	return r.shape(apierr.Validation(oldOrNone))
}
