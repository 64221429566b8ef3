package op

import (
	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/capacity"
)

// consumedByPage is the ConsumedCapacity of a page. What is evaluated is paid for as one, by the table
// or by the index; bases are paid for each on its own, by the table (captures-items §12).
func (r *pageRequest) consumedByPage() *api.ConsumedCapacity {
	units := capacity.Read(r.page.bytes, r.strong)
	if r.index == nil {
		return r.consumed(units)
	}
	c := r.consumed(units + r.page.baseUnits)
	if c == nil || c.Table == nil {
		return c
	}
	c.Table.CapacityUnits = api.Some(r.page.baseUnits)
	arm := api.Map[api.Capacity]{{Key: r.index.Name, V: api.Capacity{CapacityUnits: api.Some(units)}}}
	if r.index.Local {
		c.LocalSecondaryIndexes = arm
	} else {
		c.GlobalSecondaryIndexes = arm
	}
	return c
}
