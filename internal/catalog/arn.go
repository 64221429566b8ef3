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

// TableARN returns the ARN of the table called name.
func (r Realm) TableARN(name string) string {
	return "arn:aws:dynamodb:" + r.Region + ":" + r.Account + ":table/" + name
}

// arn is an ARN taken apart.
type arn struct{ region, account, resource string }

func parseARN(s string) (a arn, ok bool) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "dynamodb" {
		return a, false
	}
	return arn{parts[3], parts[4], parts[5]}, true
}

// IsARN reports whether s, given as a TableName, is meant to be an ARN: names have no colon.
func IsARN(s string) bool { return strings.HasPrefix(s, "arn:") }

// TableName returns the name in the ARN of a table of this realm, or why it is none.
func (r Realm) TableName(s string) (string, *apierr.Error) {
	a, ok := parseARN(s)
	if !ok {
		return "", apierr.Validation("Invalid TableArn: " + s)
	}
	if a.region != r.Region {
		return "", apierr.Members([]string{"Invalid AWS region in '" + s + "'"})
	}
	if a.account != r.Account {
		return "", apierr.AccessDenied("Access is denied")
	}
	name, ok := strings.CutPrefix(a.resource, "table/")
	if !ok || name == "" || strings.Contains(name, "/") {
		return "", apierr.Validation("Invalid TableArn: " + s)
	}
	return name, nil
}
