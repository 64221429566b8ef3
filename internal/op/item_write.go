package op

import (
	"bytes"
	"context"
	"errors"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/store"
)

// apply makes a change to the item and returns what became of it.
func (r *itemRequest) apply(ctx context.Context, change store.Change) (*store.Result, error) {
	w, res := &r.write[0], &r.result[0]
	*w = store.Write{Table: r.table, Key: r.key, Change: change, WantOld: r.wantsOld()}
	if r.boundCondition != nil {
		w.If = r.boundCondition
	}
	err := r.service.store.Apply(ctx, r.write[:], r.result[:], &r.buf)
	switch {
	case err == nil:
		return res, nil
	case !errors.Is(err, store.ErrRefused):
		return nil, err
	case errors.Is(res.Err, store.ErrCollectionFull):
		return nil, apierr.ItemCollectionSizeLimitExceeded()
	case !errors.Is(res.Err, store.ErrCondition):
		return nil, res.Err
	case r.returnOnFailure.V != allOld:
		return nil, apierr.ConditionalCheckFailed(nil)
	}
	return nil, apierr.ConditionalCheckFailed(attr.Item(bytes.Clone(res.Old))) // the buffer is used again
}

// wantsOld reports whether a response may show the item as it was.
func (r *itemRequest) wantsOld() bool {
	return r.returnValues.V == allOld || r.returnValues.V == updatedOld || r.returnOnFailure.V == allOld
}

// old is the item as it was, if ReturnValues asks for it and there was one.
func (r *itemRequest) old(res *store.Result) attr.Item {
	if r.returnValues.V != allOld {
		return nil
	}
	return res.Old
}
