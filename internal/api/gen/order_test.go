package main

import (
	"os"
	"slices"
	"testing"
)

// TestPrinted checks the rule for enums against every order that was captured from AWS.
func TestPrinted(t *testing.T) {
	captured := [][]string{
		// captures-items §4.2
		{"ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"},
		{"INDEXES", "TOTAL", "NONE"},
		{"SIZE", "NONE"},
		{"ALL_OLD", "NONE"},
		{"OR", "AND"},
		// captures-items §11
		{"ADD", "DELETE", "PUT"},
		// captures-tables §8.2
		{"COSINE", "DOT_PRODUCT", "EUCLIDEAN"},
		{"HASH", "INLINE_FILTER"},
		// dynamodb-behaviour §4.1
		{"SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"},
		{"HASH", "RANGE"},
		{"B", "N", "S"},
		{"ZSTD", "NONE", "GZIP"},
		// dynalite test/createTable.js and test/scan.js, run against AWS
		{"PROVISIONED", "PAY_PER_REQUEST"},
		{"ALL", "INCLUDE", "KEYS_ONLY"},
		{"IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS"},
	}
	for _, want := range captured {
		if got := printed(want); !slices.Equal(got, want) {
			t.Errorf("got %v, AWS prints %v", got, want)
		}
	}
}

// TestReported checks the order of member errors against captures.
func TestReported(t *testing.T) {
	m, err := load(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	f := func(shape string, want ...string) {
		t.Helper()
		got := slices.DeleteFunc(m.shapes[shape].reported(), func(name string) bool { return !slices.Contains(want, name) })
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, AWS reports %v", shape, got, want)
		}
	}
	// captures-items §4.3 and §8, the rows of the older layer
	f("UpdateItemInput", "ReturnConsumedCapacity", "TableName", "ReturnValues", "ReturnValuesOnConditionCheckFailure", "ReturnItemCollectionMetrics", "Key")
	f("QueryInput", "Select", "ReturnConsumedCapacity", "TableName", "Limit")
	f("ScanInput", "Select", "TotalSegments", "ReturnConsumedCapacity", "TableName", "ConditionalOperator", "ScanFilter", "Segment", "Limit")
	f("PutItemInput", "TableName", "Item", "ReturnConsumedCapacity", "ReturnValues", "ReturnItemCollectionMetrics", "ReturnValuesOnConditionCheckFailure")
	f("DeleteItemInput", "TableName", "Key", "ReturnConsumedCapacity", "ReturnValues", "ReturnItemCollectionMetrics", "ReturnValuesOnConditionCheckFailure")
	// captures-tables §3.1
	f("CreateTableInput", "GlobalSecondaryIndexes", "LocalSecondaryIndexes")
	f("ProvisionedThroughput", "WriteCapacityUnits", "ReadCapacityUnits")
	f("LocalSecondaryIndex", "IndexName", "KeySchema", "Projection")
	// captures-tables §5, §6.1
	f("BatchWriteItemInput", "ReturnConsumedCapacity", "RequestItems", "ReturnItemCollectionMetrics")
	f("TransactWriteItemsInput", "TransactItems", "ClientRequestToken", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics")
	f("GlobalSecondaryIndex", "KeySchema", "Projection", "IndexName", "ProvisionedThroughput")
}

func TestReportedHasEveryMember(t *testing.T) {
	m, err := load(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range m.structures {
		if got := s.reported(); !slices.Equal(slices.Sorted(slices.Values(got)), s.members()) {
			t.Errorf("%s: got %v", s.name, got)
		}
	}
}
