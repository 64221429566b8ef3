package streams

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/statordb/stator/test/statortest"
)

const (
	sessionTable = "sessions"
	expiryMax    = time.Minute // for items to go that have expired; the promise is ten seconds
	soon         = 3 * time.Second
)

// session is an item, what its attribute expires_at holds, and whether that removes it.
type session struct {
	name    string
	expires types.AttributeValue
	goes    bool
}

// sessions are items of every kind, as of a moment.
func sessions(now time.Time) []session {
	at := func(t time.Time) types.AttributeValue { return statortest.N(strconv.FormatInt(t.Unix(), 10)) }
	return []session{
		{"expired", at(now.Add(-time.Minute)), true},
		{"expired a year ago", at(now.AddDate(-1, 0, 0)), true},
		{"expires soon", at(now.Add(soon)), true},
		{"expires later", at(now.Add(time.Hour)), false},
		{"expired six years ago", at(now.AddDate(-6, 0, 0)), false},
		{"in milliseconds", statortest.N(strconv.FormatInt(now.Add(-time.Minute).UnixMilli(), 10)), false},
		{"as a text", statortest.S(strconv.FormatInt(now.Add(-time.Minute).Unix(), 10)), false},
		{"never", nil, false},
	}
}

// TestExpiry lets items expire that were there before time to live was switched on and such that came later,
// the last ones while the server is dead. They must leave the table, its indexes, and come in the stream as
// removed by the service.
func TestExpiry(t *testing.T) {
	s := statortest.Start(t)
	c := s.Client(t)
	arn := createSessions(t, c)
	f := follow(t, s.Streams(t), arn, statortest.Seed(t))
	now := time.Now()
	put := func(user string, x session) {
		item := statortest.Item{
			"pk": statortest.S(user), "sk": statortest.S(x.name), "op": statortest.S("put"),
			"device": statortest.S("phone"), "started": statortest.S("2026-11-25"),
		}
		if x.expires != nil {
			item["expires_at"] = x.expires
		}
		if _, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(sessionTable), Item: item}); err != nil {
			t.Fatal(err)
		}
	}
	var gone, left []string
	for _, user := range []string{"before", "after"} {
		for _, x := range sessions(now) {
			put(user, x)
			if x.goes {
				gone = append(gone, user+"/"+x.name)
			} else {
				left = append(left, user+"/"+x.name)
			}
		}
		if user == "before" {
			enable(t, c)
		}
	}
	renew(t, c, put, time.Now())
	left = append(left, "renewed/expires soon")
	s.Kill()
	statortest.Check(t, s.Dir)
	s.Restart(t)

	slices.Sort(left)
	await(t, c, left)
	out, err := c.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: aws.String(sessionTable)})
	if err != nil || out.TimeToLiveDescription.TimeToLiveStatus != types.TimeToLiveStatusEnabled ||
		aws.ToString(out.TimeToLiveDescription.AttributeName) != "expires_at" {
		t.Errorf("time to live is %+v: %v", out, err)
	}
	deleted := left[0]
	if _, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(sessionTable), Key: keyOf(deleted)}); err != nil {
		t.Fatal(err)
	}
	(&world{t: t, client: c, follower: f}).disable(sessionTable)
	if got := slices.Sorted(maps.Keys(f.replica.items)); !slices.Equal(got, left[1:]) {
		t.Errorf("in the replica there are %q, not %q", got, left[1:])
	}
	want := map[string]bool{deleted: false}
	for _, key := range gone {
		want[key] = true
	}
	if !maps.Equal(f.replica.service, want) {
		t.Errorf("removed were, by the service or not, %v, not %v", f.replica.service, want)
	}
	s.Stop(t)
	statortest.Check(t, s.Dir)
}

// createSessions makes the table with an index of each kind and a stream, and returns the ARN of that.
func createSessions(t *testing.T, c *dynamodb.Client) string {
	t.Helper()
	key := func(hash, sort string) []types.KeySchemaElement {
		return []types.KeySchemaElement{
			{AttributeName: &hash, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange},
		}
	}
	in := &dynamodb.CreateTableInput{
		TableName: aws.String(sessionTable), BillingMode: types.BillingModePayPerRequest, KeySchema: key("pk", "sk"),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("by-device"), KeySchema: key("device", "sk"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		}},
		LocalSecondaryIndexes: []types.LocalSecondaryIndex{{
			IndexName: aws.String("by-start"), KeySchema: key("pk", "started"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}},
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	}
	for _, name := range []string{"pk", "sk", "device", "started"} {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: &name, AttributeType: types.ScalarAttributeTypeS,
		})
	}
	out, err := c.CreateTable(t.Context(), in)
	if err != nil {
		t.Fatalf("CreateTable: %v", err)
	}
	return aws.ToString(out.TableDescription.LatestStreamArn)
}

func enable(t *testing.T, c *dynamodb.Client) {
	t.Helper()
	_, err := c.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
		TableName:               aws.String(sessionTable),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{Enabled: aws.Bool(true), AttributeName: aws.String("expires_at")},
	})
	if err != nil {
		t.Fatalf("UpdateTimeToLive: %v", err)
	}
}

// renew puts an item that expires soon and gives it another hour.
func renew(t *testing.T, c *dynamodb.Client, put func(user string, x session), now time.Time) {
	t.Helper()
	put("renewed", session{name: "expires soon", expires: statortest.N(strconv.FormatInt(now.Add(soon).Unix(), 10))})
	_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String(sessionTable), Key: keyOf("renewed/expires soon"), UpdateExpression: aws.String("SET expires_at = :t, op = :op"),
		ExpressionAttributeValues: statortest.Item{
			":t": statortest.N(strconv.FormatInt(now.Add(time.Hour).Unix(), 10)), ":op": statortest.S("renew"),
		},
		ConditionExpression: aws.String("attribute_exists(pk)"),
	})
	if err != nil {
		t.Fatalf("cannot renew an item: %v", err)
	}
}

// keyOf is the key of the item called name by keyText.
func keyOf(name string) statortest.Item {
	user, session, _ := strings.Cut(name, "/")
	return statortest.Item{"pk": statortest.S(user), "sk": statortest.S(session)}
}

// await waits until the table has only the items called want, and looks into its indexes then.
func await(t *testing.T, c *dynamodb.Client, want []string) {
	t.Helper()
	until := time.Now().Add(expiryMax)
	for {
		err := holds(t.Context(), c, "", want)
		if err == nil {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("after %v: %v", expiryMax, err)
		}
		time.Sleep(pollPause)
	}
	for _, index := range []string{"by-device", "by-start"} {
		if err := holds(t.Context(), c, index, want); err != nil {
			t.Error(err)
		}
	}
}

// holds scans the table or an index of it and tells what it has besides, or lacks of, the items called want.
func holds(ctx context.Context, c *dynamodb.Client, index string, want []string) error {
	in := &dynamodb.ScanInput{TableName: aws.String(sessionTable)}
	if index != "" {
		in.IndexName = &index
	}
	out, err := c.Scan(ctx, in)
	if err != nil {
		return fmt.Errorf("cannot scan %q: %w", index, err)
	}
	if out.LastEvaluatedKey != nil {
		return errors.New("a handful of items takes two pages")
	}
	var names []string
	for _, item := range out.Items {
		names = append(names, keyText(item))
	}
	if slices.Sort(names); !slices.Equal(names, want) {
		return fmt.Errorf("in %q there are %q, not %q", index, names, want)
	}
	return nil
}
