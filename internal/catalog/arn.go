package catalog

import (
	"strings"

	"github.com/statordb/stator/internal/apierr"
)

// Realm is the region and the account that this store answers for.
type Realm struct {
	Region  string
	Account string // 12 digits
}

// partition is AWS's largest part, and the only one that a Realm can be in.
const partition = "aws"

// TableARN returns the ARN of the table called name.
func (r Realm) TableARN(name string) string {
	return "arn:" + partition + ":dynamodb:" + r.Region + ":" + r.Account + ":table/" + name
}

// IndexARN returns the ARN of an index of the table called table.
func (r Realm) IndexARN(table, index string) string { return r.TableARN(table) + "/index/" + index }

// StreamARN returns the ARN of the stream with a label of the table called table.
func (r Realm) StreamARN(table, label string) string { return r.TableARN(table) + "/stream/" + label }

// arn is an ARN taken apart.
type arn struct{ partition, region, account, resource string }

func parseARN(s string) (a arn, ok bool) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "dynamodb" {
		return a, false
	}
	return arn{parts[1], parts[3], parts[4], parts[5]}, true
}

// IsARN reports whether s, given as a TableName, is meant to be an ARN: names have no colon.
func IsARN(s string) bool { return strings.HasPrefix(s, "arn:") }

// TableName returns the name in the ARN of a table of this realm, or why it is none.
func (r Realm) TableName(s string) (string, *apierr.Error) {
	a, ok := parseARN(s)
	if !ok {
		return "", apierr.Validation("Invalid TableArn: " + s)
	}
	if a.partition != partition {
		return "", apierr.Members([]string{"Invalid AWS partition in '" + s + "'"})
	}
	if a.region != r.Region {
		return "", apierr.Members([]string{"Invalid AWS region in '" + s + "'"})
	}
	if a.account != r.Account {
		return "", apierr.AccessDenied("Access is denied")
	}
	name, ok := strings.CutPrefix(a.resource, "table/")
	if !ok || name == "" || strings.Contains(name, "/") {
		return "", apierr.Members([]string{"Invalid resource type in '" + s + "'"})
	}
	return name, nil
}
