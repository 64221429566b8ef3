package op

import (
	"context"
	"math"
	"slices"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/capacity"
	"github.com/statordb/stator/internal/store"
)

// pageBytesMax is the size from which a page is full: that of its evaluated items as DynamoDB counts,
// before the filter and the projection ("Paginating table query results", Developer Guide). The item
// that reaches it is still on the page.
const pageBytesMax = 1 << 20

// page is what has been read of a page.
type page struct {
	evaluated, returned int
	bytes               int       // of the evaluated items, or entries
	baseBytes           int       // of their bases
	baseUnits           float64   // each base is paid for on its own
	last                attr.Item // the key of the last evaluated item, if the page ended because it was full
}

// read carries the request out and appends the response to dst. Items go from the store to the
// response one by one.
func (r *pageRequest) read(ctx context.Context, dst []byte) ([]byte, error) {
	c, err := r.service.store.Walk(ctx, r.walk)
	if err != nil {
		return dst, err
	}
	from := len(dst)
	if r.selection.V != selectCount {
		dst = append(dst, `{"Items":[`...)
	}
	dst, err = r.visit(ctx, c, dst)
	if closeErr := c.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return dst, err
	}
	if r.selection.V == selectCount {
		return r.output().AppendJSON(dst[:from]), nil
	}
	dst = append(dst, ']')
	rest := len(dst)
	dst = r.output().AppendJSON(dst)
	dst[rest] = ',' // one object: what follows the items goes on where they end
	return dst, nil
}

// visit evaluates items until the page is full or there are no more, and appends those that are returned.
func (r *pageRequest) visit(ctx context.Context, c *store.Cursor, dst []byte) ([]byte, error) {
	p := &r.page
	limit := int(r.limit.Or(math.MaxInt32))
	for c.Next() {
		it, err := r.evaluate(ctx, c)
		if err != nil {
			return dst, err
		}
		if r.boundCondition.Match(it) {
			dst = r.appendItem(dst, it)
			p.returned++
		}
		if p.evaluated == limit || max(p.bytes, p.baseBytes) >= pageBytesMax {
			p.last = r.keyOf(c)
			break
		}
	}
	return dst, nil
}

// evaluate counts the current item and returns what the filter and the response see of it.
func (r *pageRequest) evaluate(ctx context.Context, c *store.Cursor) (attr.Item, error) {
	p := &r.page
	it, size := c.Item()
	p.evaluated++
	p.bytes += size
	if !r.walk.Bases {
		return it, nil
	}
	base, size, err := c.Base(ctx)
	if err != nil {
		return nil, err
	}
	p.baseBytes += size
	p.baseUnits += capacity.Read(size, r.strong)
	return base, nil
}

// appendItem appends the part of it that is asked for.
func (r *pageRequest) appendItem(dst []byte, it attr.Item) []byte {
	if r.selection.V == selectCount {
		return dst
	}
	if r.page.returned > 0 {
		dst = append(dst, ',')
	}
	if r.mask != nil {
		r.buf = r.mask.Apply(r.buf[:0], it)
		it = r.buf
	}
	if r.kind == scanning {
		return it.AppendHashedJSON(dst) // captures-items §3.6
	}
	return it.AppendJSON(dst)
}

// keyOf returns the key attributes of the current item: those of the table and of the index.
func (r *pageRequest) keyOf(c *store.Cursor) attr.Item {
	names := r.startKeyNames()
	it, _ := c.Item()
	var b attr.Builder
	r.buf = r.buf[:0]
	b.Open(r.buf)
	for f := it.Fields(); f.Next(); {
		if slices.Contains(names, string(f.Name)) {
			r.buf = b.Field(r.buf, f.Name, f.Value)
		}
	}
	r.buf = b.CloseItem(r.buf)
	return r.buf
}

// output is the response but for its items.
func (r *pageRequest) output() *api.QueryOutput {
	p := &r.page
	return &api.QueryOutput{
		ConsumedCapacity: r.consumedByPage(),
		Count:            api.Some(int32(p.returned)),  //nolint:gosec // bounded by pageBytesMax
		ScannedCount:     api.Some(int32(p.evaluated)), //nolint:gosec // bounded by pageBytesMax
		LastEvaluatedKey: api.Attributes{Item: p.last},
	}
}
