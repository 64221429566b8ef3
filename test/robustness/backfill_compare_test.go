package robustness

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/statordb/stator/test/statortest"
)

const (
	differencesShown = 5  // items that are named when an index is not what the table says
	queryLimit       = 37 // items of a page, so that a group takes several
)

// compare holds the index against the table while nobody writes: a scan, a query for each group, and the
// count of DescribeTable.
func (b *backfill) compare(projection *types.Projection) {
	b.t.Helper()
	var all []statortest.Item
	groups := map[string][]statortest.Item{}
	for _, item := range b.scan("") {
		if item["g"] == nil {
			continue
		}
		entry := projected(item, projection)
		all = append(all, entry)
		g := textOf(item["g"])
		groups[g] = append(groups[g], entry)
	}
	b.same("a scan", byText(b.scan(backfillIndex), "pk"), byText(all, "pk"))
	for group := range backfillGroups {
		got, err := queryGroup(b.t.Context(), b.client, group)
		if err != nil {
			b.t.Fatalf("cannot query group %d: %v", group, err)
		}
		b.same("a query of "+groupName(group), got, byNumber(groups[groupName(group)]))
	}
	if index := b.describe(); index == nil || aws.ToInt64(index.ItemCount) != int64(len(all)) {
		b.t.Errorf("DescribeTable does not say that %d items are in the index: %+v", len(all), index)
	}
	b.failNow()
}

// same compares items of the index with those of the table that belong there, in the same order.
func (b *backfill) same(what string, index, table []statortest.Item) {
	b.t.Helper()
	if len(index) == 0 && len(table) == 0 || reflect.DeepEqual(index, table) {
		return
	}
	b.t.Errorf("%s of the index has %d items, the table %d; if they are the same ones, the order differs", what, len(index), len(table))
	b.lacking("the table lacks", index, table)
	b.lacking("the index lacks", table, index)
}

// lacking names some of the items that are not among the others.
func (b *backfill) lacking(what string, items, others []statortest.Item) {
	b.t.Helper()
	known := map[string]statortest.Item{}
	for _, item := range others {
		known[textOf(item["pk"])] = item
	}
	shown := 0
	for _, item := range items {
		if reflect.DeepEqual(known[textOf(item["pk"])], item) {
			continue
		}
		if shown++; shown > differencesShown {
			return
		}
		b.t.Errorf("%s the item with pk=%s g=%s n=%s", what, textOf(item["pk"]), textOf(item["g"]), textOf(item["n"]))
	}
}

// scan reads the whole table, or the whole index, page by page.
func (b *backfill) scan(index string) []statortest.Item {
	b.t.Helper()
	in := &dynamodb.ScanInput{TableName: aws.String(backfillTable)}
	if index == "" {
		in.ConsistentRead = aws.Bool(true)
	} else {
		in.IndexName = aws.String(index)
	}
	var items []statortest.Item
	for {
		out, err := b.client.Scan(b.t.Context(), in)
		if err != nil {
			b.t.Fatalf("cannot scan %q: %v", index, err)
		}
		items = append(items, out.Items...)
		if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
			return items
		}
	}
}

// groupQuery asks the index for the first page of a group.
func groupQuery(group int) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName: aws.String(backfillTable), IndexName: aws.String(backfillIndex), Limit: aws.Int32(queryLimit),
		KeyConditionExpression:    aws.String("g = :g"),
		ExpressionAttributeValues: statortest.Item{":g": statortest.S(groupName(group))},
	}
}

func queryGroup(ctx context.Context, c *dynamodb.Client, group int) ([]statortest.Item, error) {
	in := groupQuery(group)
	var items []statortest.Item
	for {
		out, err := c.Query(ctx, in)
		if err != nil {
			return nil, err
		}
		items = append(items, out.Items...)
		if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
			return items, nil
		}
	}
}

func groupName(group int) string { return fmt.Sprintf("group-%d", group) }

// projected is what of an item belongs into an index.
func projected(item statortest.Item, p *types.Projection) statortest.Item {
	entry := maps.Clone(item)
	if p.ProjectionType != types.ProjectionTypeAll {
		kept := append([]string{"pk", "g", "n"}, p.NonKeyAttributes...)
		maps.DeleteFunc(entry, func(name string, _ types.AttributeValue) bool { return !slices.Contains(kept, name) })
	}
	return entry
}

// textOf is a string or a number as it was sent.
func textOf(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	}
	return fmt.Sprintf("%T", v)
}

func byText(items []statortest.Item, attribute string) []statortest.Item {
	return slices.SortedFunc(slices.Values(items), func(x, y statortest.Item) int {
		return cmp.Compare(textOf(x[attribute]), textOf(y[attribute]))
	})
}

// byNumber sorts by n as the index does. No two items have the same.
func byNumber(items []statortest.Item) []statortest.Item {
	number := func(item statortest.Item) int64 {
		n, err := strconv.ParseInt(textOf(item["n"]), 10, 64)
		if err != nil {
			panic("robustness: an item without a number: " + err.Error())
		}
		return n
	}
	return slices.SortedFunc(slices.Values(items), func(x, y statortest.Item) int { return cmp.Compare(number(x), number(y)) })
}
