package op

import (
	"context"
	"errors"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/capacity"
	"github.com/statordb/stator/internal/partiql"
	"github.com/statordb/stator/internal/store"
)

// statementRequest is one PartiQL statement of a request while it is served. It has the memory and the
// capacity of an itemRequest.
type statementRequest struct {
	*itemRequest
	bound *partiql.Bound
	write *partiql.Write
}

// parameterValues refuses the values of parameters, used or not, in the older layer's words (partiql.md §1).
func parameterValues(f *attr.Faults) *apierr.Error {
	switch {
	case f.EmptyName:
		return errEmptyAttributeName
	case f.LongName:
		return errLongAttributeName
	case f.Levels > attr.LevelsMax+1: // one more may be compared
		return errTooDeep
	case f.Any():
		return apierr.Validation(f.First.Older)
	}
	return nil
}

// statement begins to serve a statement; done must follow.
func (s *Service) statement(returnConsumed, returnOnFailure api.Opt[string]) statementRequest {
	r := statementRequest{itemRequest: s.itemRequest(getting)}
	r.returnConsumed, r.returnOnFailure = returnConsumed, returnOnFailure
	return r
}

// bind joins a parsed statement with its parameters and its table.
func (r *statementRequest) bind(parsed *partiql.Statement, in partiql.Enclosure, given []attr.Value) (err *apierr.Error) {
	r.bound, err = parsed.Bind(in, given, r.service.itemTable)
	if r.bound != nil {
		r.table = r.bound.Target()
		r.tableName = api.Some(r.table.Name)
	}
	return err
}

// plan plans a write.
func (r *statementRequest) plan() (err *apierr.Error) {
	r.write, err = r.bound.Write()
	r.write.WantOld = r.write.WantOld || r.returnOnFailure.V == allOld
	return err
}

// apply carries a planned write out. Its result is there even if it is refused.
func (r *statementRequest) apply(ctx context.Context) (*store.Result, error) {
	r.itemRequest.write[0] = r.write.Write
	res := &r.result[0]
	err := r.service.store.Apply(ctx, r.itemRequest.write[:], r.result[:], &r.buf)
	if errors.Is(err, store.ErrRefused) {
		err = r.write.Refusal(res, r.returnOnFailure.V == allOld)
	}
	return res, err
}

// read is the ConsumedCapacity of a page: each range is paid for as one, by the table or by the index;
// items that a local index led to are paid for each on its own, by the table (partiql.md §15).
func (r *statementRequest) read(p *partiql.Page, strong bool) *api.ConsumedCapacity {
	units, bases := 0.0, 0.0
	for _, size := range p.Sizes {
		units += capacity.Read(size, strong)
	}
	if p.Sizes == nil {
		units = capacity.Read(0, strong)
	}
	for _, size := range p.Bases {
		bases += capacity.Read(size, strong)
	}
	c := r.consumed(units + bases)
	ix := r.bound.Index()
	if ix == nil || c == nil || c.Table == nil {
		return c
	}
	c.Table.CapacityUnits = api.Some(bases)
	arm := api.Map[api.Capacity]{{Key: ix.Name, V: api.Capacity{CapacityUnits: api.Some(units)}}}
	if ix.Local {
		c.LocalSecondaryIndexes = arm
	} else {
		c.GlobalSecondaryIndexes = arm
	}
	return c
}
