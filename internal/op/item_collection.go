package op

import (
	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/store"
)

// collectionMetrics is the ItemCollectionMetrics of a response to a write, if the request asks for it
// and the table has item collections: those that have a local index do.
func (r *itemRequest) collectionMetrics(res *store.Result) *api.ItemCollectionMetrics {
	if r.returnMetrics.V != size || !r.table.HasLocal() {
		return nil
	}
	const gigabyte = 1 << 30
	pk := r.table.PartitionKey()
	var b attr.Builder
	b.Open(nil)
	key := b.Field(nil, []byte(pk.Name), attr.AppendScalar(nil, pk.Type, r.key.Partition))
	below := float64(res.Collection / gigabyte)
	return &api.ItemCollectionMetrics{
		ItemCollectionKey:   api.Attributes{Item: b.CloseItem(key)},
		SizeEstimateRangeGB: []float64{below, below + 1},
	}
}
