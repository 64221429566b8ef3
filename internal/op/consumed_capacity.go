package op

import (
	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/capacity"
	"github.com/statordb/stator/internal/store"
)

// consumed is the ConsumedCapacity of a response to a request that used units of its table, if the
// request asks for it. The table is called what the request calls it.
func (r *itemRequest) consumed(units float64) *api.ConsumedCapacity {
	wanted := r.returnConsumed.V
	if wanted != total && wanted != indexes {
		return nil
	}
	c := &api.ConsumedCapacity{TableName: r.tableName, CapacityUnits: api.Some(units)}
	if wanted == indexes {
		c.Table = &api.Capacity{CapacityUnits: api.Some(units)}
	}
	return c
}

// written is the ConsumedCapacity of a write: of the table and of the indexes that changed. It is the
// table only that a transaction pays more for (captures-tables §6.3).
func (r *itemRequest) written(res *store.Result) *api.ConsumedCapacity {
	units := capacity.Write(res.OldSize, res.NewSize)
	if r.within == aTransaction {
		units *= capacity.Transactional
	}
	c := r.consumed(units)
	if c == nil {
		return nil
	}
	for i := range res.Indexes {
		x := &res.Indexes[i]
		units := capacity.IndexWrite(x.OldSize, x.NewSize, x.Moved)
		c.CapacityUnits.V += units
		if c.Table == nil {
			continue
		}
		arms := &c.GlobalSecondaryIndexes
		if x.Index.Local {
			arms = &c.LocalSecondaryIndexes
		}
		*arms = append(*arms, api.Entry[api.Capacity]{Key: x.Index.Name, V: api.Capacity{CapacityUnits: api.Some(units)}})
	}
	return c
}
