package op

import "github.com/statordb/stator/internal/apierr"

// notBuilt is the refusal of a part of DynamoDB that Stator does not have yet. A request that asks for
// one is never carried out without it.
func notBuilt(what string) *apierr.Error {
	return apierr.Validation("Stator does not have " + what + " yet; docs/compat.md lists what it has.")
}
