package op

import (
	"encoding/hex"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/stream"
)

// What all records say of themselves.
const (
	eventVersion = "1.1"
	eventSource  = "aws:dynamodb"
)

// serviceIdentity is who deletes items that have expired. The names of its members are those of the service
// model, which SDKs read; events that Lambda gives to functions have others.
var serviceIdentity = api.Identity{PrincipalId: api.Some("dynamodb.amazonaws.com"), Type: api.Some("Service")}

// describeRecord describes a record of a stream with a view. Its items are those of r.
func (s *Service) describeRecord(view string, r *stream.Record) *api.Record {
	d := &api.Record{
		AwsRegion: api.Some(s.catalog.Region),
		Dynamodb: &api.StreamRecord{
			ApproximateCreationDateTime: api.Some(float64(r.Created.Unix())),
			Keys:                        image(r.Keys),
			NewImage:                    image(r.New),
			OldImage:                    image(r.Old),
			SequenceNumber:              api.Some(r.Position.String()),
			SizeBytes:                   api.Some(int64(r.Size)),
			StreamViewType:              api.Some(view),
		},
		EventID:      api.Some(hex.EncodeToString(r.ID[:])),
		EventName:    api.Some(r.Event.String()),
		EventSource:  api.Some(eventSource),
		EventVersion: api.Some(eventVersion),
	}
	if r.Service {
		d.UserIdentity = &serviceIdentity
	}
	return d
}

// image is an item as streams show it (captures-tables §2).
func image(it attr.Item) api.Attributes { return api.Attributes{Item: it, Hashed: true} }
