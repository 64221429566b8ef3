package api

import (
	"slices"
	"unicode/utf16"
)

// HashOrder returns the places of keys in the order in which a Java HashMap iterates over them that
// was made with so many buckets, a power of two, and grew when more than three quarters were full.
// Some of AWS's messages list things in that order. A plain new HashMap has 16 buckets.
func HashOrder(keys []string, buckets int) []int {
	for len(keys)*4 > buckets*3 {
		buckets *= 2
	}
	order := make([]int, len(keys))
	bucket := make([]uint32, len(keys))
	for i, key := range keys {
		order[i] = i
		h := javaHash(key)
		bucket[i] = (h ^ h>>16) & uint32(buckets-1) //nolint:gosec // a power of two, far below 32 bits
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(bucket[a]) - int(bucket[b]) })
	return order
}

// javaHash is the hashCode of a Java String.
func javaHash(s string) uint32 {
	var h uint32
	for _, r := range s {
		if high, low := utf16.EncodeRune(r); high != '\uFFFD' {
			h = 31*h + uint32(high) //nolint:gosec // runes are not negative
			r = low
		}
		h = 31*h + uint32(r) //nolint:gosec // runes are not negative
	}
	return h
}

// SizedBuckets is the number of buckets for HashOrder of a HashMap that was made for n entries: the
// next power of two.
func SizedBuckets(n int) int {
	buckets := 1
	for buckets < n {
		buckets *= 2
	}
	return buckets
}
