package op

import (
	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// batchWriteEmpty refuses a request for nothing.
func batchWriteEmpty(in *api.BatchWriteItemInput) *apierr.Error {
	if in.RequestItems != nil && len(in.RequestItems) == 0 {
		return apierr.Validation("The requestItems parameter is required for BatchWriteItem")
	}
	return nil
}

// batchWriteMembers refuses members, all together but for names of tables.
func batchWriteMembers(in *api.BatchWriteItemInput) *apierr.Error { return constrained(in) }

// batchWriteNames refuses names that no table can have, alone.
func batchWriteNames(in *api.BatchWriteItemInput) *apierr.Error {
	for i := range in.RequestItems {
		if !possibleTableName(in.RequestItems[i].Key) {
			return apierr.Validation("Value '" + api.EchoBatchWrite(in.RequestItems) + "' at 'requestItems'" + impossibleTableName).Enveloped()
		}
	}
	return nil
}

// batchWriteSize refuses a request for too many writes.
func batchWriteSize(in *api.BatchWriteItemInput) *apierr.Error {
	all := 0
	for i := range in.RequestItems {
		all += len(in.RequestItems[i].V)
	}
	if all > batchWritesMax {
		return apierr.Validation("Too many items requested for the BatchWriteItem call")
	}
	return nil
}

// batchWriteShapes refuses entries that are not either a put or a delete.
func batchWriteShapes(in *api.BatchWriteItemInput) *apierr.Error {
	for i := range in.RequestItems {
		for _, w := range in.RequestItems[i].V {
			if (w.PutRequest == nil) == (w.DeleteRequest == nil) {
				return errManyDatatypes
			}
		}
	}
	return nil
}

// AWS refuses an entry as it does an attribute value with several types, also one that has none.
var errManyDatatypes = apierr.Validation("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
