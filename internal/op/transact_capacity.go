package op

import "github.com/statordb/stator/internal/api"

// mirroredReads is the ConsumedCapacity of a transaction that reads: it says its units twice, of the
// table and of each index.
func (c *consumption) mirroredReads() []api.ConsumedCapacity {
	return c.mirrored(
		func(e *api.ConsumedCapacity) { e.ReadCapacityUnits = e.CapacityUnits },
		func(arm *api.Capacity) { arm.ReadCapacityUnits = arm.CapacityUnits })
}

// mirroredWrites is that of a transaction that writes.
func (c *consumption) mirroredWrites() []api.ConsumedCapacity {
	return c.mirrored(
		func(e *api.ConsumedCapacity) { e.WriteCapacityUnits = e.CapacityUnits },
		func(arm *api.Capacity) { arm.WriteCapacityUnits = arm.CapacityUnits })
}

func (c *consumption) mirrored(whole func(*api.ConsumedCapacity), one func(*api.Capacity)) []api.ConsumedCapacity {
	list := c.list()
	for i := range list {
		e := &list[i]
		whole(e)
		if e.Table != nil {
			one(e.Table)
		}
		for _, arms := range []api.Map[api.Capacity]{e.GlobalSecondaryIndexes, e.LocalSecondaryIndexes} {
			for k := range arms {
				one(&arms[k].V)
			}
		}
	}
	return list
}
