package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/catalog"
)

// listTagsOfResource lists the tags of a table or a stream, ascending by key. There are never more than fit on one
// page, and AWS too ignores a NextToken that it did not give.
func (s *Service) listTagsOfResource(_ context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.ListTagsOfResourceInput) //nolint:errcheck,forcetypeassert // routes say so
	if refused := constrained(in); refused != nil {
		return nil, refused
	}
	r, refused := s.taggedResource(in.ResourceArn)
	if refused != nil {
		return nil, refused
	}
	tags, found := s.tagsOf(r)
	if !found {
		return nil, noResource(r.arn)
	}
	out := api.ListTagsOfResourceOutput{Tags: make([]api.Tag, len(tags))}
	for i, tag := range tags {
		out.Tags[i] = api.Tag{Key: api.Some(tag.Key), Value: api.Some(tag.Value)}
	}
	return out.AppendJSON(dst), nil
}

// tagsOf returns the tags of r, and whether there is such a resource.
func (s *Service) tagsOf(r taggable) (tags []catalog.Tag, found bool) {
	if r.label == "" {
		t := s.catalog.Table(r.table)
		if t == nil {
			return nil, false
		}
		return t.Tags, true
	}
	x := s.catalog.Stream(r.table, r.label)
	if x == nil {
		return nil, false
	}
	return x.Tags, true
}
