package op

import (
	"bytes"
	"slices"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/store"
)

// output is the response, when the writes are made.
func (b *batchWrite) output() *api.BatchWriteItemOutput {
	out := &api.BatchWriteItemOutput{UnprocessedItems: api.Map[[]api.WriteRequest]{}}
	consumed := consumption{wanted: b.in.ReturnConsumedCapacity.V}
	var collections collectionList
	n := 0
	for i := range b.in.RequestItems {
		t := &b.in.RequestItems[i]
		var undone []api.WriteRequest
		for w := range t.V {
			r, res := b.requests[n], &b.results[n]
			if b.undone[n] {
				undone = append(undone, t.V[w])
			} else {
				consumed.add(r.table, r.written(res))
				collections.add(r, res)
			}
			n++
		}
		if undone != nil {
			out.UnprocessedItems = append(out.UnprocessedItems, api.Entry[[]api.WriteRequest]{Key: t.Key, V: undone})
		}
	}
	out.ConsumedCapacity, out.ItemCollectionMetrics = consumed.list(), collections.byTable
	return out
}

// collectionList is the ItemCollectionMetrics of a request that writes several items: one entry for
// each item collection, as it is in the end.
type collectionList struct {
	byTable api.Map[[]api.ItemCollectionMetrics]
	known   []knownCollection
}

type knownCollection struct {
	table     *catalog.Table
	partition []byte
	at, entry int // in byTable
}

// add adds the collection of an item that was written, if the request asks for it.
func (c *collectionList) add(r *itemRequest, res *store.Result) {
	one := r.collectionMetrics(res)
	if one == nil {
		return
	}
	for _, k := range c.known {
		if k.table.ID == r.table.ID && bytes.Equal(k.partition, r.key.Partition) {
			c.byTable[k.at].V[k.entry] = *one
			return
		}
	}
	at := slices.IndexFunc(c.byTable, func(e api.Entry[[]api.ItemCollectionMetrics]) bool { return e.Key == r.tableName.V })
	if at < 0 {
		at = len(c.byTable)
		c.byTable = append(c.byTable, api.Entry[[]api.ItemCollectionMetrics]{Key: r.tableName.V})
	}
	to := &c.byTable[at].V
	c.known = append(c.known, knownCollection{r.table, r.key.Partition, at, len(*to)})
	*to = append(*to, *one)
}
