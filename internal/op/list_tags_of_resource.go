package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
)

// listTagsOfResource lists the tags of a table, ascending by key. There are never more than fit on one
// page, and AWS too ignores a NextToken that it did not give.
func (s *Service) listTagsOfResource(_ context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.ListTagsOfResourceInput) //nolint:errcheck,forcetypeassert // routes say so
	if refused := constrained(in); refused != nil {
		return nil, refused
	}
	name, refused := s.taggedResource(in.ResourceArn)
	if refused != nil {
		return nil, refused
	}
	t := s.catalog.Table(name)
	if t == nil {
		return nil, noResource(in.ResourceArn.V)
	}
	out := api.ListTagsOfResourceOutput{Tags: make([]api.Tag, len(t.Tags))}
	for i, tag := range t.Tags {
		out.Tags[i] = api.Tag{Key: api.Some(tag.Key), Value: api.Some(tag.Value)}
	}
	return out.AppendJSON(dst), nil
}
