package op

import (
	"context"
	"slices"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/catalog"
)

// tableStatus is the status of t. It is being updated while a new index is made known to all writers,
// which is what AWS calls resource allocation, and while an index is removed. Filling one is not an update.
func tableStatus(t *catalog.Table) string {
	for i := range t.Indexes {
		if ix := &t.Indexes[i]; allocating(ix) || ix.State == catalog.IndexDeleting {
			return statusUpdating
		}
	}
	return statusActive
}

// allocating reports whether ix is being created and not being filled yet.
func allocating(ix *catalog.Index) bool { return ix.State == catalog.IndexCreating && !ix.Filling }

func indexStatus(ix *catalog.Index) string {
	switch ix.State {
	case catalog.IndexCreating:
		return statusCreating
	case catalog.IndexDeleting:
		return statusDeleting
	case catalog.IndexActive:
	}
	return statusActive
}

// describeIndexes adds the indexes of t to d, in the order in which they were made.
func (s *Service) describeIndexes(ctx context.Context, t *catalog.Table, d *api.TableDescription) error {
	for i := range t.Indexes {
		ix := &t.Indexes[i]
		stats, err := s.store.IndexStats(ctx, t, ix)
		if err != nil {
			return err
		}
		arn := s.catalog.IndexARN(t.Name, ix.Name)
		if ix.Local {
			d.LocalSecondaryIndexes = append(d.LocalSecondaryIndexes, api.LocalSecondaryIndexDescription{
				IndexArn:       api.Some(arn),
				IndexName:      api.Some(ix.Name),
				IndexSizeBytes: api.Some(stats.Bytes),
				ItemCount:      api.Some(stats.Items),
				KeySchema:      describeKeyParts(ix.Hash, ix.Sort),
				Projection:     describeProjection(&ix.Projection),
			})
			continue
		}
		global := s.describeGlobal(ix)
		global.IndexArn, global.IndexSizeBytes, global.ItemCount = api.Some(arn), api.Some(stats.Bytes), api.Some(stats.Items)
		d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, global)
	}
	return nil
}

// describeGlobal describes ix without its figures. Backfilling stands only where an index of a table
// that exists is being created; clients wait for it to go away.
func (s *Service) describeGlobal(ix *catalog.Index) api.GlobalSecondaryIndexDescription {
	d := api.GlobalSecondaryIndexDescription{
		IndexName:             api.Some(ix.Name),
		IndexStatus:           api.Some(indexStatus(ix)),
		KeySchema:             describeKeyParts(ix.Hash, ix.Sort),
		OnDemandThroughput:    describeOnDemand(ix.OnDemand),
		Projection:            describeProjection(&ix.Projection),
		ProvisionedThroughput: describeProvisioned(ix.Provisioned, s.now()),
		WarmThroughput:        describeIndexWarm(ix.Warm),
	}
	if ix.State == catalog.IndexCreating {
		d.Backfilling = api.Some(ix.Filling)
		d.WarmThroughput.Status = api.Some(statusUpdating)
	}
	return d
}

// describeProjection gives the attributes sorted by name, as AWS does.
func describeProjection(p *catalog.Projection) *api.Projection {
	return &api.Projection{NonKeyAttributes: slices.Sorted(slices.Values(p.Others)), ProjectionType: api.Some(p.Type)}
}

func describeIndexWarm(u catalog.Units) *api.GlobalSecondaryIndexWarmThroughputDescription {
	return &api.GlobalSecondaryIndexWarmThroughputDescription{
		ReadUnitsPerSecond: api.Some(u.Read), Status: api.Some(statusActive), WriteUnitsPerSecond: api.Some(u.Write),
	}
}
