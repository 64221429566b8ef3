package op

import (
	"slices"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
)

// Types of key elements.
const (
	hashKey  = "HASH"
	rangeKey = "RANGE"
)

var (
	errFirstNotHash   = apierr.Validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	errSecondNotRange = apierr.Validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	errUndefinedKey   = apierr.Validation("Invalid KeySchema: Some index key attribute have no definition")
	errOneKeyName     = apierr.Validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	errUnusedDefined  = apierr.Invalid("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
)

// keyNames are the names of the attributes of a key.
func keyNames(key []api.KeySchemaElement) []string {
	names := make([]string, len(key))
	for i := range key {
		names[i] = key[i].AttributeName.V
	}
	return names
}

// keyParts are the names of the partition key attributes of a key, and of its sort key attributes.
func keyParts(key []api.KeySchemaElement) (hash, sort []string) {
	for i := range key {
		if key[i].KeyType.V == hashKey {
			hash = append(hash, key[i].AttributeName.V)
		} else {
			sort = append(sort, key[i].AttributeName.V)
		}
	}
	return hash, sort
}

// definedNames are the names of the attributes that are defined.
func definedNames(definitions []api.AttributeDefinition) []string {
	names := make([]string, len(definitions))
	for i := range definitions {
		names[i] = definitions[i].AttributeName.V
	}
	return names
}

// definedOnce refuses an attribute that is defined twice.
func definedOnce(definitions []api.AttributeDefinition) *apierr.Error {
	seen := make(map[string]bool, len(definitions))
	for i := range definitions {
		name := definitions[i].AttributeName.V
		if seen[name] {
			return apierr.Validation("Attribute Name is duplicated: " + name)
		}
		seen[name] = true
	}
	return nil
}

// keyDefined refuses a key with attributes that are not defined.
func keyDefined(key []api.KeySchemaElement, definitions []api.AttributeDefinition) *apierr.Error {
	keys, defined := keyNames(key), definedNames(definitions)
	if len(defined) < len(keys) {
		return errUndefinedKey
	}
	for _, k := range keys {
		if !slices.Contains(defined, k) {
			return apierr.Invalidf("Some index key attributes are not defined in AttributeDefinitions. Keys: %s, AttributeDefinitions: %s",
				javaSet(keys, api.SizedBuckets), javaSet(defined, api.SizedBuckets))
		}
	}
	return nil
}

// keyShaped refuses a key of a table or of a local index that is not a HASH element and perhaps a
// RANGE element.
func keyShaped(key []api.KeySchemaElement) *apierr.Error {
	switch {
	case len(key) > 1 && key[0].AttributeName == key[1].AttributeName:
		return errOneKeyName
	case key[0].KeyType.V != hashKey:
		return errFirstNotHash
	case len(key) > 1 && key[1].KeyType.V != rangeKey:
		return errSecondNotRange
	}
	return nil
}

// attributes are the definitions as the catalog keeps them.
func attributes(definitions []api.AttributeDefinition) []catalog.Attribute {
	as := make([]catalog.Attribute, len(definitions))
	for i := range definitions {
		as[i] = catalog.Attribute{Name: definitions[i].AttributeName.V, Type: attr.TypeNamed(definitions[i].AttributeType.V)}
	}
	return as
}
