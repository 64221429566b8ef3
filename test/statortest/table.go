package statortest

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// CreateTable makes a table whose keys are strings: a partition key and, if given, a sort key.
func CreateTable(ctx context.Context, t testing.TB, c *dynamodb.Client, table string, keys ...string) {
	t.Helper()
	in := &dynamodb.CreateTableInput{TableName: aws.String(table), BillingMode: types.BillingModePayPerRequest}
	for i, key := range keys {
		kind := types.KeyTypeHash
		if i > 0 {
			kind = types.KeyTypeRange
		}
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{AttributeName: aws.String(key), KeyType: kind})
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(key), AttributeType: types.ScalarAttributeTypeS,
		})
	}
	if _, err := c.CreateTable(ctx, in); err != nil {
		t.Fatalf("CreateTable %s: %v", table, err)
	}
	out, err := c.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: in.TableName})
	if err != nil {
		t.Fatalf("DescribeTable %s: %v", table, err)
	}
	if out.Table.TableStatus != types.TableStatusActive {
		t.Fatalf("table %s is %s at the first DescribeTable", table, out.Table.TableStatus)
	}
}

// S is a string. It and its like make attribute values short to write.
func S(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// N is a number.
func N(n string) types.AttributeValue { return &types.AttributeValueMemberN{Value: n} }

// L is a list.
func L(members ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: members}
}

// Item is an item or a key.
type Item = map[string]types.AttributeValue
