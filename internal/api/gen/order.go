package main

import (
	"cmp"
	"slices"
	"unicode"
)

// AWS lists enum words and member errors in the order in which hash tables hold them. Two rules give
// every order that was captured from AWS (order_test.go has them all):
//
//   - the words of an enum ascend by their hash modulo 32;
//   - the members of a structure stand in a Java HashMap under their names in lower camel case.
//
// Where two stand in one place, the alphabet decides, save for what firsts and memberOrders say.

// enumBuckets is the number of places of an enum's words.
const enumBuckets = 32

// printed returns the words of an enum in the order in which AWS prints them.
func printed(words []string) []string {
	out := slices.Sorted(slices.Values(words))
	slices.SortStableFunc(out, func(a, b string) int {
		return cmp.Compare(hash(a)%enumBuckets, hash(b)%enumBuckets)
	})
	return out
}

// firsts are members that are reported before others in the same place: captures-tables §5 has the
// capacity before the map of a batch.
var firsts = []string{"ReturnConsumedCapacity"}

// memberOrders are orders that do not follow from the rule. What they do not name comes last.
var memberOrders = map[string][]string{
	// captures-items §4.3. That is the newer layer, but the wording of these members is the older one.
	"PutItemInput": {
		"TableName", "Item", "ReturnConsumedCapacity",
		"ReturnValues", "ReturnItemCollectionMetrics", "ReturnValuesOnConditionCheckFailure",
	},
	"DeleteItemInput": {
		"TableName", "Key", "ReturnConsumedCapacity",
		"ReturnValues", "ReturnItemCollectionMetrics", "ReturnValuesOnConditionCheckFailure",
	},
	// captures-tables §3.1, which does not say that it is from AWS.
	"GlobalSecondaryIndex": {"KeySchema", "Projection", "IndexName", "ProvisionedThroughput"},
}

// reported returns the names of the members of s in the order in which AWS reports their errors.
func (s *shape) reported() []string {
	names := s.members()
	if order, ok := memberOrders[s.name]; ok {
		slices.SortStableFunc(names, func(a, b string) int { return place(order, a) - place(order, b) })
		return names
	}
	buckets := 16
	for len(names)*4 > buckets*3 {
		buckets *= 2
	}
	bucket := func(name string) uint32 {
		h := hash(lowerCamel(name))
		return (h ^ h>>16) % uint32(buckets)
	}
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(bucket(a), bucket(b)), place(firsts, a)-place(firsts, b))
	})
	return names
}

// place is where name stands in order, or behind it.
func place(order []string, name string) int {
	if i := slices.Index(order, name); i >= 0 {
		return i
	}
	return len(order)
}

// hash is the hashCode of a Java String.
func hash(s string) uint32 {
	var h uint32
	for _, c := range []byte(s) {
		h = 31*h + uint32(c)
	}
	return h
}

// lowerCamel is how paths in errors spell the name of a member.
func lowerCamel(name string) string {
	return string(unicode.ToLower(rune(name[0]))) + name[1:]
}
