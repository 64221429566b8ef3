package op

import (
	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// projectedMax is how many attributes the indexes of a table may project by name, each counted as often
// as it is named ("Quotas in Amazon DynamoDB").
const projectedMax = 100

// projected refuses a projection whose type and attributes do not go together.
func projected(p *api.Projection) *apierr.Error {
	include := p.ProjectionType.V == catalog.ProjectInclude
	switch {
	case !p.ProjectionType.Set:
		return apierr.Invalid("Unknown ProjectionType: null")
	case include && p.NonKeyAttributes == nil:
		return apierr.Invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
	case !include && p.NonKeyAttributes != nil:
		return apierr.Invalidf("ProjectionType is %s, but NonKeyAttributes is specified", p.ProjectionType.V)
	}
	seen := make(map[string]bool, len(p.NonKeyAttributes))
	for _, name := range p.NonKeyAttributes {
		if seen[name] {
			return apierr.Invalid("Duplicate element in NonKeyAttributes: " + name)
		}
		seen[name] = true
	}
	return nil
}

// errProjected is the refusal of indexes that project too much. The words are ours: AWS's are not known.
var errProjected = apierr.Invalidf("The number of NonKeyAttributes of all indexes exceeds the per-table limit of %d", projectedMax)

// attributesProjected refuses indexes that project too many attributes by name.
func attributesProjected(in *api.CreateTableInput) *apierr.Error {
	n := 0
	for i := range in.LocalSecondaryIndexes {
		n += len(in.LocalSecondaryIndexes[i].Projection.NonKeyAttributes)
	}
	for i := range in.GlobalSecondaryIndexes {
		n += len(in.GlobalSecondaryIndexes[i].Projection.NonKeyAttributes)
	}
	if n > projectedMax {
		return errProjected
	}
	return nil
}
