package op_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
	"github.com/statordb/stator/internal/engine"
	"github.com/statordb/stator/internal/engine/pebble"
	"github.com/statordb/stator/internal/keyspace"
	"github.com/statordb/stator/internal/op"
	"github.com/statordb/stator/internal/store"
	"github.com/statordb/stator/internal/stream"
)

// TestScripts runs the scripts under testdata, one directory for each operation. A script is a list of
// requests, each the name of an operation and the body, with what is answered below the line:
//
//	DescribeTable
//	{"TableName": "music"}
//	----
//	ResourceNotFoundException: Requested resource not found: Table: music not found
//
// Every script begins with an empty store at noon on 24 November 2026. More commands stand between
// requests: "advance 24h" sets the clock forward, "restart" closes the store and opens it again, "work"
// brings indexes that are being created or deleted to their end, "backfill" only begins to fill them. Of
// streams, "roll" closes a shard and opens a child of it, "split" opens two, "trim 24h" removes records that
// are older, and "expire" deletes an item as one that has expired. Texts that only the store reads are shown
// by aliases, and may be given so: <shard 1>, <iterator 1>.
//
// go test ./internal/op -rewrite writes what is answered into the scripts.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		w := newWorld(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			return w.command(t, d)
		})
	})
}

// world is a Service on a store of its own, with a clock that stands still and IDs that count up.
type world struct {
	*op.Service
	store   *store.Store
	catalog *catalog.Catalog
	streams *stream.Log
	engine  *pebble.Engine
	fs      vfs.FS
	now     time.Time
	ids     uint64
	decoder api.Decoder
	aliases aliases
}

func newWorld(t testing.TB) *world {
	w := &world{fs: vfs.NewMem(), now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	w.open(t)
	t.Cleanup(func() { w.close(t) })
	return w
}

func (w *world) open(t testing.TB) {
	t.Helper()
	e, err := pebble.Open(pebble.Options{Dir: "data", FS: w.fs, Logger: slog.New(slog.DiscardHandler), Now: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	w.use(t, e)
	w.engine = e
}

// use puts a Service on e.
func (w *world) use(t testing.TB, e engine.Engine) {
	t.Helper()
	var err error
	w.catalog, err = catalog.Open(t.Context(), e, catalog.Options{
		Realm: catalog.Realm{Region: "us-east-1", Account: "000000000000"},
		Now:   w.clock,
		NewID: w.newID,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.store = store.New(e, store.WithClock(w.clock))
	w.streams = stream.New(e, w.catalog)
	w.Service = op.New(op.Options{Catalog: w.catalog, Store: w.store, Streams: w.streams, Now: w.clock, Address: "localhost:8000"})
}

func (w *world) clock() time.Time { return w.now }

func (w *world) newID() (id keyspace.TableID) {
	w.ids++
	binary.BigEndian.PutUint64(id[8:], w.ids)
	return id
}

func (w *world) close(t testing.TB) {
	t.Helper()
	if err := w.engine.Close(); err != nil {
		t.Error(err)
	}
}

// command carries out one command of a script and returns its output.
func (w *world) command(t *testing.T, d *datadriven.TestData) string {
	switch d.Cmd {
	case "advance":
		by, err := time.ParseDuration(d.CmdArgs[0].Key)
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
		w.now = w.now.Add(by)
		return w.now.Format(time.RFC3339)
	case "restart":
		w.close(t)
		w.open(t)
		return ""
	case "backfill", "work":
		w.work(t, d.Cmd == "backfill")
		return ""
	}
	if output, ok := w.streamCommand(t, d); ok {
		return output
	}
	body, err := w.request(d.Cmd, w.aliases.reveal(expand(d.Input)))
	if err != nil {
		return string(w.aliases.hide([]byte(refusal(err))))
	}
	return layout(w.aliases.hide(body))
}

// request carries out an operation as a client would ask for it.
func (w *world) request(operation, body string) ([]byte, error) {
	shape, ok := api.Lookup("DynamoDB_20120810." + operation)
	if !ok {
		shape, ok = api.Lookup("DynamoDBStreams_20120810." + operation)
	}
	if !ok {
		return nil, fmt.Errorf("no operation is called %s", operation)
	}
	serve := w.route(operation)
	if serve == nil {
		return nil, apierr.NotBuilt(operation)
	}
	in := api.Shapes[shape].NewInput()
	w.decoder.Reset([]byte(body))
	if err := api.DecodeRequest(&w.decoder, in); err != nil {
		return nil, err
	}
	return serve(context.Background(), in, nil)
}

func (w *world) route(operation string) op.Serve {
	for _, r := range w.Routes() {
		if r.Name == operation {
			return r.Serve
		}
	}
	return nil
}

// refusal is how scripts show an error: code and message, then an item and reasons if the error has any.
func refusal(err error) string {
	visible, ok := errors.AsType[*apierr.Error](err)
	if !ok {
		return "not for the client: " + err.Error()
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %s\n", visible.Code, visible.Message)
	if visible.Item != nil {
		fmt.Fprintf(&out, "Item: %s", layout(visible.Item.AppendJSON(nil)))
	}
	for _, r := range visible.Reasons {
		fmt.Fprintf(&out, "- %s", r.Code)
		if r.Message != "" {
			fmt.Fprintf(&out, ": %s", r.Message)
		}
		fmt.Fprintln(&out)
		if r.Item != nil {
			fmt.Fprintf(&out, "  Item: %s", layout(r.Item.AppendHashedJSON(nil)))
		}
	}
	return out.String()
}
