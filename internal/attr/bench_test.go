package attr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/statordb/stator/internal/coral"
)

// benchItem is an item of about size bytes as people store them: a key, some scalars, a set, a list
// of maps, and text to fill it up.
func benchItem(size int) string {
	var b strings.Builder
	b.WriteString(`{"PK":{"S":"CUSTOMER#123"},"SK":{"S":"ORDER#456"},"total":{"N":"99.99"},"paid":{"BOOL":true},` +
		`"tags":{"SS":["new","gift","express"]},"created":{"N":"1764026999123"},"lines":{"L":[`)
	for i := 0; b.Len() < size*3/5; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"M":{"product":{"S":"product-%d"},"quantity":{"N":"%d"},"price":{"N":"%d.5"}}}`, i, i%7+1, i)
	}
	b.WriteString(`]},"note":{"S":"`)
	b.WriteString(strings.Repeat("n", max(0, size-b.Len())))
	b.WriteString(`"}}`)
	return b.String()
}

var benchSizes = []struct {
	name  string
	bytes int
}{{"1KB", 1 << 10}, {"100KB", 100 << 10}}

func BenchmarkDecode(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(size.name, func(b *testing.B) {
			text := []byte(benchItem(size.bytes))
			var (
				r coral.Reader
				d Decoder
			)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				d.Reset()
				r.Reset(text)
				if it, faults := d.Item(&r); it == nil || faults.Any() {
					b.Fatal(faults)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(size.name, func(b *testing.B) {
			it := mustDecode(b, benchItem(size.bytes))
			var out []byte
			b.SetBytes(int64(len(it.AppendJSON(nil))))
			b.ReportAllocs()
			for b.Loop() {
				out = it.AppendJSON(out[:0])
			}
		})
	}
}

func BenchmarkSize(b *testing.B) {
	it := mustDecode(b, benchItem(1<<10))
	b.ReportAllocs()
	for b.Loop() {
		if it.Size() == 0 {
			b.Fatal("an item without size")
		}
	}
}
