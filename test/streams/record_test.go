package streams

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// record makes the record of a change from the item that one write left to the one that another write left;
// "" says that there is no item.
func record(number int, before, after string) *streamtypes.Record {
	image := func(op string) map[string]streamtypes.AttributeValue {
		if op == "" {
			return nil
		}
		return map[string]streamtypes.AttributeValue{
			"pk": &streamtypes.AttributeValueMemberS{Value: "p"}, "sk": &streamtypes.AttributeValueMemberS{Value: "s"},
			"op": &streamtypes.AttributeValueMemberS{Value: op},
		}
	}
	r := &streamtypes.Record{
		EventID: aws.String(fmt.Sprintf("%032d", number)), EventVersion: aws.String("1.1"), EventSource: aws.String("aws:dynamodb"),
		AwsRegion: aws.String("us-east-1"), EventName: streamtypes.OperationTypeModify,
		Dynamodb: &streamtypes.StreamRecord{
			ApproximateCreationDateTime: aws.Time(time.Now()), SequenceNumber: aws.String(fmt.Sprintf("%021d", number)), SizeBytes: aws.Int64(9),
			StreamViewType: streamtypes.StreamViewTypeNewAndOldImages, Keys: image("x"), OldImage: image(before), NewImage: image(after),
		},
	}
	delete(r.Dynamodb.Keys, "op")
	switch "" {
	case before:
		r.EventName = streamtypes.OperationTypeInsert
	case after:
		r.EventName = streamtypes.OperationTypeRemove
	}
	return r
}

// TestReplica lets a replica take in records that are right but for the last one.
func TestReplica(t *testing.T) {
	spoiled := func(r *streamtypes.Record, spoil func(*streamtypes.Record)) *streamtypes.Record {
		spoil(r)
		return r
	}
	insert, modify, remove := record(1, "", "1"), record(2, "1", "2"), record(3, "2", "")
	for want, last := range map[string][]*streamtypes.Record{
		"":                     {insert, modify, remove, record(4, "", "5")},
		"chain of p/s is brok": {insert, remove},
		"chain of p/s":         {insert, modify, record(4, "1", "3")},
		"the same ID":          {insert, modify, record(1, "2", "3")},
		"nothing was changed":  {insert, record(2, "1", "1")},
		"written by 1 before":  {insert, modify, record(3, "2", "1")},
		"old image is":         {spoiled(record(1, "", "1"), func(r *streamtypes.Record) { r.EventName = streamtypes.OperationTypeModify })},
		"new image is":         {insert, spoiled(record(2, "1", ""), func(r *streamtypes.Record) { r.EventName = streamtypes.OperationTypeModify })},
		"image is of p/": {spoiled(record(1, "", "1"), func(r *streamtypes.Record) {
			delete(r.Dynamodb.NewImage, "sk")
		})},
		"no size":  {spoiled(record(1, "", "1"), func(r *streamtypes.Record) { r.Dynamodb.SizeBytes = nil })},
		"lacks":    {spoiled(record(1, "", "1"), func(r *streamtypes.Record) { r.EventID = nil })},
		"the view": {spoiled(record(1, "", "1"), func(r *streamtypes.Record) { r.Dynamodb.StreamViewType = "KEYS_ONLY" })},
		"is  of":   {spoiled(record(1, "", "1"), func(r *streamtypes.Record) { r.EventVersion = nil })},
		"made at":  {spoiled(record(1, "", "1"), func(r *streamtypes.Record) { r.Dynamodb.ApproximateCreationDateTime = aws.Time(time.Unix(1, 0)) })},
		"by User me": {spoiled(record(1, "", "1"), func(r *streamtypes.Record) {
			r.UserIdentity = &streamtypes.Identity{Type: aws.String("User"), PrincipalId: aws.String("me")}
		})},
	} {
		replica := newReplica()
		var err error
		for i, r := range last {
			if err = replica.apply(r); err != nil && i < len(last)-1 {
				break
			}
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(strings.ReplaceAll(err.Error(), "\n", " "), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}
