package op

import "github.com/statordb/stator/internal/apierr"

// segments refuses a Segment without its TotalSegments, or not below them.
func (r *pageRequest) segments() *apierr.Error {
	switch {
	case r.segment.Set && !r.totalSegments.Set:
		return apierr.Validation("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case r.totalSegments.Set && !r.segment.Set:
		return apierr.Validation("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case r.segment.Set && r.segment.V >= r.totalSegments.V:
		return apierr.Validation("The Segment parameter is zero-based and must be less than parameter TotalSegments")
	}
	return nil
}
