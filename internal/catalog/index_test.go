package catalog_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/keyspace"
)

// beginIndex gives the table called music an index that is being created, on attributes that no other key has.
func beginIndex(t *testing.T, c *catalog.Catalog, table, index string) *catalog.Table {
	t.Helper()
	return mustUpdate(t, c, table, func(t *catalog.Table) {
		t.Attributes = append(t.Attributes, catalog.Attribute{Name: "of-" + index, Type: attr.S})
		t.AddIndex(catalog.Index{
			Name: index, Hash: []string{"of-" + index}, Sort: []string{"sk"},
			Projection: catalog.Projection{Type: catalog.ProjectKeys}, State: catalog.IndexCreating,
		})
	})
}

func endIndex(t *testing.T, c *catalog.Catalog, table, index string) *catalog.Table {
	t.Helper()
	return mustUpdate(t, c, table, func(t *catalog.Table) {
		ix := t.Index(index)
		ix.State, ix.Filling = catalog.IndexDeleting, false
	})
}

func mustUpdate(t *testing.T, c *catalog.Catalog, name string, edit func(t *catalog.Table)) *catalog.Table {
	t.Helper()
	updated, err := c.Update(ctx, name, func(t *catalog.Table) error { edit(t); return nil })
	if err != nil || updated == nil {
		t.Fatalf("updated %v: %v", updated, err)
	}
	return updated
}

// stepIndex brings the index of a table to its next state, from none to none again.
func stepIndex(t *testing.T, c *catalog.Catalog, table *catalog.Table) {
	t.Helper()
	if len(table.Indexes) == 0 {
		beginIndex(t, c, table.Name, "gsi")
		return
	}
	var err error
	switch ix := &table.Indexes[0]; {
	case ix.State == catalog.IndexActive:
		endIndex(t, c, table.Name, ix.Name)
	case ix.State == catalog.IndexDeleting:
		err = c.RemoveIndex(ctx, table, ix.ID)
	case ix.Filling:
		err = c.FinishIndex(ctx, table, ix.ID)
	default:
		err = c.FillIndex(ctx, table, ix.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestIndexStates leads an index through its states, with a restart after each.
func TestIndexStates(t *testing.T) {
	e := openEngine(t, vfs.NewMem())
	c := open(t, e)
	mustCreate(t, c, "music")
	mustCreate(t, c, "album")
	<-c.Indexing() // what opening says
	if n := len(c.Unfinished()); n > 0 {
		t.Errorf("%d tables have something to do", n)
	}
	want := []struct {
		state   catalog.IndexState
		filling bool
	}{{catalog.IndexCreating, false}, {catalog.IndexCreating, true}, {catalog.IndexActive, false}, {catalog.IndexDeleting, false}}
	for _, want := range want {
		stepIndex(t, c, c.Table("music"))
		unfinished := want.state != catalog.IndexActive
		if unfinished {
			<-c.Indexing()
		}
		for _, c := range []*catalog.Catalog{c, open(t, e)} {
			music := c.Table("music")
			ix := music.Index("gsi")
			if ix.State != want.state || ix.Filling != want.filling || ix.ID != 1 {
				t.Errorf("the index is %+v, want %+v", ix, want)
			}
			if got := slices.Contains(c.Unfinished(), music); got != unfinished || len(c.Unfinished()) > 1 {
				t.Errorf("with the index %+v there is something to do: %v", want, got)
			}
		}
	}
	stepIndex(t, c, c.Table("music"))
	for _, c := range []*catalog.Catalog{c, open(t, e)} {
		music := c.Table("music")
		if len(music.Indexes) > 0 || len(music.Attributes) != 2 || len(c.Unfinished()) > 0 {
			t.Errorf("without the index the table is %+v", music)
		}
	}
	if ix := beginIndex(t, c, "music", "gsi").Index("gsi"); ix.ID != 2 {
		t.Errorf("the next index of the name has the ID %d", ix.ID)
	}
}

// TestIndexKeepsDefinitions holds that attributes stay defined as long as some key has them.
func TestIndexKeepsDefinitions(t *testing.T) {
	c := open(t, openEngine(t, vfs.NewMem()))
	mustCreate(t, c, "music")
	beginIndex(t, c, "music", "one")
	mustUpdate(t, c, "music", func(t *catalog.Table) {
		t.AddIndex(catalog.Index{Name: "two", Hash: []string{"sk"}, Sort: []string{"of-one"}})
	})
	music := endIndex(t, c, "music", "one")
	if err := c.RemoveIndex(ctx, music, music.Index("one").ID); err != nil {
		t.Fatal(err)
	}
	if music = c.Table("music"); len(music.Attributes) != 3 || music.Attribute("of-one").Type != attr.S {
		t.Errorf("the definitions are %v", music.Attributes)
	}
}

// TestIndexMoved holds that a step that comes too late changes nothing: the index has been deleted while
// it was filled, or the table has, and another one has its name.
func TestIndexMoved(t *testing.T) {
	c := open(t, openEngine(t, vfs.NewMem()))
	mustCreate(t, c, "music")
	filling := beginIndex(t, c, "music", "gsi")
	id := filling.Index("gsi").ID
	steps := func(now *catalog.Table) {
		t.Helper()
		for _, step := range []func() error{
			func() error { return c.FillIndex(ctx, filling, id) },
			func() error { return c.FinishIndex(ctx, filling, id) },
		} {
			if err := step(); err != nil {
				t.Error(err)
			}
		}
		if c.Table("music") != now {
			t.Errorf("the table has become %+v", c.Table("music"))
		}
	}
	if err := c.RemoveIndex(ctx, filling, id); err != nil || c.Table("music") != filling {
		t.Errorf("an index that is being created was removed: %v", err)
	}
	steps(endIndex(t, c, "music", "gsi"))
	if _, err := c.Drop(ctx, "music", func(*catalog.Table) error { return nil }); err != nil {
		t.Fatal(err)
	}
	steps(nil)
	mustCreate(t, c, "music")
	steps(beginIndex(t, c, "music", "gsi"))
}

// TestIndexImmutable holds that a description does not change with those that are made of it.
func TestIndexImmutable(t *testing.T) {
	c := open(t, openEngine(t, vfs.NewMem()))
	mustCreate(t, c, "music")
	first := mustUpdate(t, c, "music", func(t *catalog.Table) {
		t.AddIndex(catalog.Index{
			Name: "gsi", Hash: []string{"pk"}, OnDemand: &catalog.Units{Read: 1},
			Projection: catalog.Projection{Type: catalog.ProjectInclude, Others: []string{"a"}},
		})
	})
	before := stored(t, first)
	mustUpdate(t, c, "music", func(t *catalog.Table) {
		ix := t.Index("gsi")
		ix.OnDemand.Read, ix.Hash[0], ix.Projection.Others[0], ix.State = 2, "sk", "b", catalog.IndexDeleting
	})
	if after := stored(t, first); after != before {
		t.Errorf("the first description has become %s", after)
	}
	if first.Index("gsi").View() == c.Table("music").Index("gsi").View() {
		t.Error("the second description has the view of the first")
	}
}

// TestVerifyIndexes holds that what cannot be of an index is found.
func TestVerifyIndexes(t *testing.T) {
	sound := catalog.Index{ID: 1, Name: "gsi", Hash: []string{"pk"}, Sort: []string{"sk"}}
	for name, test := range map[string]struct {
		harm func(t *catalog.Table)
		want string
	}{
		"nothing":      {func(*catalog.Table) {}, ""},
		"one name":     {func(t *catalog.Table) { t.AddIndex(catalog.Index{Name: "gsi", Hash: []string{"pk"}}) }, `has the name or the ID of index "gsi"`},
		"one ID":       {func(t *catalog.Table) { t.Indexes = append(t.Indexes, sound); t.Indexes[1].Name = "two" }, `has the name or the ID of index "gsi"`},
		"no ID":        {func(t *catalog.Table) { t.Indexes[0].ID = 0 }, "has the ID 0"},
		"a later ID":   {func(t *catalog.Table) { t.Indexes[0].ID = 2 }, "has the ID 2; the last that was given is 1"},
		"no state":     {func(t *catalog.Table) { t.Indexes[0].State = 9 }, "is in a state that there is not"},
		"done filling": {func(t *catalog.Table) { t.Indexes[0].Filling = true }, "is in a state that there is not"},
		"no key":       {func(t *catalog.Table) { t.Indexes[0].Hash, t.Indexes[0].Sort = nil, nil }, "has no key"},
		"no type":      {func(t *catalog.Table) { t.Indexes[0].Sort[0] = "x" }, `has the key attribute "x", which has no type that a key can have`},
	} {
		t.Run(name, func(t *testing.T) {
			e := openEngine(t, vfs.NewMem())
			c := open(t, e)
			mustCreate(t, c, "music")
			mustUpdate(t, c, "music", func(t *catalog.Table) {
				ix := sound
				ix.Hash, ix.Sort = slices.Clone(ix.Hash), slices.Clone(ix.Sort)
				t.AddIndex(ix)
				test.harm(t)
			})
			problems := verify(t, e)
			if test.want == "" && problems != "" || !strings.Contains(problems, test.want) {
				t.Errorf("found %q, want %q", problems, test.want)
			}
		})
	}
}

func verify(t *testing.T, e engine.Engine) string {
	t.Helper()
	var problems []string
	content, err := catalog.Verify(ctx, e, func(problem string) { problems = append(problems, problem) })
	if err != nil || len(content.Tables) != 1 || content.Tables[keyspace.TableID{}] != nil {
		t.Fatalf("content %v: %v", content, err)
	}
	return strings.Join(problems, "\n")
}

// full is an engine on a disk without space.
type full struct{ engine.Engine }

func (f full) Update(ctx context.Context, o engine.TxnOpt, body func(engine.Txn) error) (uint64, error) {
	if !o.Frees {
		return 0, engine.ErrDiskFull
	}
	return f.Engine.Update(ctx, o, body)
}

// TestIndexGivesSpaceBack holds that an index can be removed when the disk is full.
func TestIndexGivesSpaceBack(t *testing.T) {
	e := openEngine(t, vfs.NewMem())
	c := open(t, e)
	mustCreate(t, c, "music")
	mustUpdate(t, c, "music", func(t *catalog.Table) { t.AddIndex(catalog.Index{Name: "gsi", Hash: []string{"pk"}}) })
	c = open(t, full{e})
	remove := func(t *catalog.Table) error {
		t.Index("gsi").State = catalog.IndexDeleting
		return nil
	}
	if _, err := c.Update(ctx, "music", remove); code(err) != "ServiceUnavailable" {
		t.Errorf("an update on a full disk: %v", err)
	}
	music, err := c.Free(ctx, "music", remove)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.RemoveIndex(ctx, music, 1); err != nil || len(c.Table("music").Indexes) > 0 {
		t.Errorf("the index is not removed: %v", err)
	}
}
