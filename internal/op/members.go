package op

import (
	"math"
	"strings"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// firstRefusal makes the checks in their order and returns the first refusal.
func firstRefusal[T any](in T, checks ...func(T) *apierr.Error) *apierr.Error {
	for _, c := range checks {
		if err := c(in); err != nil {
			return err
		}
	}
	return nil
}

// constrained refuses members that break what the model says of them.
func constrained(in api.Constrained) *apierr.Error {
	var c api.Constraints
	in.Constrain(&c)
	return apierr.Members(c.Texts())
}

// createMembers refuses members of CreateTable. Tags and the table class are judged later, in other
// words; that the key and its definitions are required is not in the model, as copies of global
// tables go without.
func createMembers(in *api.CreateTableInput) *apierr.Error {
	judged := *in
	judged.Tags, judged.TableClass = nil, api.Opt[string]{}
	var c api.Constraints
	judged.Constrain(&c)
	keyIDGiven(&c, in.SSESpecification)
	c.Require("attributeDefinitions", in.AttributeDefinitions != nil)
	c.Require("keySchema", in.KeySchema != nil)
	return apierr.Members(c.Texts())
}

// updateMembers refuses members of UpdateTable.
func updateMembers(in *api.UpdateTableInput) *apierr.Error {
	judged := *in
	judged.TableClass = api.Opt[string]{}
	var c api.Constraints
	judged.Constrain(&c)
	keyIDGiven(&c, in.SSESpecification)
	return apierr.Members(c.Texts())
}

// keyIDGiven notes an empty KMSMasterKeyId, of which the model says nothing.
func keyIDGiven(c *api.Constraints, e *api.SSESpecification) {
	if e != nil && e.KMSMasterKeyId.Set && e.KMSMasterKeyId.V == "" {
		c.Length("sSESpecification.kMSMasterKeyId", "", 1, math.MaxInt)
	}
}

// The lengths of keys.
const (
	keyElementsMax       = 2 // of a table and of a local index
	globalKeyElementsMax = 2 * partAttributes
)

// createKeySizes refuses keys with too many elements.
func createKeySizes(in *api.CreateTableInput) *apierr.Error {
	if err := keySize(in.KeySchema, keyElementsMax); err != nil {
		return err
	}
	for i := range in.LocalSecondaryIndexes {
		if err := keySize(in.LocalSecondaryIndexes[i].KeySchema, keyElementsMax); err != nil {
			return err
		}
	}
	for i := range in.GlobalSecondaryIndexes {
		if err := keySize(in.GlobalSecondaryIndexes[i].KeySchema, globalKeyElementsMax); err != nil {
			return err
		}
	}
	return nil
}

// updateKeySizes refuses keys of new indexes with too many elements.
func updateKeySizes(in *api.UpdateTableInput) *apierr.Error {
	for i := range in.GlobalSecondaryIndexUpdates {
		if x := in.GlobalSecondaryIndexUpdates[i].Create; x != nil {
			if err := keySize(x.KeySchema, globalKeyElementsMax); err != nil {
				return err
			}
		}
	}
	return nil
}

// keySize refuses a key with more than most elements. Whose key it is AWS does not say.
func keySize(key []api.KeySchemaElement, most int) *apierr.Error {
	if len(key) <= most {
		return nil
	}
	elements := make([]string, len(key))
	for i := range key {
		elements[i] = "KeySchemaElement(attributeName=" + key[i].AttributeName.V + ", keyType=" + key[i].KeyType.V + ")"
	}
	return apierr.Validationf("Value '[%s]' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to %d",
		strings.Join(elements, ", "), most).Enveloped()
}
