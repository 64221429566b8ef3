package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/capacity"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/partiql"
	"github.com/statordb/stator/internal/store"
)

// batchMember is one statement of a BatchExecuteStatement while it is served. A member that is refused
// does not hinder the others.
type batchMember struct {
	statementRequest
	in      *api.BatchStatementRequest
	parsed  *partiql.Statement
	read    *partiql.Read
	key     store.Key
	planned bool // it is to be carried out
	row     attr.Item
	err     error
	cost    *api.ConsumedCapacity
	failed  float64 // units of a write that was refused for what is stored
}

// batchExecuteStatement carries out up to 25 statements, each by itself.
func (s *Service) batchExecuteStatement(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.BatchExecuteStatementInput) //nolint:errcheck,forcetypeassert // the route says so
	if err := constrained(in); err != nil {
		return dst, err
	}
	members := make([]batchMember, len(in.Statements))
	for i := range members {
		m := &members[i]
		m.in = &in.Statements[i]
		m.statementRequest = s.statement(in.ReturnConsumedCapacity, m.in.ReturnValuesOnConditionCheckFailure)
		defer m.done()
		m.open()
	}
	if err := batchRules(members); err != nil {
		return dst, err
	}
	parallel(len(members), func(i int) { members[i].run(ctx) })
	out := api.BatchExecuteStatementOutput{Responses: make([]api.BatchStatementResponse, len(members))}
	for i := range members {
		if err := members[i].respond(&out.Responses[i]); err != nil {
			return dst, err
		}
	}
	out.ConsumedCapacity = consumedByBatch(in.ReturnConsumedCapacity.V, members)
	return out.AppendJSON(dst), nil
}

// open reads the statement and plans it.
func (m *batchMember) open() {
	err := parameterValues(&m.in.Parameters.Faults)
	if err == nil {
		m.parsed, err = partiql.Cached(&m.service.parsed, m.in.Statement.V)
	}
	if err == nil && m.parsed.Exists() {
		m.parsed, err = nil, partiql.ErrExists
	}
	if err == nil {
		m.tableName = api.Some(m.parsed.Table())
		if err = m.bind(m.parsed, partiql.Batch, m.in.Parameters.Values); err == partiql.ErrParameters {
			m.parsed = nil
		}
	}
	switch {
	case err != nil:
	case m.parsed.Reads():
		m.read, m.key, err = m.bound.Point()
	default:
		if err = m.plan(); err == nil {
			m.key = m.write.Key
		}
	}
	m.planned = err == nil
	if err != nil {
		m.err = err
	}
}

// batchRules refuses a batch that mixes reads and writes, or names an item twice. Members that cannot be
// read, or lack parameters, take no part.
func batchRules(members []batchMember) *apierr.Error {
	reads, writes := false, false
	seen := newItemSet(len(members))
	repeated := false
	for i := range members {
		m := &members[i]
		if m.parsed != nil {
			reads, writes = reads || m.parsed.Reads(), writes || !m.parsed.Reads()
		}
		if m.planned {
			repeated = !seen.add(m.table, m.key) || repeated
		}
	}
	switch {
	case reads && writes:
		return apierr.Validation("Read and write requests together in the same batch is not supported.")
	case repeated:
		return errDuplicateKeys
	}
	return nil
}

// run carries the statement out.
func (m *batchMember) run(ctx context.Context) {
	switch {
	case !m.planned:
		return
	case m.write != nil:
		m.change(ctx)
		return
	}
	strong := m.in.ConsistentRead.V
	it, size, err := m.service.store.Get(ctx, m.table, m.key, strong, &m.buf)
	m.row, m.err = m.read.Chosen(it), err
	m.cost = m.consumed(capacity.Read(size, strong))
}

func (m *batchMember) change(ctx context.Context) {
	res, err := m.apply(ctx)
	if m.err = err; err != nil {
		m.failed = capacity.Write(res.OldSize, m.write.Attempted().Size())
		return
	}
	m.row, m.cost = m.write.Returned(res), m.written(res)
}

// reasonCodes are the codes of errors of statements that are parts of a request: short forms of the names
// of errors.
var reasonCodes = map[string]string{
	"ValidationException":                      "ValidationError",
	"ConditionalCheckFailedException":          "ConditionalCheckFailed",
	"DuplicateItemException":                   "DuplicateItem",
	"ResourceNotFoundException":                "ResourceNotFound",
	"ItemCollectionSizeLimitExceededException": "ItemCollectionSizeLimitExceeded",
	"TransactionConflictException":             "TransactionConflict",
}

// respond fills in what the response says of the member. What is no fault of the client's fails the
// whole batch.
func (m *batchMember) respond(r *api.BatchStatementResponse) error {
	if m.err == nil {
		r.Item, r.TableName = api.Attributes{Item: m.row, Hashed: true}, m.tableName
		return nil
	}
	refusal, ok := m.err.(*apierr.Error) //nolint:errorlint // what a client may see is never wrapped
	if !ok || reasonCodes[refusal.Code] == "" {
		return m.err
	}
	code := reasonCodes[refusal.Code]
	r.Error = &api.BatchStatementError{
		Code: api.Some(code), Message: api.Some(refusal.Message),
		Item: api.Attributes{Item: refusal.Item, Hashed: true},
	}
	if code != "ValidationError" || echoesTable(refusal) {
		r.TableName = m.tableName
	}
	return nil
}

// echoesTable reports whether a ValidationError names its table, as some do.
func echoesTable(e *apierr.Error) bool {
	return e == catalog.ErrPartitionKeySize || e == catalog.ErrSortKeySize || partiql.IsKeyUpdate(e)
}

// consumedByBatch is the ConsumedCapacity of all members: an entry for each table of which one did
// something.
func consumedByBatch(wanted string, members []batchMember) []api.ConsumedCapacity {
	c := consumption{wanted: wanted}
	for i := range members {
		if m := &members[i]; m.err == nil {
			c.add(m.table, m.cost)
		}
	}
	for i := range members {
		if m := &members[i]; m.failed > 0 {
			c.addFailed(m.table, m.failed)
		}
	}
	if len(c.entries) == 0 {
		return nil
	}
	return c.list()
}
