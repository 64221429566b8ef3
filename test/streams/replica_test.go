package streams

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/statordb/stator/test/statortest"
)

// version is an item as one write left it: the item's key and the name of that write, which every write but a
// deletion leaves in attribute op. No two writes have the same name.
type version struct{ key, op string }

// replica is the table as it is rebuilt from records with both images.
type replica struct {
	began time.Time // no record is older

	mu      sync.Mutex        // guards what follows
	items   map[string]string // texts by key
	made    map[version]bool  // by an INSERT or a MODIFY
	removed map[version]bool  // by a REMOVE
	events  map[string]string // by ID, their sequence numbers
	counts  map[string]int    // records of each kind
	service map[string]bool   // keys of items that the service removed
}

func newReplica() *replica {
	return &replica{
		began: time.Now(), items: map[string]string{}, made: map[version]bool{}, removed: map[version]bool{},
		events: map[string]string{}, counts: map[string]int{}, service: map[string]bool{},
	}
}

// creationSlack is how far the time of a record may be before the test and after now: it has no more than
// milliseconds.
const creationSlack = 2 * time.Second

// apply takes in one record. An error says what is wrong with it, by itself or after those before it.
func (r *replica) apply(record *streamtypes.Record) error {
	if err := r.outside(record); err != nil {
		return err
	}
	d := record.Dynamodb
	before, after := statortest.Image(d.OldImage), statortest.Image(d.NewImage)
	key := keyText(statortest.Image(d.Keys))
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := shape(record.EventName, key, before, after); err != nil {
		return fmt.Errorf("%s of %s: %w", record.EventName, key, err)
	}
	if r.items[key] != itemText(before) {
		return fmt.Errorf("the chain of %s is broken: the item was\n %s\nand the old image is\n %s", key, r.items[key], itemText(before))
	}
	if other, ok := r.events[aws.ToString(record.EventID)]; ok {
		return fmt.Errorf("the records %s and %s have the same ID", other, aws.ToString(d.SequenceNumber))
	}
	r.events[aws.ToString(record.EventID)] = aws.ToString(d.SequenceNumber)
	r.counts[string(record.EventName)]++
	if after == nil {
		delete(r.items, key)
		r.removed[version{key, attribute(before, "op")}] = true
		r.service[key] = record.UserIdentity != nil
		return nil
	}
	now := version{key, attribute(after, "op")}
	if r.made[now] {
		return fmt.Errorf("%s was written by %s before", key, now.op)
	}
	r.made[now], r.items[key] = true, itemText(after)
	return nil
}

// outside checks what is around the images.
func (r *replica) outside(record *streamtypes.Record) error {
	d := record.Dynamodb
	switch {
	case d == nil || record.EventID == nil || len(*record.EventID) < 32:
		return errors.New("the record lacks its ID or its contents")
	case aws.ToString(record.EventVersion) != "1.1" || aws.ToString(record.EventSource) != "aws:dynamodb" || aws.ToString(record.AwsRegion) != "us-east-1":
		return fmt.Errorf("the record is %s of %s in %s", aws.ToString(record.EventVersion), aws.ToString(record.EventSource), aws.ToString(record.AwsRegion))
	case d.StreamViewType != streamtypes.StreamViewTypeNewAndOldImages:
		return fmt.Errorf("the view is %s", d.StreamViewType)
	case aws.ToInt64(d.SizeBytes) <= 0:
		return errors.New("the record has no size")
	case d.ApproximateCreationDateTime == nil || d.ApproximateCreationDateTime.Before(r.began.Add(-creationSlack)) ||
		d.ApproximateCreationDateTime.After(time.Now().Add(creationSlack)):
		return fmt.Errorf("the change was made at %v", d.ApproximateCreationDateTime)
	}
	if u := record.UserIdentity; u != nil && (aws.ToString(u.Type) != "Service" || aws.ToString(u.PrincipalId) != "dynamodb.amazonaws.com") {
		return fmt.Errorf("the change was made by %s %s", aws.ToString(u.Type), aws.ToString(u.PrincipalId))
	}
	return nil
}

// shape checks that the images are those that belong to the kind of change, and are of the item called key.
func shape(event streamtypes.OperationType, key string, before, after statortest.Item) error {
	if (event == streamtypes.OperationTypeInsert) != (before == nil) {
		return fmt.Errorf("the old image is %s", itemText(before))
	}
	if (event == streamtypes.OperationTypeRemove) != (after == nil) {
		return fmt.Errorf("the new image is %s", itemText(after))
	}
	for _, image := range []statortest.Item{before, after} {
		if image != nil && keyText(image) != key {
			return fmt.Errorf("an image is of %s", keyText(image))
		}
	}
	if itemText(before) == itemText(after) {
		return errors.New("nothing was changed")
	}
	return nil
}

// keyText names an item by its key.
func keyText(item statortest.Item) string { return attribute(item, "pk") + "/" + attribute(item, "sk") }
