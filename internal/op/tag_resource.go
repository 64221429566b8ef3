package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// tagResource adds tags to a table or changes them, all or none.
func (s *Service) tagResource(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.TagResourceInput) //nolint:errcheck,forcetypeassert // routes say so
	judged := *in
	judged.Tags = in.Tags[:0] // tags are judged later, in other words
	if refused := constrained(&judged); refused != nil {
		return nil, refused
	}
	name, refused := s.taggedResource(in.ResourceArn)
	if refused != nil {
		return nil, refused
	}
	if len(in.Tags) == 0 {
		return nil, apierr.Validation("Atleast one Tag needs to be provided as Input.")
	}
	if refused := tagsAllowed(in.Tags); refused != nil {
		return nil, refused
	}
	return s.retag(ctx, name, in.ResourceArn.V, dst, func(old []catalog.Tag) []catalog.Tag { return tagged(old, in.Tags) })
}

// retag changes the tags of the table called name.
func (s *Service) retag(ctx context.Context, name, arn string, dst []byte, edit func(old []catalog.Tag) []catalog.Tag) ([]byte, error) {
	t, err := s.catalog.Update(ctx, name, func(t *catalog.Table) error {
		if t.Tags = edit(t.Tags); len(t.Tags) > tagsMax {
			return errTooManyTags
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, noResource(arn)
	}
	return api.Empty{}.AppendJSON(dst), nil
}
