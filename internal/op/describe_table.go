package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
)

// describeTable describes a table. Its figures are live and exact.
func (s *Service) describeTable(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.DescribeTableInput) //nolint:errcheck,forcetypeassert // routes say so
	t, refused := s.namedTable(in.TableName)
	if refused != nil {
		return nil, refused
	}
	d, err := s.describe(ctx, t)
	if err != nil {
		return nil, err
	}
	out := api.DescribeTableOutput{Table: d}
	return out.AppendJSON(dst), nil
}
