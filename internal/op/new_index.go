package op

import (
	"slices"
	"time"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/catalog"
)

// addIndexes gives t, a new table, the indexes that in asks for. They are active at once: there is
// nothing to fill them with.
func addIndexes(t *catalog.Table, in *api.CreateTableInput) {
	for i := range in.LocalSecondaryIndexes {
		x := &in.LocalSecondaryIndexes[i]
		ix := catalog.Index{Name: x.IndexName.V, Local: true, Projection: projection(x.Projection)}
		ix.Hash, ix.Sort = keyParts(x.KeySchema)
		t.AddIndex(ix)
	}
	for i := range in.GlobalSecondaryIndexes {
		t.AddIndex(newGlobal(&in.GlobalSecondaryIndexes[i]))
	}
}

// newGlobal is the global index that x asks for, active.
func newGlobal(x *api.GlobalSecondaryIndex) catalog.Index {
	ix := catalog.Index{
		Name:       x.IndexName.V,
		Projection: projection(x.Projection),
		OnDemand:   newOnDemand(x.OnDemandThroughput),
		Warm:       newWarm(x.WarmThroughput, x.ProvisionedThroughput),
	}
	ix.Hash, ix.Sort = keyParts(x.KeySchema)
	if x.ProvisionedThroughput != nil {
		ix.Provisioned.Units = units(x.ProvisionedThroughput)
	}
	return ix
}

// newOnline is the index that x asks for of a table that exists.
func newOnline(x *api.GlobalSecondaryIndex, now time.Time) catalog.Index {
	ix := newGlobal(x)
	ix.State, ix.Created = catalog.IndexCreating, now
	return ix
}

func projection(p *api.Projection) catalog.Projection {
	return catalog.Projection{Type: p.ProjectionType.V, Others: slices.Clone(p.NonKeyAttributes)}
}
