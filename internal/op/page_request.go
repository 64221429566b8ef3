package op

import (
	"sync"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/expr"
	"github.com/statordb/stator/internal/store"
)

// pageRequest is a Query or a Scan while it is served: a request for items that also says which page
// of which table or index they are on. It is pooled.
//
// # Terminology
//
// A page is what one request visits, in the order of the table or index. An item on it is evaluated:
// it counts towards Limit and the size of the page. It is returned if it passes the filter. The bases
// of a page of a local secondary index are the items of the table that its entries are of.
type pageRequest struct {
	itemRequest

	input         api.Constrained // the whole input
	indexName     api.Opt[string]
	selection     api.Opt[string] // Select
	limit         api.Opt[int32]
	segment       api.Opt[int32]
	totalSegments api.Opt[int32]
	strong        bool // ConsistentRead
	reverse       bool // not ScanIndexForward

	index   *catalog.Index   // nil: the table itself
	clauses []expr.KeyClause // the key condition of a Query
	bound   boundKey
	walk    store.Walk

	page page
}

var pageRequests = sync.Pool{New: func() any { return new(pageRequest) }}

// pageRequest returns a request without input.
func (s *Service) pageRequest(kind itemOperation) *pageRequest {
	r := pageRequests.Get().(*pageRequest) //nolint:errcheck,forcetypeassert // nothing else is put in
	r.service, r.kind = s, kind
	return r
}

// done gives r back.
func (r *pageRequest) done() {
	r.forget()
	*r = pageRequest{itemRequest: itemRequest{itemScratch: r.itemScratch}}
	pageRequests.Put(r)
}

// A pageCheck refuses a request or finds something out about it.
type pageCheck func(*pageRequest) *apierr.Error

// check makes the checks of an operation, in the order in which they win.
func (r *pageRequest) check(origin api.Origin, checks []pageCheck) *apierr.Error {
	_, veryDeep := r.veryDeepPart()
	r.older = origin.Older() || veryDeep || !r.tableName.Set || r.lacksOperator()
	for _, c := range checks {
		if err := c(r); err != nil {
			return err
		}
	}
	return nil
}

// lacksOperator reports whether a condition of the time before expressions has no operator, which
// makes AWS's older layer answer (captures-items §1).
func (r *pageRequest) lacksOperator() bool {
	for _, conditions := range []api.Map[api.Condition]{r.filters, r.keyConditions} {
		for i := range conditions {
			if !conditions[i].V.ComparisonOperator.Set {
				return true
			}
		}
	}
	return false
}

// enveloped is err, a rule about members, as the layer that answers words it.
func (r *pageRequest) enveloped(err *apierr.Error) *apierr.Error {
	if r.older {
		return err
	}
	return err.Enveloped()
}

// keyNames returns the names of the key attributes of what is read: partition key, then sort key.
func (r *pageRequest) keyNames() (hash, sort []string) {
	if r.index != nil {
		return r.index.Hash, r.index.Sort
	}
	return r.table.Key[:1], r.table.Key[1:]
}
