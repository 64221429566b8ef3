package stream_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/stream"
)

func TestPosition(t *testing.T) {
	for _, c := range []struct {
		p    stream.Position
		text string
	}{
		{stream.Position{}, "100000000000000000000000"},
		{stream.Position{Seq: 1_790_000_000_000_000, N: 25}, "100001790000000000000025"},
		{stream.Position{Seq: math.MaxUint64, N: stream.RecordsMax - 1}, "118446744073709551615999"},
	} {
		if got := c.p.String(); got != c.text {
			t.Errorf("%+v is %q, want %q", c.p, got, c.text)
		}
		if got, ok := stream.ParsePosition(c.text); !ok || got != c.p {
			t.Errorf("%q is %+v, %t", c.text, got, ok)
		}
	}
	for _, text := range []string{
		"", "1", "10000000000000000000000", "1000000000000000000000000", "200000000000000000000000",
		"118446744073709551616000", "1-0000000000000000000000", "10000000000000000000000x", "100000000000000000000+01",
	} {
		if p, ok := stream.ParsePosition(text); ok {
			t.Errorf("%q is read as %+v", text, p)
		}
	}
}

// TestPositionOrder holds that sequence numbers are ordered like positions.
func TestPositionOrder(t *testing.T) {
	anyPosition := rapid.Custom(func(rt *rapid.T) stream.Position {
		return stream.Position{Seq: rapid.Uint64().Draw(rt, "seq"), N: rapid.Uint16Range(0, stream.RecordsMax-1).Draw(rt, "n")}
	})
	rapid.Check(t, func(rt *rapid.T) {
		p, q := anyPosition.Draw(rt, "p"), anyPosition.Draw(rt, "q")
		if (p.Compare(q) < 0) != (p.String() < q.String()) || (p == q) != (p.String() == q.String()) {
			rt.Fatalf("%s and %s", p, q)
		}
		if got, ok := stream.ParsePosition(p.String()); !ok || got != p {
			rt.Fatalf("%s is read as %+v", p, got)
		}
	})
}
