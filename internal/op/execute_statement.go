package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/partiql"
)

// executeStatement carries out a PartiQL statement.
func (s *Service) executeStatement(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.ExecuteStatementInput) //nolint:errcheck,forcetypeassert // the route says so
	if err := constrained(in); err != nil {
		return dst, err
	}
	if err := parameterValues(&in.Parameters.Faults); err != nil {
		return dst, err
	}
	parsed, err := partiql.Cached(&s.parsed, in.Statement.V)
	if err != nil {
		return dst, err
	}
	if parsed.Exists() {
		return dst, partiql.ErrExists
	}
	r := s.statement(in.ReturnConsumedCapacity, in.ReturnValuesOnConditionCheckFailure)
	defer r.done()
	if err := r.bind(parsed, partiql.Alone, in.Parameters.Values); err != nil {
		return dst, err
	}
	if parsed.Reads() {
		return r.page(ctx, in, dst)
	}
	return r.change(ctx, dst)
}

// page carries a SELECT out.
func (r *statementRequest) page(ctx context.Context, in *api.ExecuteStatementInput, dst []byte) ([]byte, error) {
	read, refusal := r.bound.Read(in.ConsistentRead.V)
	if refusal != nil {
		return dst, refusal
	}
	var from *partiql.Position
	if in.NextToken.Set {
		if from, refusal = r.service.tokens.Position(read, in.NextToken.V); refusal != nil {
			return dst, refusal
		}
	}
	dst = append(dst, `{"Items":[`...)
	items := len(dst)
	page, err := read.Page(ctx, r.service.store, int(in.Limit.V), from, func(it attr.Item) {
		if len(dst) > items {
			dst = append(dst, ',')
		}
		dst = it.AppendHashedJSON(dst)
	})
	if err != nil {
		return dst, err
	}
	out := api.ExecuteStatementOutput{ConsumedCapacity: r.read(&page, in.ConsistentRead.V)}
	if page.Next != nil {
		out.LastEvaluatedKey.Item = page.Next.Key
		out.NextToken = api.Some(r.service.tokens.Token(read, page.Next))
	}
	return behindItems(dst, &out), nil
}

// behindItems appends the end of the list of items and the other members of the response.
func behindItems(dst []byte, out *api.ExecuteStatementOutput) []byte {
	dst = append(dst, ']')
	rest := len(dst)
	dst = out.AppendJSON(dst)
	if len(dst) == rest+len("{}") {
		return append(dst[:rest], '}')
	}
	dst[rest] = ',' // one object: what follows the items goes on where they end
	return dst
}

// change carries an INSERT, UPDATE or DELETE out.
func (r *statementRequest) change(ctx context.Context, dst []byte) ([]byte, error) {
	if err := r.plan(); err != nil {
		return dst, err
	}
	res, err := r.apply(ctx)
	if err != nil {
		return dst, err
	}
	dst = append(dst, `{"Items":[`...)
	if row := r.write.Returned(res); row != nil {
		dst = row.AppendHashedJSON(dst)
	}
	return behindItems(dst, &api.ExecuteStatementOutput{ConsumedCapacity: r.written(res)}), nil
}
