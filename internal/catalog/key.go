package catalog

import (
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
)

// Refusals of key values that are too long.
var (
	ErrPartitionKeySize = apierr.Invalid("Size of hashkey has exceeded the maximum size limit of2048 bytes")
	ErrSortKeySize      = apierr.Invalid("Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
)

// CheckPartitionKey refuses a value of the partition key attribute called name that is empty or too
// long. Its type is S, N or B.
func CheckPartitionKey(name string, v attr.Value) *apierr.Error {
	return checkKeyBytes(name, v, attr.PartitionKeyBytesMax, ErrPartitionKeySize)
}

// CheckSortKey does so for a sort key attribute.
func CheckSortKey(name string, v attr.Value) *apierr.Error {
	return checkKeyBytes(name, v, attr.SortKeyBytesMax, ErrSortKeySize)
}

func checkKeyBytes(name string, v attr.Value, bytesMax int, tooLong *apierr.Error) *apierr.Error {
	switch n := len(v.Bytes()); {
	case n > bytesMax:
		return tooLong
	case n > 0:
		return nil
	}
	return apierr.Validationf("One or more parameter values are not valid. "+
		"The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", longScalar(v), name)
}

// longScalar names the type of an empty value as refusals do.
func longScalar(v attr.Value) string {
	if v.Type() == attr.B {
		return "binary"
	}
	return "string"
}
