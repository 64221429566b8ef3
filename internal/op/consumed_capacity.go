package op

import "github.com/statordb/stator/internal/api"

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
