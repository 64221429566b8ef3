package wire

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/statordb/stator/test/statortest"
)

// TestErrors lets the SDK decode errors into its own types.
func TestErrors(t *testing.T) {
	s := statortest.StartMemory(t)
	c := s.Client(t)
	ctx := t.Context()
	createEcommerce(t, c)
	none := aws.String("no-such-table")

	_, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: none, Key: keyOf(order)})
	wantError[*types.ResourceNotFoundException](t, err, "Requested resource not found")
	_, err = c.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: none})
	wantError[*types.ResourceNotFoundException](t, err, "Requested resource not found: Table: no-such-table not found")
	_, err = c.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: none})
	wantError[*types.TableNotFoundException](t, err, "Table not found: no-such-table")

	described, err := c.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(ecommerce)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String(ecommerce), BillingMode: types.BillingModePayPerRequest,
		KeySchema: described.Table.KeySchema, AttributeDefinitions: described.Table.AttributeDefinitions,
	})
	wantError[*types.ResourceInUseException](t, err, "Table already exists: "+ecommerce)

	put := &dynamodb.PutItemInput{
		TableName: aws.String(ecommerce), Item: order, ConditionExpression: aws.String("attribute_not_exists(PK)"),
	}
	if _, err := c.PutItem(ctx, put); err != nil {
		t.Fatal(err)
	}
	_, err = c.PutItem(ctx, put)
	failed := wantError[*types.ConditionalCheckFailedException](t, err, "The conditional request failed")
	if failed.Item != nil {
		t.Errorf("the error holds the item %v, which nobody asked for", failed.Item)
	}
	put.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	_, err = c.PutItem(ctx, put)
	failed = wantError[*types.ConditionalCheckFailedException](t, err, "The conditional request failed")
	wantSame(t, failed.Item, order)

	_, err = c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(ecommerce), Item: with(order, "blob", statortest.S(strings.Repeat("x", 400<<10)))})
	wantCode(t, err, "ValidationException", "Item size has exceeded the maximum allowed size")
}

// TestRawErrors looks at errors as they are on the wire.
func TestRawErrors(t *testing.T) {
	s := statortest.StartMemory(t)
	for _, c := range []struct {
		operation, body string
		headers         []string
		status          int
		want            string // the whole body of the answer
	}{
		{
			"DescribeTable", `{"TableName":"no-such-table"}`, nil, 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found: Table: no-such-table not found"}`,
		},
		{"NoSuchOperation", `{}`, nil, 400, `{"__type":"com.amazon.coral.service#UnknownOperationException"}`},
		{"ListTables", `{}`, []string{"X-Amz-Target:"}, 400, `{"__type":"com.amazon.coral.service#UnknownOperationException"}`},
		{"ListTables", `{}`, []string{"X-Amz-Target: ListTables"}, 400, `{"__type":"com.amazon.coral.service#UnknownOperationException"}`},
		{"ListStreams", `{}`, nil, 400, `{"__type":"com.amazon.coral.service#UnknownOperationException"}`}, // it is of the other service
		{"ListStreams", `{}`, []string{"X-Amz-Target: DynamoDBStreams_20120810.ListStreams"}, 200, `{"Streams":[]}`},
		{"ListTables", `{`, nil, 400, `{"__type":"com.amazon.coral.service#SerializationException"}`},
		{"ListTables", ``, nil, 400, `{"__type":"com.amazon.coral.service#SerializationException"}`},
		{"ListTables", `[]`, nil, 400, `{"__type":"com.amazon.coral.service#SerializationException"}`},
		{"ListTables", `{}`, []string{"Content-Type: text/plain"}, 404, "<UnknownOperationException/>\n"},
		{
			"DescribeTable", `{"TableName":7}`, nil, 400,
			`{"__type":"com.amazon.coral.service#SerializationException","Message":"NUMBER_VALUE cannot be converted to String"}`,
		},
		{
			"ListTables", `{"Limit":0}`, nil, 400,
			`{"__type":"com.amazon.coral.validate#ValidationException","message":"1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"}`,
		},
		{"ListTables", `{"Limit":null,"Unknown":{"a":[1]}}`, nil, 200, `{"TableNames":[]}`},
	} {
		got := s.Post(t, c.operation, []byte(c.body), c.headers...)
		if got.Status != c.status || string(got.Body) != c.want {
			t.Errorf("%s %s %v\ngot  %v\nwant %d %s", c.operation, c.body, c.headers, got, c.status, c.want)
		}
	}
}
