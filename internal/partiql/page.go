package partiql

import (
	"context"
	"errors"
	"slices"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/store"
)

// pageBytesMax is the size from which a page is full: that of its evaluated items as DynamoDB counts.
// The item that reaches it is still on the page.
const pageBytesMax = 1 << 20

// Position is where a page ended: behind the item with Key, in a range of the Read.
type Position struct {
	Range int
	Key   attr.Item
}

// Page is what was read of a page.
type Page struct {
	Sizes []int     // of what was evaluated in each range that was visited, as DynamoDB counts
	Bases []int     // of each item of the table that an entry of a local index led to
	Next  *Position // nil: there is nothing more
}

// pager reads one page.
type pager struct {
	*Read
	store     *store.Store
	limit     int // 0: none
	emit      func(attr.Item)
	page      Page
	evaluated int
	bytes     int
	baseBytes int
}

// Page evaluates items behind from, or the first ones if it is nil, until there are limit (if that is
// not 0) or a page is full, and calls emit with what is asked for of those that match. What emit is
// called with is valid until it returns.
func (r *Read) Page(ctx context.Context, s *store.Store, limit int, from *Position, emit func(attr.Item)) (Page, error) {
	p := &pager{Read: r, store: s, limit: limit, emit: emit}
	if r.ranges == nil {
		return p.page, p.walk(ctx, 0, from)
	}
	first := 0
	if from != nil {
		first = from.Range
	}
	for i := first; i < len(r.ranges) && p.page.Next == nil; i++ {
		visit := p.walk
		if r.single(i) {
			visit = p.get
		}
		if err := visit(ctx, i, from); err != nil {
			return p.page, err
		}
		from = nil
	}
	return p.page, nil
}

// single reports whether range i is the whole key of an item of a table.
func (r *Read) single(i int) bool {
	_, sorted := r.bound.table.SortKey()
	return r.bound.index == nil && (!sorted || r.ranges[i].point)
}

// get visits the one item of range i.
func (p *pager) get(ctx context.Context, i int, from *Position) error {
	x := &p.ranges[i]
	k := store.Key{Partition: x.partition.Bytes(), Sort: x.bounds.From}
	p.page.Sizes = append(p.page.Sizes, 0)
	if from != nil || len(k.Partition) == 0 {
		return nil
	}
	var buf []byte
	it, size, err := p.store.Get(ctx, p.bound.table, k, p.strong, &buf)
	if err != nil || it == nil {
		return err
	}
	p.count(size)
	p.show(it, it)
	if p.full() {
		p.page.Next = &Position{i, p.keyOf(it)}
	}
	return nil
}

// count counts an item that is evaluated.
func (p *pager) count(size int) {
	p.evaluated++
	p.bytes += size
	p.page.Sizes[len(p.page.Sizes)-1] += size
}

func (p *pager) full() bool {
	return p.evaluated == p.limit || max(p.bytes, p.baseBytes) >= pageBytesMax
}

// show emits what is asked for of whole, if it matches.
func (p *pager) show(it, whole attr.Item) {
	if !p.bound.condition.Match(it) {
		return
	}
	if p.columns != nil {
		p.buf = p.columns.choose(p.buf[:0], whole)
		whole = p.buf
	}
	p.emit(whole)
}

var errPosition = errors.New("partiql: a page begins outside what is read")

// walk visits the items of range i, or all of them.
func (p *pager) walk(ctx context.Context, i int, from *Position) (err error) {
	w := store.Walk{Table: p.bound.table, Index: p.bound.index, Reverse: p.reverse, Strong: p.strong, Bases: p.bases}
	if p.ranges == nil {
		w.VisitSegment(0, 1)
	} else {
		w.VisitPartition([][]byte{p.ranges[i].partition.Bytes()}, nil, p.ranges[i].bounds)
	}
	p.page.Sizes = append(p.page.Sizes, 0)
	if from != nil && !w.GoOnBehind(from.Key) {
		return errPosition
	}
	c, err := p.store.Walk(ctx, w)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := c.Close(); err == nil {
			err = closeErr
		}
	}()
	for c.Next() {
		it, size := c.Item()
		p.count(size)
		whole := it
		if p.bases {
			if whole, size, err = c.Base(ctx); err != nil {
				return err
			}
			p.baseBytes += size
			p.page.Bases = append(p.page.Bases, size)
		}
		p.show(it, whole)
		if p.full() {
			p.page.Next = &Position{i, p.keyOf(it)}
			return nil
		}
	}
	return nil
}

// keyOf returns the key attributes of it, those of the table and of the index, in memory of its own.
func (p *pager) keyOf(it attr.Item) attr.Item {
	var b attr.Builder
	var key []byte
	b.Open(nil)
	for f := it.Fields(); f.Next(); {
		name := string(f.Name)
		if slices.Contains(p.bound.table.Key, name) || p.bound.index != nil && p.bound.index.IsKey(name) {
			key = b.Field(key, f.Name, f.Value)
		}
	}
	return b.CloseItem(key)
}
