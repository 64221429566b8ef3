package partiql

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/expr"
	"github.com/statordb/stator/internal/store"
)

// Write is an INSERT, UPDATE or DELETE as it is carried out.
type Write struct {
	store.Write
	bound *Bound
}

// Write plans a write and refuses what AWS refuses once it knows the table, before it reads the item
// (partiql.md §11).
func (b *Bound) Write() (*Write, *apierr.Error) {
	w := &Write{bound: b, Write: store.Write{Table: b.table}}
	var err *apierr.Error
	switch b.verb {
	case inserting:
		w.Key, err = b.insertedKey()
		if err == nil {
			err = b.table.CheckIndexKeys(b.item)
		}
		w.If, w.Change = absent{}, insert(b.item)
	case updating:
		if w.Key, err = b.writtenKey(); err == nil {
			err = b.checkTargets()
		}
		w.If, w.Change = present{b.condition}, &update{b.update, b.table}
	case deleting:
		w.Key, err = b.writtenKey()
		w.If, w.Change = absentOr{b.condition}, store.Delete{}
	default: // an EXISTS
		w.Key, err = b.writtenKey()
		w.If, w.Change = present{b.condition}, store.Keep{}
	}
	w.WantOld = b.returning != nil && !b.returning.new
	return w, err
}

// insertedKey returns the key of the item to insert.
func (b *Bound) insertedKey() (store.Key, *apierr.Error) {
	partition, sort := b.keyAttributes()
	var values [2]attr.Value
	for i, key := range []catalog.Attribute{partition, sort} {
		if key.Name == "" {
			continue
		}
		values[i] = b.item.Get(key.Name)
		switch t := values[i].Type(); {
		case values[i] == nil || t == key.Type:
		case b.within == Transaction:
			return store.Key{}, apierr.Invalidf("Type mismatch for key %s expected: %s actual: %s", key.Name, key.Type, t)
		default:
			return store.Key{}, wrongSchemaType(key)
		}
	}
	for i, name := range b.table.Key {
		if values[i] == nil {
			return store.Key{}, apierr.Invalid("Missing the key " + name + " in the item")
		}
	}
	return keyOf(b.table, values[0], values[1])
}

// checkTargets refuses an update of a key attribute, and of paths that cannot go together.
func (b *Bound) checkTargets() *apierr.Error {
	for _, p := range b.update.Paths() {
		if slices.Contains(b.table.Key, p[0].Name) {
			return apierr.Invalid(keyUpdate + p[0].Name + ". This attribute is part of the key")
		}
	}
	return b.update.CheckPaths()
}

const keyUpdate = "Cannot update attribute "

// IsKeyUpdate reports whether err refuses an update of a key attribute.
func IsKeyUpdate(err *apierr.Error) bool { return strings.Contains(err.Message, keyUpdate) }

// Conditional reports whether the WHERE clause says more than what the key is equal to.
func (w *Write) Conditional() bool {
	partition, sort := w.bound.keyAttributes()
	r := keyReader{bound: w.bound, partition: partition.Name, sort: sort.Name}
	return slices.ContainsFunc(conjuncts(w.bound.where), func(n *node) bool {
		name, _ := r.test(n)
		return name == "" || n.text != "="
	})
}

// Deletes reports whether w is a DELETE.
func (w *Write) Deletes() bool { return w.bound.verb == deleting }

// Cancels reports whether err, a refusal of Write or Point, is a reason to cancel a transaction; others
// refuse it altogether. One that stands alone is the only reason, whatever else is wrong (partiql.md §14).
func Cancels(err *apierr.Error) (cancels, alone bool) {
	switch {
	case err == errKeyElement:
		return true, true
	case err == catalog.ErrPartitionKeySize || err == catalog.ErrSortKeySize || IsKeyUpdate(err):
		return true, false
	}
	return strings.Contains(err.Message, "Type mismatch for ") || strings.Contains(err.Message, "Missing the key "), false
}

// absent is the condition of an INSERT.
type absent struct{}

// Match reports whether there is no item.
func (absent) Match(it attr.Item) bool { return it == nil }

// present is the condition of an UPDATE.
type present struct{ where *expr.BoundCondition }

// Match reports whether there is an item that matches.
func (p present) Match(it attr.Item) bool { return it != nil && p.where.Match(it) }

// absentOr is the condition of a DELETE, which has nothing to say against an item that is not there.
type absentOr struct{ where *expr.BoundCondition }

// Match reports whether there is no item, or it matches.
func (a absentOr) Match(it attr.Item) bool { return it == nil || a.where.Match(it) }

var (
	errTooDeep    = apierr.Validation("Nesting Levels have exceeded supported limits")
	errItemSize   = apierr.Validation("Item size has exceeded the maximum allowed size")
	errUpdateSize = apierr.Validation("Item size to update has exceeded the maximum allowed size")
)

// insert is the change of an INSERT.
type insert attr.Item

// Apply returns the item, unless no table can hold it.
func (i insert) Apply(attr.Item, *[]byte) (attr.Item, error) {
	switch it := attr.Item(i); {
	case it.Levels() > attr.LevelsMax:
		return nil, errTooDeep
	case !it.Fits(attr.ItemBytesMax):
		return nil, errItemSize
	default:
		return it, nil
	}
}

// update is the change of an UPDATE.
type update struct {
	*expr.BoundUpdate
	table *catalog.Table
}

// Apply returns the updated item, unless no table can hold it.
func (u *update) Apply(old attr.Item, buf *[]byte) (attr.Item, error) {
	it, err := u.BoundUpdate.Apply(old, buf)
	if err != nil {
		return nil, err
	}
	if err := u.table.CheckUpdatedIndexKeys(it, u.writes); err != nil {
		return nil, err
	}
	if !it.Fits(attr.ItemBytesMax) {
		return nil, errUpdateSize
	}
	return it, nil
}

// writes reports whether the update is one of the attribute called name.
func (u *update) writes(name string) bool {
	return slices.ContainsFunc(u.Paths(), func(p attr.Path) bool { return p[0].Name == name })
}

// Refusal is what a client sees of a refused write. With it, if old is wanted, comes the item that did
// not match.
func (w *Write) Refusal(res *store.Result, old bool) error {
	switch {
	case errors.Is(res.Err, store.ErrCollectionFull):
		return apierr.ItemCollectionSizeLimitExceeded()
	case !errors.Is(res.Err, store.ErrCondition):
		return res.Err
	case w.bound.verb == inserting:
		return apierr.DuplicateItem()
	case old && res.Existed:
		return apierr.StatementConditionFailed(attr.Item(bytes.Clone(res.Old)))
	}
	return apierr.StatementConditionFailed(nil)
}

// Returned is the row of the RETURNING clause, nil if there is none.
func (w *Write) Returned(res *store.Result) attr.Item {
	r := w.bound.returning
	if r == nil {
		return nil
	}
	it := res.Old
	if r.new {
		it = res.New
	}
	if !r.modified || it == nil {
		return it
	}
	var mask attr.Mask
	for _, p := range w.bound.update.Paths() {
		mask.Add(p)
	}
	if parts := attr.Item(mask.Apply(nil, it)); parts.Len() > 0 {
		return parts
	}
	return nil
}

// Attempted returns the item that there would have been, as far as the statement tells.
func (w *Write) Attempted() attr.Item { return w.bound.item }
