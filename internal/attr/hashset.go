package attr

import "slices"

// The Java HashSet<BigDecimal> that AWS keeps a number set in: it is made with firstBuckets, doubles
// when more than three quarters are full, and also, as long as it has fewer than treeBuckets, when a
// number comes into a bucket that holds bucketMax.
const (
	firstBuckets = 16
	treeBuckets  = 64
	bucketMax    = 8
)

// hashOrder returns the members of an NS in the order in which Java iterates over a HashSet that they
// were added to in ascending order: bucket by bucket, and as they came in each.
func (v Value) hashOrder() []Number {
	type member struct {
		number Number
		hash   uint32
	}
	members := make([]member, 0, v.Len())
	buckets := uint32(firstBuckets)
	held := make(map[uint32]int, v.Len()) // how many members each bucket holds
	double := func() {
		buckets *= 2
		clear(held)
		for _, m := range members {
			held[m.hash&(buckets-1)]++
		}
	}
	for m := v.Members(); m.Next(); {
		hash := Number(m.Member).javaHash()
		hash ^= hash >> 16
		crowded := held[hash&(buckets-1)] >= bucketMax
		members = append(members, member{m.Member, hash})
		held[hash&(buckets-1)]++
		if crowded && buckets < treeBuckets {
			double()
		}
		if uint32(len(members)) > buckets/4*3 { //nolint:gosec // an item has fewer than a million
			double()
		}
	}
	slices.SortStableFunc(members, func(a, b member) int {
		return int(a.hash&(buckets-1)) - int(b.hash&(buckets-1))
	})
	numbers := make([]Number, len(members))
	for i := range members {
		numbers[i] = members[i].number
	}
	return numbers
}

// javaHash is the hashCode of the BigDecimal that n is without trailing zeros: that of the whole number
// that its significant digits are, times 31, plus the scale.
func (n Number) javaHash() uint32 {
	sign := n.Sign()
	if sign == 0 {
		return 0
	}
	digits, point := n.extent()
	left := digits
	var whole [4]uint32 // 38 digits have fewer than 128 bits; the first part is the most significant
	for _, c := range n.AppendText(make([]byte, 0, 2*numberPairsMax)) {
		if c < '0' || left == 0 || c == '0' && left == digits {
			continue // a sign, the point, a zero at either end
		}
		left--
		carry := uint64(c - '0')
		for i := len(whole) - 1; i >= 0; i-- {
			carry += uint64(whole[i]) * 10
			whole[i], carry = uint32(carry), carry>>32 //nolint:gosec // the lower half
		}
	}
	var h uint32
	for _, part := range whole {
		h = 31*h + part
	}
	if sign < 0 {
		h = -h
	}
	return 31*h + uint32(digits-point) //nolint:gosec // as Java's int wraps around
}
