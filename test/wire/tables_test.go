package wire

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/statordb/stator/test/statortest"
)

// TestListTables pages through tables with the SDK's paginator.
func TestListTables(t *testing.T) {
	s := statortest.StartMemory(t)
	c := s.Client(t)
	var want []string
	for i := range 25 {
		name := fmt.Sprintf("table-%02d", i*7%25) // not in order
		statortest.CreateTable(t.Context(), t, c, name, "pk")
		want = append(want, name)
	}
	slices.Sort(want)
	for _, limit := range []int32{1, 7, 24, 25, 100} {
		var got []string
		pages := dynamodb.NewListTablesPaginator(c, &dynamodb.ListTablesInput{Limit: aws.Int32(limit)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(page.TableNames) > int(limit) {
				t.Errorf("a page of at most %d holds %d", limit, len(page.TableNames))
			}
			got = append(got, page.TableNames...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("in pages of %d there are %v", limit, got)
		}
	}
}

// TestARN names a table by its ARN wherever it can be named.
func TestARN(t *testing.T) {
	s := statortest.StartMemory(t)
	c := s.Client(t)
	ctx := t.Context()
	createEcommerce(t, c)
	described, err := c.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(ecommerce)})
	if err != nil {
		t.Fatal(err)
	}
	arn := described.Table.TableArn
	if want := "arn:aws:dynamodb:us-east-1:000000000000:table/ecommerce"; aws.ToString(arn) != want {
		t.Fatalf("the ARN is %s, want %s", aws.ToString(arn), want)
	}
	if _, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: arn, Item: order}); err != nil {
		t.Fatal(err)
	}
	got, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: arn, Key: keyOf(order)})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, got.Item, order)
	_, err = c.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: arn, Key: keyOf(order), UpdateExpression: aws.String("SET #t = #t + :n"),
		ExpressionAttributeNames:  map[string]string{"#t": "total"},
		ExpressionAttributeValues: statortest.Item{":n": statortest.N("0.01")},
	})
	if err != nil {
		t.Fatal(err)
	}
	deleted, err := c.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: arn, Key: keyOf(order), ReturnValues: types.ReturnValueAllOld})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, deleted.Attributes, with(order, "total", statortest.N("100")))
	described, err = c.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: arn})
	if err != nil {
		t.Fatal(err)
	}
	if name := aws.ToString(described.Table.TableName); name != ecommerce {
		t.Errorf("DescribeTable of an ARN answers with the name %s", name)
	}
	if _, err := c.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: arn}); err != nil {
		t.Fatal(err)
	}
}

// TestDescribeTable counts items and bytes as they come and go, also over a restart.
func TestDescribeTable(t *testing.T) {
	s := statortest.Start(t)
	c := s.Client(t)
	createEcommerce(t, c)
	want := func(items, bytes int64) {
		t.Helper()
		out, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(ecommerce)})
		if err != nil {
			t.Fatal(err)
		}
		if n, b := aws.ToInt64(out.Table.ItemCount), aws.ToInt64(out.Table.TableSizeBytes); n != items || b != bytes {
			t.Errorf("the table has %d items of %d bytes, want %d of %d", n, b, items, bytes)
		}
	}
	put := func(text string) {
		t.Helper()
		_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(ecommerce), Item: statortest.Item{
			"PK": statortest.S("p"), "SK": statortest.S("s"), "text": statortest.S(text),
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	want(0, 0)
	put("0123456789")
	want(1, 20) // PK p SK s text 0123456789
	put("0123")
	want(1, 14)
	s.Kill()
	s.Restart(t)
	c = s.Client(t)
	want(1, 14)
	_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: aws.String(ecommerce), Key: statortest.Item{"PK": statortest.S("p"), "SK": statortest.S("s")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want(0, 0)
}

// TestTags tags a table at its creation and afterwards.
func TestTags(t *testing.T) {
	s := statortest.StartMemory(t)
	c := s.Client(t)
	ctx := t.Context()
	tag := func(key, value string) types.Tag { return types.Tag{Key: aws.String(key), Value: aws.String(value)} }
	created, err := c.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String("tagged"), BillingMode: types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		Tags:                 []types.Tag{tag("stage", "test"), tag("team", "storage")},
	})
	if err != nil {
		t.Fatal(err)
	}
	arn := created.TableDescription.TableArn
	_, err = c.TagResource(ctx, &dynamodb.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{tag("stage", "live"), tag("cost", "7")}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.UntagResource(ctx, &dynamodb.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"team", "no-such-key"}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.ListTagsOfResource(ctx, &dynamodb.ListTagsOfResourceInput{ResourceArn: arn})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(out.Tags, func(a, b types.Tag) int { return len(*a.Key) - len(*b.Key) })
	wantSame(t, out.Tags, []types.Tag{tag("cost", "7"), tag("stage", "live")})
}
