package op

import (
	"strings"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// arnParts say what ends the parts of an ARN before its resource, in the words of AWS's parser.
var arnParts = [...]string{
	"Second colon partition not found: ",
	"Third colon vendor not found: ",
	"Fourth colon (region/namespace delimiter) not found: ",
	"Fifth colon (namespace/relative-id delimiter) not found: ",
}

// taggable is what has tags: a table, or a stream of it.
type taggable struct {
	table string
	label string // of the stream; "" for the table
	arn   string
}

// taggedResource returns what a ResourceArn means. Bare names are no ARNs. Whether the account is right comes
// before whether the region is.
func (s *Service) taggedResource(given api.Opt[string]) (r taggable, refused *apierr.Error) {
	arn := given.V
	rest, ok := strings.CutPrefix(arn, "arn:")
	if !ok {
		return r, apierr.Invalid("ARNs must start with 'arn:': " + arn)
	}
	var parts [len(arnParts)]string // partition, service, region, account
	for i := range parts {
		if parts[i], rest, ok = strings.Cut(rest, ":"); !ok {
			return r, apierr.Invalid(arnParts[i] + arn)
		}
	}
	name, ok := strings.CutPrefix(rest, "table/")
	name, sub, nested := strings.Cut(name, "/")
	label, isStream := strings.CutPrefix(sub, "stream/")
	switch {
	case parts[1] != "dynamodb" || !ok || name == "" || strings.HasPrefix(sub, "backup/"):
		return r, apierr.Invalid("Provided Arn is not a DynamoDB resource arn: " + arn)
	case nested && !isStream:
		return r, apierr.Invalid("Invalid resource arn provided, only table or stream is accepted. Provided resource arn: " + arn)
	case parts[3] != s.catalog.Account:
		return r, apierr.AccessDenied("Access is denied")
	case parts[0] != "aws" || parts[2] != s.catalog.Region:
		return r, apierr.Validation("Invalid TableArn: Invalid ResourceArn provided as input " + arn)
	case nested && label == "":
		return r, noResource(arn)
	}
	return taggable{name, label, arn}, nil
}

// noResource is how operations on tags say that there is nothing to tag.
func noResource(arn string) *apierr.Error {
	return apierr.ResourceNotFound("Requested resource not found: ResourceArn: " + arn + " not found")
}
