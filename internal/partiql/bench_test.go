package partiql

import (
	"strings"
	"testing"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/expr"
)

func BenchmarkStatement(b *testing.B) {
	t := &catalog.Table{
		Name: "t", Key: []string{"pk", "sk"},
		Attributes: []catalog.Attribute{{Name: "pk", Type: attr.S}, {Name: "sk", Type: attr.N}},
	}
	find := func(string) (*catalog.Table, *apierr.Error) { return t, nil }
	given := []attr.Value{attr.AppendS(nil, "x")}
	const text = `SELECT a, b.c FROM "t" WHERE pk = ? AND sk BETWEEN 1 AND 2 AND (a = 'x' OR a = 'y')`
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Parse(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("cached", func(b *testing.B) {
		var c expr.Cache
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Cached(&c, text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("plan", func(b *testing.B) {
		s, _ := Parse(text)
		b.ReportAllocs()
		for b.Loop() {
			bound, err := s.Bind(Alone, given, find)
			if err == nil {
				_, err = bound.Read(false)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	// Its time must grow as its length does, however deep it is.
	b.Run("long update", func(b *testing.B) {
		s, err := Parse("UPDATE t SET a = a" + strings.Repeat("+1", 4000) + " WHERE pk = 'x' AND sk = 1")
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			bound, err := s.Bind(Alone, nil, find)
			if err == nil {
				_, err = bound.Write()
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
