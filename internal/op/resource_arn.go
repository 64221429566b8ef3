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

// taggedResource returns the name of the table that a ResourceArn means. Bare names are no ARNs.
// Whether the account is right comes before whether the region is.
func (s *Service) taggedResource(given api.Opt[string]) (string, *apierr.Error) {
	arn := given.V
	rest, ok := strings.CutPrefix(arn, "arn:")
	if !ok {
		return "", apierr.Invalid("ARNs must start with 'arn:': " + arn)
	}
	var parts [len(arnParts)]string // partition, service, region, account
	for i := range parts {
		if parts[i], rest, ok = strings.Cut(rest, ":"); !ok {
			return "", apierr.Invalid(arnParts[i] + arn)
		}
	}
	name, ok := strings.CutPrefix(rest, "table/")
	name, sub, nested := strings.Cut(name, "/")
	switch {
	case parts[1] != "dynamodb" || !ok || name == "" || strings.HasPrefix(sub, "backup/"):
		return "", apierr.Invalid("Provided Arn is not a DynamoDB resource arn: " + arn)
	case nested && !strings.HasPrefix(sub, "stream/"):
		return "", apierr.Invalid("Invalid resource arn provided, only table or stream is accepted. Provided resource arn: " + arn)
	case parts[3] != s.catalog.Account:
		return "", apierr.AccessDenied("Access is denied")
	case parts[0] != "aws" || parts[2] != s.catalog.Region:
		return "", apierr.Validation("Invalid TableArn: Invalid ResourceArn provided as input " + arn)
	case nested: // no table has a stream
		return "", noResource(arn)
	}
	return name, nil
}

// noResource is how operations on tags say that there is nothing to tag.
func noResource(arn string) *apierr.Error {
	return apierr.ResourceNotFound("Requested resource not found: ResourceArn: " + arn + " not found")
}
