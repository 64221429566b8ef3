package op

import (
	"context"
	"slices"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// deleteTable takes a table away. The table is gone when the call returns, however large it is, and
// its name is free; its space comes back later.
func (s *Service) deleteTable(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.DeleteTableInput) //nolint:errcheck,forcetypeassert // routes say so
	t, refused := s.namedTable(in.TableName)
	if refused != nil {
		return nil, refused
	}
	d, err := s.describe(ctx, t)
	if err != nil {
		return nil, err
	}
	dropped, err := s.catalog.Drop(ctx, t.Name, deletable)
	if err != nil {
		return nil, err
	}
	if dropped == nil {
		return nil, apierr.NoTable(t.Name)
	}
	d.TableStatus = api.Some(statusDeleting)
	d.AttributeDefinitions, d.KeySchema, d.CreationDateTime, d.WarmThroughput = nil, nil, api.Opt[float64]{}, nil
	d.GlobalSecondaryIndexes, d.LocalSecondaryIndexes = nil, nil
	out := api.DeleteTableOutput{TableDescription: d}
	return out.AppendJSON(dst), nil
}

// deletable refuses to delete a table that is protected, or one with an index that is not settled.
func deletable(t *catalog.Table) error {
	if t.DeletionProtection {
		return apierr.Validation("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	if slices.ContainsFunc(t.Indexes, func(ix catalog.Index) bool { return ix.State != catalog.IndexActive }) {
		return inUse("Cannot delete table while indexes are being created, updated, or deleted.")
	}
	return nil
}
