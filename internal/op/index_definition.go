package op

import (
	"slices"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
)

// Limits of indexes, from "Quotas in Amazon DynamoDB".
const (
	localIndexesMax  = 5
	globalIndexesMax = 20
	partAttributes   = 4 // in the partition part and in the sort part of a global index
)

// indexLists refuses lists of indexes that are given and empty.
func indexLists(in *api.CreateTableInput) *apierr.Error {
	switch {
	case in.LocalSecondaryIndexes != nil && len(in.LocalSecondaryIndexes) == 0:
		return apierr.Invalid("List of LocalSecondaryIndexes is empty")
	case in.GlobalSecondaryIndexes != nil && len(in.GlobalSecondaryIndexes) == 0:
		return apierr.Invalid("List of GlobalSecondaryIndexes is empty")
	case in.VectorIndexes != nil && len(in.VectorIndexes) == 0:
		return apierr.Invalid("List of VectorIndexes is empty")
	}
	return nil
}

// definitionsUsed refuses attributes that are defined and that no key has.
func definitionsUsed(in *api.CreateTableInput) *apierr.Error {
	if len(in.LocalSecondaryIndexes) == 0 && len(in.GlobalSecondaryIndexes) == 0 && len(in.VectorIndexes) == 0 {
		if len(in.AttributeDefinitions) != len(in.KeySchema) {
			return errUnusedDefined
		}
		return nil
	}
	used := keyNames(in.KeySchema)
	for i := range in.LocalSecondaryIndexes {
		used = append(used, keyNames(in.LocalSecondaryIndexes[i].KeySchema)...)
	}
	for i := range in.GlobalSecondaryIndexes {
		used = append(used, keyNames(in.GlobalSecondaryIndexes[i].KeySchema)...)
	}
	for i := range in.VectorIndexes {
		for j := range in.VectorIndexes[i].SearchSchema {
			used = append(used, in.VectorIndexes[i].SearchSchema[j].AttributeName.V)
		}
	}
	defined := definedNames(in.AttributeDefinitions)
	for _, name := range defined {
		if !slices.Contains(used, name) {
			return apierr.Invalidf("Some AttributeDefinitions are not used. AttributeDefinitions: %s, keys used: %s",
				javaSet(defined, api.SizedBuckets), javaSet(used, ofDefaultSize))
		}
	}
	return nil
}

// localIndexes refuses local secondary indexes that break a rule of their own.
func localIndexes(in *api.CreateTableInput) *apierr.Error {
	if len(in.LocalSecondaryIndexes) > 0 && len(in.KeySchema) < 2 {
		return apierr.Invalid("Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")
	}
	for i := range in.LocalSecondaryIndexes {
		if err := localIndex(in, &in.LocalSecondaryIndexes[i]); err != nil {
			return err
		}
	}
	if len(in.LocalSecondaryIndexes) > localIndexesMax {
		return apierr.Invalidf("Number of LocalSecondaryIndexes exceeds per-table limit of %d", localIndexesMax)
	}
	return nil
}

func localIndex(in *api.CreateTableInput, x *api.LocalSecondaryIndex) *apierr.Error {
	if err := keyDefined(x.KeySchema, in.AttributeDefinitions); err != nil {
		return err
	}
	if err := keyShaped(x.KeySchema); err != nil {
		return err
	}
	hash, tableHash := x.KeySchema[0].AttributeName.V, in.KeySchema[0].AttributeName.V
	switch {
	case len(x.KeySchema) < 2:
		return apierr.Invalid("Index KeySchema does not have a range key for index: " + x.IndexName.V)
	case hash != tableHash:
		return apierr.Invalidf("Index KeySchema does not have the same leading hash key as table KeySchema for index: %s. "+
			"index hash key: %s, table hash key: %s", x.IndexName.V, hash, tableHash)
	}
	return projected(x.Projection)
}

// globalIndexes refuses global secondary indexes that break a rule of their own.
func globalIndexes(in *api.CreateTableInput) *apierr.Error {
	for i := range in.GlobalSecondaryIndexes {
		if err := globalIndex(in, &in.GlobalSecondaryIndexes[i]); err != nil {
			return err
		}
	}
	if len(in.GlobalSecondaryIndexes) > globalIndexesMax {
		return apierr.Invalidf("GlobalSecondaryIndex count exceeds the per-table limit of %d", globalIndexesMax)
	}
	return nil
}

func globalIndex(in *api.CreateTableInput, x *api.GlobalSecondaryIndex) *apierr.Error {
	if err := globalDefined(x, in.AttributeDefinitions); err != nil {
		return err
	}
	return newThroughput(x, in.BillingMode.V == onDemand)
}

// globalDefined refuses a global index whose key or projection breaks a rule.
func globalDefined(x *api.GlobalSecondaryIndex, definitions []api.AttributeDefinition) *apierr.Error {
	if err := keyDefined(x.KeySchema, definitions); err != nil {
		return err
	}
	if err := globalKeyShaped(x.KeySchema); err != nil {
		return err
	}
	return projected(x.Projection)
}

// globalKeyShaped refuses a key that is not one to four HASH elements and then up to four RANGE elements.
func globalKeyShaped(key []api.KeySchemaElement) *apierr.Error {
	names := keyNames(key)
	slices.Sort(names)
	repeated := len(slices.Compact(names)) < len(key)
	hashes, ranges := 0, 0
	for i := range key {
		switch {
		case key[i].KeyType.V == rangeKey:
			ranges++
		case ranges == 0:
			hashes++
		}
	}
	switch {
	case key[0].KeyType.V != hashKey:
		return errFirstNotHash
	case repeated && len(key) == 2 && ranges == 1:
		return errOneKeyName
	case repeated:
		return apierr.Validation("The KeySchema contains multiple key attributes with the same name")
	case hashes+ranges < len(key):
		return apierr.Invalid("All HASH key attributes must precede RANGE key attributes in the KeySchema")
	case hashes > partAttributes:
		return apierr.Invalid("The KeySchema exceeds the maximum allowed number of HASH key attributes")
	case ranges > partAttributes:
		return apierr.Invalid("The KeySchema exceeds the maximum allowed number of RANGE key attributes")
	}
	return nil
}

// indexNames refuses two indexes of one name: all kinds of index share a name space.
func indexNames(in *api.CreateTableInput) *apierr.Error {
	var names []string
	for i := range in.LocalSecondaryIndexes {
		names = append(names, in.LocalSecondaryIndexes[i].IndexName.V)
	}
	for i := range in.GlobalSecondaryIndexes {
		names = append(names, in.GlobalSecondaryIndexes[i].IndexName.V)
	}
	for i := range in.VectorIndexes {
		names = append(names, in.VectorIndexes[i].IndexName.V)
	}
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if seen[name] {
			return apierr.Invalid("Duplicate index name: " + name)
		}
		seen[name] = true
	}
	return nil
}
