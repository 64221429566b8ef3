package catalog_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/keyspace"
)

var (
	ctx   = context.Background()
	realm = catalog.Realm{Region: "us-east-1", Account: "000000000000"}
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
)

// openEngine opens the engine on fs until the test ends.
func openEngine(t *testing.T, fs vfs.FS) *pebble.Engine {
	t.Helper()
	e, err := pebble.Open(pebble.Options{Dir: "data", FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

var ids atomic.Uint64

func newID() (id keyspace.TableID) {
	binary.BigEndian.PutUint64(id[8:], ids.Add(1))
	return id
}

func open(t *testing.T, e engine.Engine) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Open(ctx, e, catalog.Options{Realm: realm, Now: func() time.Time { return noon }, NewID: newID})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// table is a description as CreateTable makes it.
func table(name string) catalog.Table {
	return catalog.Table{
		Name:       name,
		Attributes: []catalog.Attribute{{Name: "pk", Type: attr.S}, {Name: "sk", Type: attr.N}},
		Key:        []string{"pk", "sk"},
	}
}

func mustCreate(t *testing.T, c *catalog.Catalog, name string) *catalog.Table {
	t.Helper()
	created, err := c.Create(ctx, table(name))
	if err != nil {
		t.Fatal(err)
	}
	return created
}

func code(err error) string {
	if e, ok := errors.AsType[*apierr.Error](err); ok {
		return e.Code
	}
	return fmt.Sprint(err)
}

func TestCreate(t *testing.T) {
	c := open(t, openEngine(t, vfs.NewMem()))
	created := mustCreate(t, c, "music")
	if created.ID == (keyspace.TableID{}) || !created.Created.Equal(noon) {
		t.Errorf("created %v at %v, want an ID and the time of the clock", created.ID, created.Created)
	}
	if pk, sk, ok := keyOf(created); pk.Type != attr.S || !ok || sk.Type != attr.N {
		t.Errorf("the key is %v, %v", pk, sk)
	}
	if c.Table("music") != created || c.Table("Music") != nil {
		t.Error("the table is not found under its name, or under another")
	}
	if _, err := c.Create(ctx, table("music")); code(err) != "ResourceInUseException" {
		t.Errorf("the second table of one name: %v", err)
	}
}

func TestCreateOnDemand(t *testing.T) {
	c := open(t, openEngine(t, vfs.NewMem()))
	paid := table("music")
	paid.Billing = catalog.Billing{OnDemand: true, Stated: true}
	created, err := c.Create(ctx, paid)
	if err != nil {
		t.Fatal(err)
	}
	if since := created.Billing.SinceOnDemand; !since.Equal(created.Created) {
		t.Errorf("on demand since %v, created %v", since, created.Created)
	}
	if since := mustCreate(t, c, "provisioned").Billing.SinceOnDemand; !since.IsZero() {
		t.Errorf("a provisioned table is on demand since %v", since)
	}
}

func keyOf(t *catalog.Table) (pk, sk catalog.Attribute, ok bool) {
	sk, ok = t.SortKey()
	return t.PartitionKey(), sk, ok
}

func TestNames(t *testing.T) {
	c := open(t, openEngine(t, vfs.NewMem()))
	for _, name := range []string{"b", "a", "C", "aa"} {
		mustCreate(t, c, name)
	}
	for _, test := range []struct {
		after string
		limit int
		want  string
	}{
		{"", 10, "[C a aa b] false"},
		{"", 4, "[C a aa b] false"},
		{"", 2, "[C a] true"},
		{"a", 1, "[aa] true"},
		{"ab", 1, "[b] false"},
		{"b", 1, "[] false"},
	} {
		names, more := c.Names(test.after, test.limit)
		if got := fmt.Sprint(names, more); got != test.want {
			t.Errorf("Names(%q, %d) = %s, want %s", test.after, test.limit, got, test.want)
		}
	}
}

// TestImmutable holds that a description does not change under those who have it.
func TestImmutable(t *testing.T) {
	c := open(t, openEngine(t, vfs.NewMem()))
	mustCreate(t, c, "music")
	fill := func(n int64, tag string) *catalog.Table {
		updated, err := c.Update(ctx, "music", func(t *catalog.Table) error {
			t.Tags = append(t.Tags[:0], catalog.Tag{Key: tag})
			if t.OnDemand == nil {
				t.OnDemand, t.Class, t.Encryption = new(catalog.Units), new(catalog.Class), new(catalog.Encryption)
			}
			t.OnDemand.Read, t.Class.Name, t.Encryption.KeyARN = n, tag, tag
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return updated
	}
	first := fill(1, "first")
	second := fill(2, "second")
	if first.OnDemand.Read != 1 || first.Class.Name != "first" || first.Encryption.KeyARN != "first" || first.Tags[0].Key != "first" {
		t.Errorf("the first description has become %+v", first.Settings)
	}
	if c.Table("music") != second || second.ID != first.ID {
		t.Error("the second description is not what the catalog has, or is of another table")
	}
}

// TestRefused holds that a change that is refused has changed nothing, now or after a restart.
func TestRefused(t *testing.T) {
	e := openEngine(t, vfs.NewMem())
	c := open(t, e)
	mustCreate(t, c, "music")
	refusal := errors.New("no")
	if _, err := c.Update(ctx, "music", func(t *catalog.Table) error { t.DeletionProtection = true; return refusal }); !errors.Is(err, refusal) {
		t.Errorf("update: %v", err)
	}
	if _, err := c.Drop(ctx, "music", func(*catalog.Table) error { return refusal }); !errors.Is(err, refusal) {
		t.Errorf("drop: %v", err)
	}
	for _, c := range []*catalog.Catalog{c, open(t, e)} {
		if music := c.Table("music"); music == nil || music.DeletionProtection {
			t.Errorf("the table is %+v", music)
		}
	}
	for _, name := range []string{"none"} {
		updated, err := c.Update(ctx, name, func(*catalog.Table) error { panic("there is no table") })
		dropped, err2 := c.Drop(ctx, name, func(*catalog.Table) error { panic("there is no table") })
		if updated != nil || dropped != nil || err != nil || err2 != nil {
			t.Errorf("a table that does not exist: %v, %v, %v, %v", updated, err, dropped, err2)
		}
	}
}

func TestDrop(t *testing.T) {
	e := openEngine(t, vfs.NewMem())
	c := open(t, e)
	<-c.Dropped() // what opening says
	old := mustCreate(t, c, "music")
	dropped, err := c.Drop(ctx, "music", func(*catalog.Table) error { return nil })
	if err != nil || dropped.ID != old.ID || c.Table("music") != nil {
		t.Fatalf("dropped %v: %v", dropped, err)
	}
	<-c.Dropped()
	if young := mustCreate(t, c, "music"); young.ID == old.ID {
		t.Error("the new table has the ID of the old one")
	}
	// The note outlives the process until it is forgotten.
	c = open(t, e)
	<-c.Dropped()
	checkDropped(t, c, old.ID)
	if err := c.Forget(ctx, old.ID); err != nil {
		t.Fatal(err)
	}
	checkDropped(t, c)
	checkDropped(t, open(t, e))
}

func checkDropped(t *testing.T, c *catalog.Catalog, want ...keyspace.TableID) {
	t.Helper()
	got, err := c.DroppedTables(ctx)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("dropped tables are %v (%v), want %v", got, err, want)
	}
}

// TestConcurrent holds that of many that create one table one does, that no update is lost, and that
// what the process knows is what is stored.
func TestConcurrent(t *testing.T) {
	const clients, rounds = 8, 10
	e := openEngine(t, vfs.NewMem())
	c := open(t, e)
	var created atomic.Int64
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() {
			for round := range rounds {
				shared := fmt.Sprintf("shared-%d", round)
				switch _, err := c.Create(ctx, table(shared)); code(err) {
				case fmt.Sprint(error(nil)):
					created.Add(1)
				case "ResourceInUseException":
				default:
					t.Errorf("create: %v", err)
				}
				if _, err := c.Update(ctx, shared, func(t *catalog.Table) error { t.Warm.Read++; return nil }); err != nil {
					t.Errorf("update: %v", err)
				}
				own := fmt.Sprintf("own-%d-%d", client, round)
				if _, err := c.Create(ctx, table(own)); err != nil {
					t.Errorf("create: %v", err)
				}
				if round%2 == 0 {
					if _, err := c.Drop(ctx, own, func(*catalog.Table) error { return nil }); err != nil {
						t.Errorf("drop: %v", err)
					}
				}
			}
		})
	}
	wg.Wait()
	if created.Load() != rounds {
		t.Errorf("%d tables were created under %d names", created.Load(), rounds)
	}
	for round := range rounds {
		if n := c.Table(fmt.Sprintf("shared-%d", round)).Warm.Read; n != clients {
			t.Errorf("of %d updates %d are left", clients, n)
		}
	}
	if n := c.Len(); n != rounds+clients*rounds/2 {
		t.Errorf("there are %d tables", n)
	}
	checkSame(t, c, open(t, e))
}

// checkSame holds that two catalogs have the same tables.
func checkSame(t *testing.T, got, want *catalog.Catalog) {
	t.Helper()
	names, _ := want.Names("", want.Len())
	if others, _ := got.Names("", got.Len()); !slices.Equal(names, others) {
		t.Fatalf("tables are %v, want %v", others, names)
	}
	for _, name := range names {
		if g, w := stored(t, got.Table(name)), stored(t, want.Table(name)); g != w {
			t.Errorf("table %q is %s, want %s", name, g, w)
		}
	}
}

// stored is what is stored of a table.
func stored(t *testing.T, table *catalog.Table) string {
	t.Helper()
	b, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestNewerFormat holds that a store of a later program is left alone.
func TestNewerFormat(t *testing.T) {
	e := openEngine(t, vfs.NewMem())
	mustCreate(t, open(t, e), "music")
	key := keyspace.StoreFormat()
	set := func(format byte) {
		t.Helper()
		_, err := e.Update(ctx, engine.TxnOpt{Locks: [][]byte{key}, Wait: time.Second}, func(txn engine.Txn) error {
			txn.Set(key, []byte{format})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	set(catalog.Format + 1)
	_, err := catalog.Open(ctx, e, catalog.Options{Realm: realm, Now: time.Now, NewID: newID})
	if newer, ok := errors.AsType[*catalog.NewerError](err); !ok || newer.Format != catalog.Format+1 {
		t.Errorf("a newer store: %v", err)
	}
	set(catalog.Format)
	if open(t, e).Table("music") == nil {
		t.Error("the table is gone")
	}
}
