package catalog_test

import (
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/catalog"
)

// stepExpiry brings time to live of a table to its next state, from none to none again.
func stepExpiry(t *testing.T, c *catalog.Catalog, table *catalog.Table) {
	t.Helper()
	var err error
	switch x := table.Expiry; {
	case x.Active():
		mustUpdate(t, c, table.Name, func(t *catalog.Table) { t.SwitchExpiryOff(noon.Add(time.Hour)) })
	case x.Deleting():
		err = c.RemoveIndex(ctx, table, x.ID)
	case !x.Kept():
		mustUpdate(t, c, table.Name, func(t *catalog.Table) { t.SwitchExpiryOn("at", noon) })
	case x.Filling:
		err = c.FinishIndex(ctx, table, x.ID)
	default:
		err = c.FillIndex(ctx, table, x.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestExpiryStates leads time to live through its states, with a restart after each.
func TestExpiryStates(t *testing.T) {
	e := openEngine(t, vfs.NewMem())
	c := open(t, e)
	mustCreate(t, c, "music")
	mustCreate(t, c, "album")
	beginIndex(t, c, "music", "gsi")
	mustUpdate(t, c, "music", func(t *catalog.Table) { t.Index("gsi").State = catalog.IndexActive })
	<-c.Indexing()
	for _, want := range []struct {
		kept, filling, active, deleting bool
		changed                         time.Time
	}{
		{kept: true, changed: noon},
		{kept: true, filling: true, changed: noon},
		{kept: true, active: true, changed: noon},
		{deleting: true, changed: noon.Add(time.Hour)},
		{changed: noon.Add(time.Hour)},
	} {
		stepExpiry(t, c, c.Table("music"))
		unfinished := want.kept && !want.active || want.deleting
		if unfinished {
			<-c.Indexing()
		}
		for _, c := range []*catalog.Catalog{c, open(t, e)} {
			music := c.Table("music")
			x := music.Expiry
			if x.Kept() != want.kept || x.Filling != want.filling || x.Active() != want.active || x.Deleting() != want.deleting {
				t.Errorf("time to live is %+v, want %+v", x, want)
			}
			if (x.Attribute == "at") != (want.kept || want.deleting) || x.ID != 2 || !x.Changed.Equal(want.changed) {
				t.Errorf("time to live is %+v, want %+v", x, want)
			}
			if got := slices.Contains(c.Unfinished(), music); got != unfinished || len(c.Unfinished()) > 1 {
				t.Errorf("with %+v there is something to do: %v", want, got)
			}
			if b, found := music.Build(2); found != unfinished || found && (b.Name != "time to live" || b.State != x.State || b.Filling != want.filling) {
				t.Errorf("with %+v it is %+v", want, b)
			}
			if got := slices.Contains(c.Expiring(), music); got != want.active || len(c.Expiring()) > 1 {
				t.Errorf("with %+v the items of music expire: %v", want, got)
			}
		}
	}
	stepExpiry(t, c, c.Table("music"))
	music := beginIndex(t, c, "music", "other")
	if x := music.Expiry; x.ID != 3 || music.Index("other").ID != 4 {
		t.Errorf("the next IDs are %d and %d", x.ID, music.Index("other").ID)
	}
	if n := len(music.Builds()); n != 2 {
		t.Errorf("%d indexes are to be made", n)
	}
}

// TestExpiryMoved holds that a step that comes too late changes nothing: time to live was switched off in the
// meantime, or is another one.
func TestExpiryMoved(t *testing.T) {
	c := open(t, openEngine(t, vfs.NewMem()))
	mustCreate(t, c, "music")
	late := func(table *catalog.Table) {
		t.Helper()
		now := c.Table("music")
		for _, step := range []error{c.FillIndex(ctx, table, table.Expiry.ID), c.FinishIndex(ctx, table, table.Expiry.ID)} {
			if step != nil {
				t.Error(step)
			}
		}
		if c.Table("music") != now {
			t.Errorf("the table has become %+v", c.Table("music"))
		}
	}
	on := mustUpdate(t, c, "music", func(t *catalog.Table) { t.SwitchExpiryOn("at", noon) })
	if err := c.RemoveIndex(ctx, on, on.Expiry.ID); err != nil || c.Table("music") != on {
		t.Errorf("what is being made was removed: %v", err)
	}
	mustUpdate(t, c, "music", func(t *catalog.Table) { t.SwitchExpiryOff(noon) })
	late(on)
	if err := c.RemoveIndex(ctx, on, on.Expiry.ID); err != nil || c.Table("music").Expiry.Attribute != "" {
		t.Errorf("it is %+v, %v", c.Table("music").Expiry, err)
	}
	late(on)
	mustUpdate(t, c, "music", func(t *catalog.Table) { t.SwitchExpiryOn("other", noon) })
	late(on)
}

// TestNoExpiry holds that a table without time to live can be asked about it.
func TestNoExpiry(t *testing.T) {
	var x *catalog.Expiry
	if x.Kept() || x.Active() || x.Deleting() {
		t.Error("no time to live is one")
	}
}
