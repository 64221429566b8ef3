package partiql

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/expr"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/store"
)

// TestScripts runs the scripts under testdata/script. A script makes tables and then carries out statements:
//
//	create
//	music artist:S year:N
//	global titles title:S year:N keys
//	----
//
//	statements
//	SELECT * FROM music WHERE artist = ? :: 'a'
//	----
//	query artist=a
//
// Of "statements" each line is one, of "statement" all of them; what follows :: are its parameters,
// written as literals. Of each is shown why it is refused, or else what it reads and the items, or the
// row that it returns. "plan" shows only how a SELECT reads. Options are limit=n, which reads
// page after page, strong, and old, which shows the item that did not match.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/script", func(t *testing.T, path string) {
		w := newWorld(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "create":
				w.create(t, d.Input)
				return ""
			case "statement":
				return w.run(d, d.Input)
			case "statements", "plan":
				var out strings.Builder
				for line := range strings.Lines(d.Input) {
					out.WriteString(w.run(d, strings.TrimRight(line, "\n")))
				}
				return out.String()
			}
			d.Fatalf(t, "unknown command %s", d.Cmd)
			return ""
		})
	})
}

// world is a store with tables.
type world struct {
	store   *store.Store
	catalog *catalog.Catalog
	tokens  *Tokens
	parsed  expr.Cache
	ids     uint64
}

func newWorld(t testing.TB) *world {
	t.Helper()
	e, err := pebble.Open(pebble.Options{Dir: "data", FS: vfs.NewMem(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{store: store.New(e), tokens: NewTokens(catalog.NewSealer([]byte("key"), "test"))}
	w.catalog, err = catalog.Open(t.Context(), e, catalog.Options{Now: time.Now, NewID: func() (id keyspace.TableID) {
		w.ids++
		binary.BigEndian.PutUint64(id[8:], w.ids)
		return id
	}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// create makes a table: its name and key, then a line for each index.
func (w *world) create(t testing.TB, input string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(input), "\n")
	table := catalog.Table{Name: strings.Fields(lines[0])[0]}
	types := map[string]attr.Type{}
	table.Key = keyNames(strings.Fields(lines[0])[1:], types)
	for i, line := range lines[1:] {
		f := strings.Fields(line)
		ix := catalog.Index{ID: keyspace.IndexID(i + 1), Name: f[1], Local: f[0] == "local"} //nolint:gosec // a handful
		last := len(f) - 1
		names := keyNames(f[2:last], types)
		ix.Hash, ix.Sort = names[:1], names[1:]
		if f[0] == "many" {
			ix.Hash, ix.Sort = names, nil
		}
		switch kind, others, _ := strings.Cut(f[last], "="); kind {
		case "all":
			ix.Projection.Type = catalog.ProjectAll
		case "keys":
			ix.Projection.Type = catalog.ProjectKeys
		default:
			ix.Projection = catalog.Projection{Type: catalog.ProjectInclude, Others: strings.Split(others, ",")}
		}
		table.Indexes = append(table.Indexes, ix)
	}
	for name, typ := range types {
		table.Attributes = append(table.Attributes, catalog.Attribute{Name: name, Type: typ})
	}
	if _, err := w.catalog.Create(t.Context(), table); err != nil {
		t.Fatal(err)
	}
}

// keyNames reads attributes like artist:S.
func keyNames(words []string, types map[string]attr.Type) (names []string) {
	for _, word := range words {
		name, typ, _ := strings.Cut(word, ":")
		names = append(names, name)
		types[name] = attr.TypeNamed(typ)
	}
	return names
}

func (w *world) find(name string) (*catalog.Table, *apierr.Error) {
	if t := w.catalog.Table(name); t != nil {
		return t, nil
	}
	return nil, apierr.NoItemTable()
}

// run carries out a statement, with its parameters, and says what came of it.
func (w *world) run(d *datadriven.TestData, line string) string {
	text, literals, _ := strings.Cut(line, " :: ")
	given, err := parameters(literals)
	if err != nil {
		return "parameters: " + err.Message + "\n"
	}
	s, err := Cached(&w.parsed, text)
	if err != nil {
		return err.Message + "\n"
	}
	out := w.carryOut(s, given, d)
	if fresh, _ := Parse(text); !reflect.DeepEqual(s, fresh) {
		out += "and the statement is not what it was\n"
	}
	return out
}

func (w *world) carryOut(s *Statement, given []attr.Value, d *datadriven.TestData) string {
	b, err := s.Bind(Alone, given, w.find)
	if err != nil {
		return err.Message + "\n"
	}
	if s.Reads() {
		return w.read(b, d)
	}
	return w.write(b, d.HasArg("old"))
}

// parameters reads literals with commas between them.
func parameters(literals string) ([]attr.Value, *apierr.Error) {
	list, _, err := parse("[" + literals + "]")
	if err != nil {
		return nil, err
	}
	var given []attr.Value
	e := encoder{text: literals}
	for _, n := range list.args {
		v, err := e.value(n)
		if err != nil {
			return nil, err
		}
		given = append(given, v)
	}
	return given, nil
}

func (w *world) read(b *Bound, d *datadriven.TestData) string {
	r, refusal := b.Read(d.HasArg("strong"))
	if refusal != nil {
		return refusal.Message + "\n"
	}
	out := r.String() + "\n"
	if d.Cmd == "plan" {
		return out
	}
	limit := 0
	if d.HasArg("limit") {
		d.ScanArgs(&testing.T{}, "limit", &limit)
	}
	var from *Position
	for {
		page, err := r.Page(context.Background(), w.store, limit, from, func(it attr.Item) {
			out += string(it.AppendHashedJSON(nil)) + "\n"
		})
		if err != nil {
			return out + err.Error() + "\n"
		}
		out += fmt.Sprintf("evaluated %d", page.Sizes)
		if page.Bases != nil {
			out += fmt.Sprintf(", bases %d", page.Bases)
		}
		if out += "\n"; page.Next == nil {
			return out
		}
		if from, refusal = w.tokens.Position(r, w.tokens.Token(r, page.Next)); refusal != nil {
			return out + refusal.Message + "\n"
		}
	}
}

// String says how r reads.
func (r *Read) String() string {
	if r.ranges == nil {
		return "scan"
	}
	partition, sort := r.bound.keyAttributes()
	var parts []string
	for i := range r.ranges {
		x := &r.ranges[i]
		part := partition.Name + "=" + show(x.partition.Bytes(), partition.Type)
		if x.point {
			part += " " + sort.Name + "=" + show(x.bounds.From, sort.Type)
		} else if x.bounds.From != nil || x.bounds.To != nil {
			part += " " + sort.Name + " in " + show(x.bounds.From, sort.Type) + open(x.bounds.FromOpen) + ".." +
				open(x.bounds.ToOpen) + show(x.bounds.To, sort.Type)
		}
		parts = append(parts, part)
	}
	what := "query "
	if len(r.ranges) == 1 && r.single(0) {
		what = "get "
	}
	if r.reverse {
		what += "backwards "
	}
	return what + strings.Join(parts, ", ")
}

func open(b bool) string {
	if b {
		return ")"
	}
	return ""
}

func show(b []byte, t attr.Type) string {
	if t == attr.N && b != nil {
		return attr.Number(b).String()
	}
	for _, c := range b {
		if c < ' ' || c > '~' {
			return strconv.Quote(string(b))
		}
	}
	return string(b)
}

func (w *world) write(b *Bound, old bool) string {
	x, refusal := b.Write()
	if refusal != nil {
		return refusal.Message + "\n"
	}
	x.WantOld = x.WantOld || old
	var buf []byte
	var rs [1]store.Result
	err := w.store.Apply(context.Background(), []store.Write{x.Write}, rs[:], &buf)
	if errors.Is(err, store.ErrRefused) {
		err = x.Refusal(&rs[0], old)
	}
	visible, ok := errors.AsType[*apierr.Error](err)
	switch {
	case ok && visible.Item != nil:
		return visible.Message + " " + string(visible.Item.AppendHashedJSON(nil)) + "\n"
	case ok:
		return visible.Message + "\n"
	case err != nil:
		return err.Error() + "\n"
	}
	if row := x.Returned(&rs[0]); row != nil {
		return string(row.AppendHashedJSON(nil)) + "\n"
	}
	return "done\n"
}
