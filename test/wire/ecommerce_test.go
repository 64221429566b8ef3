package wire

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/statordb/stator/test/statortest"
)

const ecommerce = "ecommerce"

// Items of the example in the README.
var (
	profile = statortest.Item{
		"PK": statortest.S("CUSTOMER#123"), "SK": statortest.S("PROFILE"),
		"name": statortest.S("Ada Lovelace"), "email": statortest.S("ada@example.com"), "created": statortest.S("2026-01-15"),
	}
	order = statortest.Item{
		"PK": statortest.S("CUSTOMER#123"), "SK": statortest.S("ORDER#456"),
		"total": statortest.N("99.99"), "status": statortest.S("shipped"),
		"items": statortest.L(statortest.S("product-a"), statortest.S("product-b")),
	}
	metadata = statortest.Item{
		"PK": statortest.S("ORDER#456"), "SK": statortest.S("METADATA"), "customer_id": statortest.S("CUSTOMER#123"),
		"shipping_address": statortest.S("12 St James's Square"), "payment_method": statortest.S("card"),
	}
)

// waitMax bounds a waiter whose first look must suffice: the next one would come after pollEvery.
const (
	waitMax   = time.Minute
	pollEvery = time.Hour
)

// TestEcommerce goes through the example of the README, with a SIGKILL in its midst.
func TestEcommerce(t *testing.T) {
	s := statortest.Start(t)
	c := s.Client(t)
	ctx := t.Context()
	createEcommerce(t, c)
	for _, item := range []statortest.Item{profile, order, metadata} {
		if _, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(ecommerce), Item: item}); err != nil {
			t.Fatal(err)
		}
	}
	for _, item := range []statortest.Item{profile, order, metadata} {
		wantItem(t, c, item)
	}

	ship := &dynamodb.UpdateItemInput{
		TableName: aws.String(ecommerce), Key: keyOf(order),
		UpdateExpression:                    aws.String("SET #s = :delivered"),
		ConditionExpression:                 aws.String("#s = :shipped"),
		ExpressionAttributeNames:            map[string]string{"#s": "status"},
		ExpressionAttributeValues:           statortest.Item{":delivered": statortest.S("delivered"), ":shipped": statortest.S("shipped")},
		ReturnValues:                        types.ReturnValueUpdatedNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	out, err := c.UpdateItem(ctx, ship)
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, out.Attributes, statortest.Item{"status": statortest.S("delivered")})
	_, err = c.UpdateItem(ctx, ship) // it is not shipped any more
	failed := wantError[*types.ConditionalCheckFailedException](t, err, "The conditional request failed")
	delivered := with(order, "status", statortest.S("delivered"))
	wantSame(t, failed.Item, delivered)

	_, err = c.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(ecommerce), Key: keyOf(metadata)})
	if err != nil {
		t.Fatal(err)
	}

	s.Kill()
	statortest.Check(t, s.Dir)
	s.Restart(t)
	c = s.Client(t)
	wantItem(t, c, profile)
	wantItem(t, c, delivered)
	wantNoItem(t, c, keyOf(metadata))
	deleteEcommerce(t, c)
}

// createEcommerce makes the table; the waiter's first look must find it.
func createEcommerce(t *testing.T, c *dynamodb.Client) {
	t.Helper()
	out, err := c.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String(ecommerce), BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("PK"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("SK"), KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("PK"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("SK"), AttributeType: types.ScalarAttributeTypeS},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if status := out.TableDescription.TableStatus; status != types.TableStatusCreating {
		t.Errorf("CreateTable answers with status %s", status)
	}
	ctx, cancel := context.WithTimeout(t.Context(), waitMax)
	defer cancel()
	waiter := dynamodb.NewTableExistsWaiter(c, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = pollEvery, pollEvery
	})
	if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(ecommerce)}, 2*pollEvery); err != nil {
		t.Fatal(err)
	}
}

// deleteEcommerce deletes the table; the waiter's first look must miss it.
func deleteEcommerce(t *testing.T, c *dynamodb.Client) {
	t.Helper()
	out, err := c.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String(ecommerce)})
	if err != nil {
		t.Fatal(err)
	}
	if status := out.TableDescription.TableStatus; status != types.TableStatusDeleting {
		t.Errorf("DeleteTable answers with status %s", status)
	}
	ctx, cancel := context.WithTimeout(t.Context(), waitMax)
	defer cancel()
	waiter := dynamodb.NewTableNotExistsWaiter(c, func(o *dynamodb.TableNotExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = pollEvery, pollEvery
	})
	if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(ecommerce)}, 2*pollEvery); err != nil {
		t.Fatal(err)
	}
}

func keyOf(item statortest.Item) statortest.Item {
	return statortest.Item{"PK": item["PK"], "SK": item["SK"]}
}

// with returns a copy of item with one attribute replaced.
func with(item statortest.Item, name string, value types.AttributeValue) statortest.Item {
	out := statortest.Item{name: value}
	for n, v := range item {
		if n != name {
			out[n] = v
		}
	}
	return out
}

func wantItem(t *testing.T, c *dynamodb.Client, want statortest.Item) {
	t.Helper()
	wantSame(t, readItem(t, c, keyOf(want)), want)
}

func wantNoItem(t *testing.T, c *dynamodb.Client, key statortest.Item) {
	t.Helper()
	if item := readItem(t, c, key); item != nil {
		t.Errorf("there is an item %v", item)
	}
}

func readItem(t *testing.T, c *dynamodb.Client, key statortest.Item) statortest.Item {
	t.Helper()
	out, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String(ecommerce), Key: key, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// wantSame compares what the SDK decoded.
func wantSame(t *testing.T, got, want any) {
	t.Helper()
	unexported := cmpopts.IgnoreUnexported(
		types.AttributeValueMemberS{}, types.AttributeValueMemberN{}, types.AttributeValueMemberL{}, types.Tag{})
	if diff := cmp.Diff(want, got, unexported); diff != "" {
		t.Errorf("wanted − and got +:\n%s", diff)
	}
}
