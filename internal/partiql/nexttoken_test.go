package partiql

import (
	"testing"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
)

func reading(t *testing.T, table *catalog.Table, text string, given ...attr.Value) *Read {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Bind(Alone, given, func(string) (*catalog.Table, *apierr.Error) { return table, nil })
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Read(false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestToken holds that a token leads to its position in the request that it belongs to and in no other,
// and that none can be made or changed without the key.
func TestToken(t *testing.T) {
	table := &catalog.Table{ID: [16]byte{1}, Name: "t", Key: []string{"pk"}, Attributes: []catalog.Attribute{{Name: "pk", Type: attr.S}}}
	other := *table
	other.ID = [16]byte{2}
	const text = "SELECT * FROM t WHERE a = ?"
	x, y := attr.Value(attr.AppendS(nil, "x")), attr.Value(attr.AppendS(nil, "y"))
	tokens := NewTokens(catalog.NewSealer([]byte("key"), "test"))
	r := reading(t, table, text, x)
	key := attr.AppendS([]byte{1, 2, 'p', 'k'}, "k")
	token := tokens.Token(r, &Position{3, key})
	p, err := tokens.Position(r, token)
	if err != nil || p.Range != 3 || !p.Key.Equal(key) {
		t.Fatalf("got %v, %v", p, err)
	}
	for _, c := range []struct {
		name string
		read *Read
		want *apierr.Error
	}{
		{"another parameter", reading(t, table, text, y), errOtherToken},
		{"one more space", reading(t, table, text+" ", x), errOtherToken},
		{"another table of that name", reading(t, &other, text, x), errOtherToken},
	} {
		if _, err := tokens.Position(c.read, token); err != c.want {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
	list := attr.Value(attr.AppendM(nil, attr.EmptyItem))
	listed := reading(t, table, text, list)
	if _, err := tokens.Position(listed, tokens.Token(listed, &Position{0, key})); err != errOtherToken {
		t.Errorf("a map as parameter: got %v", err)
	}
	for i := range token {
		changed := []byte(token)
		if changed[i]++; changed[i] == token[i] {
			continue
		}
		if _, err := tokens.Position(r, string(changed)); err != errInvalidToken {
			t.Fatalf("byte %d changed: got %v", i, err)
		}
	}
	for _, more := range []string{"\n", "\r", "=", "A", " "} {
		if _, err := tokens.Position(r, token+more); err != errInvalidToken {
			t.Errorf("%q appended: got %v", more, err)
		}
	}
	if _, err := NewTokens(catalog.NewSealer([]byte("other"), "test")).Position(r, token); err != errInvalidToken {
		t.Errorf("another key: got %v", err)
	}
}
