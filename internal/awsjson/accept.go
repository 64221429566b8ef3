package awsjson

import (
	"strconv"
	"strings"
)

// liking is how much a client likes an encoding: its weight, and where in the header it is named.
type liking struct {
	weight float64
	named  int // 0: nowhere
}

// accepted returns the encoding that a header Accept-Encoding asks for, or nil if it asks for none that
// there is. The heaviest wins, then the one named first; what is not named is as heavy as "*" and comes
// after what is. That a client would rather have no encoding at all ("identity") does not count. All this
// is what AWS does.
func accepted(header string) *encoding {
	var (
		likings [len(encodings)]liking
		rest    float64
	)
	position := 0
	for part := range strings.SplitSeq(header, ",") {
		position++
		name, parameters, _ := strings.Cut(part, ";")
		name = strings.TrimSpace(name)
		weight := weightIn(parameters)
		if name == "*" {
			rest = max(rest, weight)
		}
		for i := range encodings {
			if l := &likings[i]; strings.EqualFold(name, encodings[i].name) && (l.named == 0 || weight > l.weight) {
				*l = liking{weight, position}
			}
		}
	}
	var (
		best  *encoding
		first liking
	)
	for i := range encodings {
		l := likings[i]
		if l.named == 0 {
			l = liking{rest, position + 1}
		}
		if l.weight > first.weight || best != nil && l.weight == first.weight && l.named < first.named {
			best, first = &encodings[i], l
		}
	}
	return best
}

// weightIn returns the first weight among the parameters of an encoding. AWS takes one that it cannot
// read, or that is above 1, for 1.
func weightIn(parameters string) float64 {
	for p := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(p, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil {
			return 1
		}
		return min(weight, 1)
	}
	return 1
}
