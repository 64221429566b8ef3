package op

import (
	"bytes"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// batchGetEmpty refuses a request for nothing, of all tables or of one, before anything else.
func batchGetEmpty(in *api.BatchGetItemInput) *apierr.Error {
	var m memberErrors
	if in.RequestItems != nil {
		m.NewerLength("RequestItems", len(in.RequestItems), 1, batchKeysMax)
	}
	for i := range in.RequestItems {
		if t := &in.RequestItems[i]; t.V.Keys != nil && len(t.V.Keys) == 0 {
			m.NewerLength(keysMember(t.Key), 0, 1, batchKeysMax)
		}
	}
	return m.refusal()
}

func keysMember(table string) string { return "RequestItems." + table + ".member.Keys" }

// batchGetMembers refuses what is reported together: names of tables, members that are absent, and a
// word outside its enum.
func batchGetMembers(in *api.BatchGetItemInput) *apierr.Error {
	var m memberErrors
	m.Require("requestItems", in.RequestItems != nil)
	for i := range in.RequestItems {
		if !possibleTableName(in.RequestItems[i].Key) {
			m.Add("Value '" + api.EchoBatchGet(in.RequestItems) + "' at 'requestItems'" + impossibleTableName)
			break
		}
	}
	for i := range in.RequestItems {
		t := &in.RequestItems[i]
		m.Require("requestItems."+t.Key+".member.keys", t.V.Keys != nil)
		if t.V.AttributesToGet != nil && len(t.V.AttributesToGet) == 0 {
			m.Add("Value '[]' at 'requestItems." + t.Key + ".member.attributesToGet' failed to satisfy constraint: " +
				"Member must have length greater than or equal to 1")
		}
	}
	m.enum("returnConsumedCapacity", in.ReturnConsumedCapacity, api.EnumReturnConsumedCapacity)
	return m.refusal()
}

// batchGetSize refuses a request for too many items.
func batchGetSize(in *api.BatchGetItemInput) *apierr.Error {
	var m memberErrors
	all := 0
	for i := range in.RequestItems {
		t := &in.RequestItems[i]
		m.NewerLength(keysMember(t.Key), len(t.V.Keys), 1, batchKeysMax)
		all += len(t.V.Keys)
	}
	if err := m.refusal(); err != nil {
		return err
	}
	if all > batchKeysMax {
		return apierr.Validation("Too many items requested for the BatchGetItem call")
	}
	return nil
}

// batchGetMixing refuses AttributesToGet beside a ProjectionExpression, be it of another table.
func batchGetMixing(in *api.BatchGetItemInput) *apierr.Error {
	legacy, expression := false, false
	for i := range in.RequestItems {
		t := &in.RequestItems[i].V
		legacy = legacy || t.AttributesToGet != nil
		expression = expression || t.ProjectionExpression.Set
	}
	if !legacy || !expression {
		return nil
	}
	return mixed([]string{"AttributesToGet"}, []string{"ProjectionExpression"})
}

// batchGetDuplicates refuses a key that is given twice, before any table is looked up: dynalite's tests,
// which are made to run against AWS as well, have it so. BatchWriteItem looks tables up first.
func batchGetDuplicates(in *api.BatchGetItemInput) *apierr.Error {
	for i := range in.RequestItems {
		keys := in.RequestItems[i].V.Keys
		for k := range keys {
			for j := range keys[:k] {
				if bytes.Equal(keys[j].Item, keys[k].Item) {
					return errDuplicateKeys
				}
			}
		}
	}
	return nil
}
