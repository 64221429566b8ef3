package op

import (
	"bytes"
	"context"
	"errors"
	"strconv"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/capacity"
	"github.com/statordb/stator/internal/partiql"
	"github.com/statordb/stator/internal/store"
)

// statementTransaction is an ExecuteTransaction while it is served. What is wrong with a statement
// either refuses the request or is a reason to cancel it, as with the actions of a transaction.
type statementTransaction struct {
	in      *api.ExecuteTransactionInput
	service *Service
	members []transactMember
	buf     []byte
}

// transactMember is one of its statements.
type transactMember struct {
	statementRequest
	in      *api.ParameterizedStatement
	parsed  *partiql.Statement
	read    *partiql.Read
	key     store.Key
	found   bool          // the key is known
	refused *apierr.Error // why the transaction is cancelled whatever is stored; may be nil
	alone   bool          // refused is the only reason, whatever else is wrong
	result  store.Result
}

// executeTransaction carries out up to 100 statements, all reads or all writes, or none of them.
func (s *Service) executeTransaction(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.ExecuteTransactionInput) //nolint:errcheck,forcetypeassert // the route says so
	if err := constrained(in); err != nil {
		return dst, err
	}
	t := statementTransaction{in: in, service: s, members: make([]transactMember, len(in.TransactStatements))}
	for i := range t.members {
		m := &t.members[i]
		m.in = &in.TransactStatements[i]
		m.statementRequest = s.statement(in.ReturnConsumedCapacity, m.in.ReturnValuesOnConditionCheckFailure)
		m.within = aTransaction
		defer m.done()
	}
	if err := t.check(); err != nil {
		return dst, err
	}
	var out *api.ExecuteTransactionOutput
	var err error
	if t.members[0].parsed.Reads() {
		out, err = t.readAll(ctx)
	} else {
		out, err = t.write(ctx)
	}
	if err != nil {
		return dst, err
	}
	return out.AppendJSON(dst), nil
}

// check refuses what does so whatever is stored (partiql.md §14).
func (t *statementTransaction) check() *apierr.Error {
	for i := range t.members {
		if err := parameterValues(&t.members[i].in.Parameters.Faults); err != nil {
			return err
		}
	}
	for _, step := range []func(*transactMember) *apierr.Error{(*transactMember).parse, (*transactMember).open} {
		if err := t.each(step); err != nil {
			return err
		}
	}
	for i := range t.members {
		if t.members[i].parsed.Reads() != t.members[0].parsed.Reads() {
			return apierr.Validation("ExecuteTransaction API does not support both read and write operations in the same request.")
		}
	}
	if err := t.each((*transactMember).findKey); err != nil {
		return err
	}
	items := newItemSet(len(t.members))
	for i := range t.members {
		m := &t.members[i]
		if m.found && !items.add(m.table, m.key) {
			return errManyOnOneItem
		}
	}
	if !attr.FitTogether(t.inserted, transactBytesMax) {
		return errTransactBytes
	}
	return nil
}

// inserted are the items to insert.
func (t *statementTransaction) inserted(yield func(attr.Item) bool) {
	for i := range t.members {
		if w := t.members[i].write; w != nil && !yield(w.Attempted()) {
			return
		}
	}
}

// each makes a check of each member. Its refusals say whose they are.
func (t *statementTransaction) each(check func(*transactMember) *apierr.Error) *apierr.Error {
	for i := range t.members {
		if err := check(&t.members[i]); err != nil {
			return apierr.Validation("Validation failed in TransactStatements[" + strconv.Itoa(i) + "]: " + err.Message)
		}
	}
	return nil
}

// parse reads the statement.
func (m *transactMember) parse() (err *apierr.Error) {
	m.parsed, err = partiql.Cached(&m.service.parsed, m.in.Statement.V)
	if err == nil && m.parsed.Returns() {
		err = apierr.Validation("RETURNING clause is not supported in ExecuteTransaction.")
	}
	return err
}

// open joins the statement with its parameters and its table. If there is none, that cancels the
// transaction.
func (m *transactMember) open() *apierr.Error {
	err := m.bind(m.parsed, partiql.Transaction, m.in.Parameters.Values)
	switch {
	case err != nil && reasonCodes[err.Code] == reasonNoTable:
		m.refused = err
		return nil
	case err == nil && m.bound.OnIndex():
		return apierr.Validation("Reads on indices are not supported within transactions.")
	}
	return err
}

// findKey plans the statement.
func (m *transactMember) findKey() (err *apierr.Error) {
	if m.refused != nil {
		return nil
	}
	if m.parsed.Reads() {
		m.read, m.key, err = m.bound.Point()
	} else {
		err = m.plan()
		m.key = m.write.Key
	}
	m.found = m.key.Partition != nil // even if the change is refused
	if err == nil {
		return nil
	}
	cancels, alone := partiql.Cancels(err)
	if !cancels {
		return err
	}
	m.refused, m.alone = err, alone
	return nil
}

// readAll reads the items as they are at one moment.
func (t *statementTransaction) readAll(ctx context.Context) (*api.ExecuteTransactionOutput, error) {
	if err := t.cancelled(); err != nil {
		return nil, err
	}
	lookups := make([]store.Lookup, len(t.members))
	for i := range t.members {
		lookups[i] = store.Lookup{Table: t.members[i].table, Key: t.members[i].key}
	}
	defer store.Release(lookups)
	n, err := t.service.store.GetAll(ctx, lookups, store.AsOne, transactBytesMax)
	switch {
	case err != nil:
		return nil, err
	case n < len(lookups):
		return nil, errTransactBytes
	}
	consumed := consumption{wanted: t.in.ReturnConsumedCapacity.V}
	out := &api.ExecuteTransactionOutput{Responses: make([]api.ItemResponse, len(lookups))}
	for i := range t.members {
		m := &t.members[i]
		consumed.add(m.table, m.consumed(capacity.Transactional*capacity.Read(lookups[i].Size, true)))
		if it := m.read.Chosen(lookups[i].Item); it.Len() > 0 {
			out.Responses[i].Item = api.Attributes{Item: bytes.Clone(it), Hashed: true} // only lent
		}
	}
	out.ConsumedCapacity = consumed.mirroredReads()
	return out, nil
}

// write makes the changes.
func (t *statementTransaction) write(ctx context.Context) (*api.ExecuteTransactionOutput, error) {
	token := t.token()
	err := t.apply(ctx, token)
	consumed := consumption{wanted: t.in.ReturnConsumedCapacity.V}
	out := &api.ExecuteTransactionOutput{Responses: []api.ItemResponse{}}
	switch {
	case err == nil:
		for i := range t.members {
			m := &t.members[i]
			consumed.add(m.table, m.written(&m.result))
		}
		out.ConsumedCapacity = consumed.mirroredWrites()
		return out, nil
	case errors.Is(err, store.ErrReplay):
		for i := range t.members {
			m := &t.members[i]
			consumed.add(m.table, m.consumed(capacity.Transactional*capacity.Read(token.Sizes[i], true)))
		}
		out.ConsumedCapacity = consumed.mirroredReads()
		return out, nil
	case errors.Is(err, store.ErrOtherRequest):
		return nil, apierr.IdempotentParameterMismatch()
	case errors.Is(err, store.ErrInProgress):
		return nil, apierr.TransactionInProgress()
	}
	return nil, err
}

// apply makes the changes. If a statement is refused already the others are only judged.
func (t *statementTransaction) apply(ctx context.Context, token *store.Token) error {
	if err := t.standingAlone(); err != nil {
		return err
	}
	var writes []store.Write
	var of []*transactMember
	for i := range t.members {
		if m := &t.members[i]; m.refused == nil {
			writes, of = append(writes, m.statementRequest.write.Write), append(of, m)
		}
	}
	do := t.service.store.Transact
	if len(writes) < len(t.members) {
		do = t.service.store.Judge
	}
	results := make([]store.Result, len(writes))
	err := do(ctx, writes, results, &t.buf, token)
	for i := range results {
		of[i].result = results[i]
	}
	if errors.Is(err, store.ErrRefused) {
		return t.cancellation()
	}
	return err
}

// token is the ClientRequestToken, or nil if there is none. It stands for the statements, their
// parameters and what they return on failure.
func (t *statementTransaction) token() *store.Token {
	if !t.in.ClientRequestToken.Set {
		return nil
	}
	d := newDigest()
	for i := range t.members {
		in := t.members[i].in
		d.text(in.Statement.V)
		d.length(len(in.Parameters.Values))
		for _, v := range in.Parameters.Values {
			d.bytes(v)
		}
		d.text(in.ReturnValuesOnConditionCheckFailure.Or(none))
	}
	return &store.Token{Operation: store.ExecuteTransaction, Text: t.in.ClientRequestToken.V, Digest: d.hash.Sum64(), Now: t.service.now()}
}
