package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
)

// tableNamesMax is how many names ListTables returns at most, and if it is not told.
const tableNamesMax = 100

// listTables lists names of tables, ascending by their bytes. The name to start after need not be one
// of a table.
func (s *Service) listTables(_ context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.ListTablesInput) //nolint:errcheck,forcetypeassert // routes say so
	if refused := constrained(in); refused != nil {
		return nil, refused
	}
	names, more := s.catalog.Names(in.ExclusiveStartTableName.V, int(in.Limit.Or(tableNamesMax)))
	out := api.ListTablesOutput{TableNames: append([]string{}, names...)}
	if more {
		out.LastEvaluatedTableName = api.Some(names[len(names)-1])
	}
	return out.AppendJSON(dst), nil
}
