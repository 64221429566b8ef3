package op

import (
	"slices"
	"strings"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/catalog"
)

// consumption is the ConsumedCapacity of a request that uses units of several tables: one entry for
// each, called what the request first calls it.
type consumption struct {
	wanted  string // ReturnConsumedCapacity
	tables  []*catalog.Table
	entries []api.ConsumedCapacity
}

// add adds what one item, or several of one table, cost; nil is nothing.
func (c *consumption) add(t *catalog.Table, one *api.ConsumedCapacity) {
	if one == nil {
		return
	}
	i := slices.IndexFunc(c.tables, func(of *catalog.Table) bool { return of.ID == t.ID })
	if i < 0 {
		c.tables, c.entries = append(c.tables, t), append(c.entries, *one)
		return
	}
	to := &c.entries[i]
	addUnits(&to.CapacityUnits, one.CapacityUnits)
	if one.Table != nil {
		addUnits(&to.Table.CapacityUnits, one.Table.CapacityUnits)
	}
	addArms(&to.GlobalSecondaryIndexes, one.GlobalSecondaryIndexes)
	addArms(&to.LocalSecondaryIndexes, one.LocalSecondaryIndexes)
}

func addUnits(to *api.Opt[float64], more api.Opt[float64]) { *to = api.Some(to.V + more.V) }

// addFailed adds what a refused write cost to the total of its table, if that has an entry.
func (c *consumption) addFailed(t *catalog.Table, units float64) {
	for i, of := range c.tables {
		if of.ID == t.ID && (c.wanted == total || c.wanted == indexes) {
			c.entries[i].CapacityUnits.V += units
		}
	}
}

// addArms adds the units of indexes.
func addArms(to *api.Map[api.Capacity], more api.Map[api.Capacity]) {
	for _, arm := range more {
		i := slices.IndexFunc(*to, func(e api.Entry[api.Capacity]) bool { return e.Key == arm.Key })
		if i < 0 {
			*to = append(*to, arm)
			continue
		}
		addUnits(&(*to)[i].V.CapacityUnits, arm.V.CapacityUnits)
	}
}

// list is the ConsumedCapacity member of the response: absent unless asked for.
func (c *consumption) list() []api.ConsumedCapacity {
	if c.wanted != total && c.wanted != indexes {
		return nil
	}
	slices.SortFunc(c.entries, func(a, b api.ConsumedCapacity) int { return strings.Compare(a.TableName.V, b.TableName.V) })
	if c.entries == nil {
		return []api.ConsumedCapacity{}
	}
	return c.entries
}
