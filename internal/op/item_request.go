package op

import (
	"sync"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/expr"
	"github.com/statordb/stator/internal/store"
)

// itemRequest is a request for items while it is served: what the input says, by the roles that
// PutItem, GetItem, UpdateItem, DeleteItem, Query and Scan share, and what the checks find out. It is
// pooled; that of Query and Scan is a part of a pageRequest. Batches and transactions have one for each
// of their members: each request of a BatchWriteItem, each table of a BatchGetItem, each action.
//
// # Terminology
//
// AWS answers with one of two validation layers. The newer one wraps what a write refuses because of
// the request's shape (what follows from the request alone) into an envelope; the older one, which
// some ways of writing a request still reach, does not and has other texts (captures-items §1).
type itemRequest struct {
	itemParts
	itemScratch
}

// itemParts are what a request says and what is found out about it.
type itemParts struct {
	service *Service
	kind    itemOperation
	within  enclosure
	older   bool // AWS's older layer answers

	tableName           api.Opt[string]
	member              string          // what attributes is called in errors: item or key
	attributes          *api.Attributes // the item to put, the key, or the exclusive start key
	condition           api.Opt[string] // or the filter
	keyCondition        api.Opt[string]
	update              api.Opt[string]
	projection          api.Opt[string]
	names               api.Map[string]
	values              *api.Attributes // nil in an operation that has none
	expected            api.Map[api.ExpectedAttributeValue]
	filters             api.Map[api.Condition] // QueryFilter or ScanFilter
	keyConditions       api.Map[api.Condition]
	updates             api.Map[api.AttributeValueUpdate]
	attributesToGet     []string
	conditionalOperator api.Opt[string]
	returnValues        api.Opt[string]
	returnOnFailure     api.Opt[string]
	returnMetrics       api.Opt[string]
	returnConsumed      api.Opt[string]

	table           *catalog.Table
	key             store.Key
	parsedCondition *expr.Condition
	boundCondition  *expr.BoundCondition
	boundUpdate     *expr.BoundUpdate
	boundProjection *expr.BoundProjection
	mask            *attr.Mask // what GetItem returns of the item; nil: all
}

// itemOperation is an operation on items.
type itemOperation uint8

const (
	getting itemOperation = iota
	putting
	updating
	deleting
	querying
	scanning
	checking // a ConditionCheck
)

// enclosure is what an operation on an item is a part of.
type enclosure uint8

const (
	alone enclosure = iota
	aBatch
	aTransaction
)

// writes reports whether k changes an item.
func (k itemOperation) writes() bool { return k == putting || k == updating || k == deleting }

// conditionKind is what the condition of k is called.
func (k itemOperation) conditionKind() expr.Kind {
	if k == querying || k == scanning {
		return expr.FilterKind
	}
	return expr.ConditionKind
}

// itemScratch is the memory of an itemRequest that outlives it.
type itemScratch struct {
	scopeNames []expr.Name
	scope      expr.Scope
	members    memberErrors
	buf        []byte // items read and built
	write      [1]store.Write
	result     [1]store.Result
	put        store.Put
	change     change
}

// keptItemBytesMax is the size of a buffer up to which it is kept for the next request: a few items
// of the largest size.
const keptItemBytesMax = 4 * attr.ItemBytesMax

var itemRequests = sync.Pool{New: func() any { return new(itemRequest) }}

// itemRequest returns a request without input.
func (s *Service) itemRequest(kind itemOperation) *itemRequest {
	r := itemRequests.Get().(*itemRequest) //nolint:errcheck,forcetypeassert // nothing else is put in
	r.service, r.kind = s, kind
	return r
}

// done gives r back. What it held, results of the store above all, must not be used any more.
func (r *itemRequest) done() {
	r.forget()
	itemRequests.Put(r)
}

// forget empties r but for memory that is used again.
func (r *itemRequest) forget() {
	r.itemParts = itemParts{}
	clear(r.result[0].Indexes)
	r.write[0], r.result[0] = store.Write{}, store.Result{Indexes: r.result[0].Indexes[:0]}
	r.put, r.change = nil, change{}
	clear(r.scopeNames)
	r.scopeNames = r.scopeNames[:0]
	r.members.Reset()
	r.scope.Reset(nil, nil)
	if r.buf = r.buf[:0]; cap(r.buf) > keptItemBytesMax {
		r.buf = nil
	}
}

// A check refuses a request or finds something out about it.
type check func(*itemRequest) *apierr.Error

// check makes the checks of an operation, in the order in which they win.
func (r *itemRequest) check(origin api.Origin, checks []check) *apierr.Error {
	_, veryDeep := r.veryDeepPart()
	r.older = origin.Older() || veryDeep
	return r.first(checks)
}

// first makes checks and returns the first refusal.
func (r *itemRequest) first(checks []check) *apierr.Error {
	for _, c := range checks {
		if err := c(r); err != nil {
			return err
		}
	}
	return nil
}

// shape is err, which follows from the request alone, as the operation words it. A nil err is none.
func (r *itemRequest) shape(err *apierr.Error) *apierr.Error {
	if err == nil || !r.kind.writes() || r.older {
		return err
	}
	return err.Enveloped()
}

// findTable looks the table up.
func (r *itemRequest) findTable() (err *apierr.Error) {
	r.table, err = r.service.itemTable(r.tableName.V)
	return err
}
