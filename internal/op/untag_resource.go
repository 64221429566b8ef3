package op

import (
	"context"
	"slices"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// untagResource takes tags away from a table or a stream. Keys that no tag has are ignored.
func (s *Service) untagResource(ctx context.Context, req api.Request, dst []byte) ([]byte, error) {
	in := req.(*api.UntagResourceInput) //nolint:errcheck,forcetypeassert // routes say so
	judged := *in
	judged.TagKeys = in.TagKeys[:0] // keys are judged later, in other words
	if refused := constrained(&judged); refused != nil {
		return nil, refused
	}
	r, refused := s.taggedResource(in.ResourceArn)
	if refused != nil {
		return nil, refused
	}
	if refused := tagKeysAllowed(in.TagKeys); refused != nil {
		return nil, refused
	}
	return s.retag(ctx, r, dst, func(old []catalog.Tag) []catalog.Tag {
		return slices.DeleteFunc(old, func(t catalog.Tag) bool { return slices.Contains(in.TagKeys, t.Key) })
	})
}

func tagKeysAllowed(keys []string) *apierr.Error {
	if len(keys) == 0 {
		return apierr.Validation("Atleast one Tag Key needs to be provided as Input.")
	}
	for _, key := range keys {
		if err := tagKeyAllowed(api.Some(key)); err != nil {
			return err
		}
	}
	if len(keys) > tagsMax {
		return errTooManyTags
	}
	return nil
}
