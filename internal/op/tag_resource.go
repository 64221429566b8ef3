package op

import (
	"context"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// tagResource adds tags to a table or a stream, or changes them, all or none.
func (s *Service) tagResource(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.TagResourceInput) //nolint:errcheck,forcetypeassert // routes say so
	judged := *in
	judged.Tags = in.Tags[:0] // tags are judged later, in other words
	if refused := constrained(&judged); refused != nil {
		return nil, refused
	}
	r, refused := s.taggedResource(in.ResourceArn)
	if refused != nil {
		return nil, refused
	}
	if len(in.Tags) == 0 {
		return nil, apierr.Validation("Atleast one Tag needs to be provided as Input.")
	}
	if refused := tagsAllowed(in.Tags); refused != nil {
		return nil, refused
	}
	return s.retag(ctx, r, dst, func(old []catalog.Tag) []catalog.Tag { return tagged(old, in.Tags) })
}

// retag changes the tags of r.
func (s *Service) retag(ctx context.Context, r taggable, dst []byte, edit func(old []catalog.Tag) []catalog.Tag) ([]byte, error) {
	change := s.retagTable
	if r.label != "" {
		change = s.retagStream
	}
	found, err := change(ctx, r, edit)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, noResource(r.arn)
	}
	return api.Empty{}.AppendJSON(dst), nil
}

func (s *Service) retagTable(ctx context.Context, r taggable, edit func(old []catalog.Tag) []catalog.Tag) (found bool, err error) {
	t, err := s.catalog.Update(ctx, r.table, func(t *catalog.Table) error {
		if t.Tags = edit(t.Tags); len(t.Tags) > tagsMax {
			return errTooManyTags
		}
		return nil
	})
	return t != nil, err
}

func (s *Service) retagStream(ctx context.Context, r taggable, edit func(old []catalog.Tag) []catalog.Tag) (found bool, err error) {
	x := s.catalog.Stream(r.table, r.label)
	if x == nil {
		return false, nil
	}
	fits := true
	x, err = s.catalog.ChangeStream(ctx, x.ID, func(x *catalog.Stream, _ uint64) {
		tags := edit(x.Tags)
		if fits = len(tags) <= tagsMax; fits {
			x.Tags = tags
		}
	})
	switch {
	case err != nil:
		return false, catalog.Visible(err)
	case !fits:
		return false, errTooManyTags
	}
	return x != nil, nil
}
