package partiql

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/expr"
	"github.com/statordb/stator/internal/store"
)

func TestCached(t *testing.T) {
	var c expr.Cache
	request := []byte(`SELECT * FROM t WHERE a = 'x'`)
	text := string(request)
	first, err := Cached(&c, text)
	if err != nil || first.Table() != "t" {
		t.Fatal(first, err)
	}
	if again, _ := Cached(&c, string(request)); again != first {
		t.Error("the same text was parsed again")
	}
	if other, _ := Cached(&c, strings.ToLower(text)); other == first {
		t.Error("another text is the same statement")
	}
	// An expression may have the text of a statement: they are not taken for each other.
	const both = "a = b"
	if _, err := c.Condition(expr.ConditionKind, both); err != nil {
		t.Error(err)
	}
	for range 2 {
		if s, err := Cached(&c, both); s != nil || err == nil {
			t.Errorf("a condition is a statement: %v, %v", s, err)
		}
	}
}

// TestCachedBound has far more statements parsed than are kept, and one that is used all the time.
func TestCachedBound(t *testing.T) {
	var c expr.Cache
	const statements = 2000
	padding := strings.Repeat(" ", expr.TextBytesMax-100)
	text := func(i int) string { return fmt.Sprintf("SELECT a%d FROM t%s", i, padding) }
	const often = "SELECT * FROM often"
	kept, _ := Cached(&c, often)
	first, _ := Cached(&c, text(0))
	for i := range statements {
		if _, err := Cached(&c, text(i)); err != nil {
			t.Fatal(err)
		}
		if again, _ := Cached(&c, often); again != kept {
			t.Fatal("a statement that is used all the time was lost")
		}
	}
	if again, _ := Cached(&c, text(0)); again == first {
		t.Errorf("the first of %d statements is still there", statements)
	}
	long := "SELECT * FROM t" + strings.Repeat(" ", expr.TextBytesMax)
	one, err := Cached(&c, long)
	if two, _ := Cached(&c, long); err != nil || one == two {
		t.Errorf("a text too long to be kept: %v", err)
	}
}

// TestCachedConcurrently carries statements out by many at once, each with parameters of its own: nobody
// may see those of another. With the race detector it holds that nobody writes to a statement.
func TestCachedConcurrently(t *testing.T) {
	w := newWorld(t)
	w.create(t, "t pk:S sk:N\nglobal by-a a:S sk:N all")
	const clients, times = 8, 50
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			me := attr.Value(attr.AppendS(nil, fmt.Sprintf("client-%d", client)))
			for range times {
				if err := w.live(me); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// live has an item of me come, change and go. Each statement must do its work on that item and on no other.
func (w *world) live(me attr.Value) error {
	for _, text := range []string{
		`INSERT INTO t VALUE {'pk': ?, 'sk': 1, 'a': ?, 'l': [1, {'x': <<'y', 'z'>>}], 's': <<1, 2>>}`,
		`UPDATE t SET l[0] = l[0] + 2 SET b = list_append(l, [?]) SET s = set_add(s, <<3>>) REMOVE l[1].x
			WHERE pk = ? AND sk = 1 AND a = ? AND (l[0] < 9 OR s = <<1, 2>>) RETURNING MODIFIED NEW *`,
		`SELECT b, a, pk FROM t WHERE pk = ? AND sk BETWEEN 0 AND 2 AND sk IN (1, 2, 3) AND b IS NOT MISSING`,
		`SELECT pk FROM t."by-a" WHERE a = ? AND sk IN (3, 1) ORDER BY sk DESC`,
		`SELECT * FROM t WHERE a = ? AND l[0] > 0 OR size(b) = 7`,
		`DELETE FROM t WHERE pk = ? AND sk = 1 AND b[2] = ?`,
	} {
		if err := w.carryOutFor(text, me); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return nil
}

// carryOutFor carries a statement out whose parameters are all me.
func (w *world) carryOutFor(text string, me attr.Value) error {
	s, refusal := Cached(&w.parsed, text)
	if refusal != nil {
		return refusal
	}
	b, refusal := s.Bind(Alone, []attr.Value{me, me, me}, w.find)
	switch {
	case refusal != nil:
		return refusal
	case s.Reads():
		return w.readFor(b, me)
	}
	x, refusal := b.Write()
	if refusal != nil {
		return refusal
	}
	var buf []byte
	var rs [1]store.Result
	if err := w.store.Apply(context.Background(), []store.Write{x.Write}, rs[:], &buf); err != nil {
		return errors.Join(err, rs[0].Err)
	}
	if row := x.Returned(&rs[0]); row != nil && !bytes.Contains(row, me.Bytes()) {
		return fmt.Errorf("returned %s", row.AppendHashedJSON(nil))
	}
	return nil
}

// readFor checks that a SELECT finds the one item of me.
func (w *world) readFor(b *Bound, me attr.Value) error {
	r, refusal := b.Read(false)
	if refusal != nil {
		return refusal
	}
	var found []string
	_, err := r.Page(context.Background(), w.store, 0, nil, func(it attr.Item) { found = append(found, string(it.Get("pk").Bytes())) })
	if err == nil && (len(found) != 1 || found[0] != string(me.Bytes())) {
		err = fmt.Errorf("%s finds %s", me.Bytes(), found)
	}
	return err
}
