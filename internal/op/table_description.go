package op

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/catalog"
)

// Statuses of tables and of what is in them.
const (
	statusActive    = "ACTIVE"
	statusCreating  = "CREATING"
	statusDeleting  = "DELETING"
	statusUpdating  = "UPDATING"
	statusEnabled   = "ENABLED"
	statusDisabled  = "DISABLED"
	statusEnabling  = "ENABLING"
	statusDisabling = "DISABLING"
)

// describe returns the description of t as DescribeTable gives it, with live figures. What is not set
// is absent: clients take a figure of 0 or an empty structure for something that was chosen.
func (s *Service) describe(ctx context.Context, t *catalog.Table) (*api.TableDescription, error) {
	stats, err := s.store.Stats(ctx, t)
	if err != nil {
		return nil, err
	}
	d := &api.TableDescription{
		AttributeDefinitions:      describeAttributes(t),
		BillingModeSummary:        describeBilling(t.Billing),
		CreationDateTime:          seconds(t.Created),
		DeletionProtectionEnabled: api.Some(t.DeletionProtection),
		ItemCount:                 api.Some(stats.Items),
		KeySchema:                 describeKey(t.Key),
		OnDemandThroughput:        describeOnDemand(t.OnDemand),
		ProvisionedThroughput:     describeProvisioned(t.Provisioned, s.now()),
		SSEDescription:            describeEncryption(t.Encryption),
		TableArn:                  api.Some(s.catalog.TableARN(t.Name)),
		TableClassSummary:         describeClass(t.Class),
		TableId:                   api.Some(t.ID.String()),
		TableName:                 api.Some(t.Name),
		TableSizeBytes:            api.Some(stats.Bytes),
		TableStatus:               api.Some(tableStatus(t)),
		WarmThroughput:            describeWarm(t.Warm),
	}
	s.describeStreams(t, d)
	return d, s.describeIndexes(ctx, t, d)
}

// seconds is a point in time as DynamoDB writes it, or absent if there is none.
func seconds(t time.Time) api.Opt[float64] {
	if t.IsZero() {
		return api.Opt[float64]{}
	}
	return api.Some(float64(t.UnixMilli()) / 1000)
}

// describeAttributes returns the definitions as they were declared, or sorted by name if the table has
// indexes, as in AWS.
func describeAttributes(t *catalog.Table) []api.AttributeDefinition {
	attributes := t.Attributes
	if len(t.Indexes) > 0 {
		attributes = slices.SortedFunc(slices.Values(attributes), func(a, b catalog.Attribute) int { return strings.Compare(a.Name, b.Name) })
	}
	out := make([]api.AttributeDefinition, len(attributes))
	for i, a := range attributes {
		out[i] = api.AttributeDefinition{AttributeName: api.Some(a.Name), AttributeType: api.Some(a.Type.String())}
	}
	return out
}

func describeKey(names []string) []api.KeySchemaElement {
	return describeKeyParts(names[:1], names[1:])
}

// describeKeyParts describes a key by the names of its partition key and of its sort key attributes.
func describeKeyParts(hash, sort []string) []api.KeySchemaElement {
	out := make([]api.KeySchemaElement, 0, len(hash)+len(sort))
	for _, name := range hash {
		out = append(out, api.KeySchemaElement{AttributeName: api.Some(name), KeyType: api.Some(hashKey)})
	}
	for _, name := range sort {
		out = append(out, api.KeySchemaElement{AttributeName: api.Some(name), KeyType: api.Some(rangeKey)})
	}
	return out
}

func describeBilling(b catalog.Billing) *api.BillingModeSummary {
	if !b.Stated {
		return nil
	}
	mode := provisioned
	if b.OnDemand {
		mode = onDemand
	}
	return &api.BillingModeSummary{BillingMode: api.Some(mode), LastUpdateToPayPerRequestDateTime: seconds(b.SinceOnDemand)}
}

func describeProvisioned(p catalog.Provisioned, now time.Time) *api.ProvisionedThroughputDescription {
	return &api.ProvisionedThroughputDescription{
		LastDecreaseDateTime:   seconds(p.Decreased),
		LastIncreaseDateTime:   seconds(p.Increased),
		NumberOfDecreasesToday: api.Some(decreasesOn(p, now)),
		ReadCapacityUnits:      api.Some(p.Read),
		WriteCapacityUnits:     api.Some(p.Write),
	}
}

func describeOnDemand(u *catalog.Units) *api.OnDemandThroughput {
	if u == nil {
		return nil
	}
	return &api.OnDemandThroughput{MaxReadRequestUnits: maximum(u.Read), MaxWriteRequestUnits: maximum(u.Write)}
}

// maximum is a figure of which 0 is none.
func maximum(units int64) api.Opt[int64] { return api.Opt[int64]{V: units, Set: units != 0} }

func describeWarm(u catalog.Units) *api.TableWarmThroughputDescription {
	return &api.TableWarmThroughputDescription{
		ReadUnitsPerSecond: api.Some(u.Read), Status: api.Some(statusActive), WriteUnitsPerSecond: api.Some(u.Write),
	}
}

func describeClass(c *catalog.Class) *api.TableClassSummary {
	if c == nil {
		return nil
	}
	return &api.TableClassSummary{LastUpdateDateTime: seconds(c.Changed), TableClass: api.Some(c.Name)}
}

func describeEncryption(e *catalog.Encryption) *api.SSEDescription {
	if e == nil {
		return nil
	}
	return &api.SSEDescription{KMSMasterKeyArn: api.Some(e.KeyARN), SSEType: api.Some(kmsType), Status: api.Some(statusEnabled)}
}
