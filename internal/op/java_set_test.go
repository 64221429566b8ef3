package op

import (
	"strings"
	"testing"

	"github.com/statordb/stator/internal/api"
)

// TestJavaSet compares with texts that AWS answered (captures-tables §3.1).
func TestJavaSet(t *testing.T) {
	for _, test := range []struct {
		names   string
		buckets func(int) int
		want    string
	}{
		{"PK h a unused", api.SizedBuckets, "[h, a, unused, PK]"},
		{"PK h a", ofDefaultSize, "[a, h, PK]"},
		{"pk sk l1 spare", api.SizedBuckets, "[sk, pk, l1, spare]"},
		{"pk sk l1", ofDefaultSize, "[l1, sk, pk]"},
		{"pk pk", api.SizedBuckets, "[pk]"},
		{"", ofDefaultSize, "[]"},
	} {
		if got := javaSet(strings.Fields(test.names), test.buckets); got != test.want {
			t.Errorf("javaSet(%s) = %s, want %s", test.names, got, test.want)
		}
	}
}
