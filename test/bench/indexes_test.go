package main

import (
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/statordb/stator/test/statortest"
)

// TestIndexesCommand measures two small tables with one index.
func TestIndexesCommand(t *testing.T) {
	dir := t.TempDir()
	var out, log strings.Builder
	status := command([]string{
		indexesCommand, "-short", "--stator", statortest.Binary(t), "--gsis", "0,1", "--small", "20KB", "--large", "40KB", "--data", dir,
	}, strings.NewReader(""), &out, &log)
	if status != 0 {
		t.Fatalf("status %d\n%s", status, log.String())
	}
	for _, l := range indexLoads {
		if !strings.Contains(out.String(), l.title) {
			t.Errorf("the report lacks %q:\n%s", l.title, out.String())
		}
	}
	if !strings.Contains(out.String(), "39 items") {
		t.Errorf("the report does not tell the size of the large table:\n%s", out.String())
	}
	left, err := filepath.Glob(filepath.Join(dir, "stator-bench-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("the stores are left: %v %v", left, err)
	}
}

func testIndexedTable(t *testing.T, indexes int) *indexedTable {
	t.Helper()
	cfg, err := parseIndexFlags([]string{"--item-bytes", "700", "--small", "70KB"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return &indexedTable{shape: newShape(&cfg.config), indexes: indexes, items: 100}
}

// TestIndexedItem measures items as DynamoDB does: names and texts.
func TestIndexedItem(t *testing.T) {
	table := testIndexedTable(t, 3)
	for version := range uint64(3) {
		var item map[string]map[string]string
		if err := json.Unmarshal(table.appendItem(nil, 42, 100+version), &item); err != nil {
			t.Fatal(err)
		}
		n := 0
		for name, value := range item {
			n += len(name) + len(value["S"])
			if value["N"] != "" {
				n += tallyBytes
			}
		}
		if n > 700 || n <= 700-table.shape.attributes {
			t.Errorf("an item has %d bytes", n)
		}
	}
	if bytes.Equal(table.appendItem(nil, 42, 0), table.appendItem(nil, 42, 1000)) {
		t.Error("another version has the same groups")
	}
}

// TestIndexChecks judges right and wrong answers.
func TestIndexChecks(t *testing.T) {
	table := testIndexedTable(t, 1)
	partition := table.operation("query")
	var items [][]byte
	for i := range uint64(itemsPerPage) {
		items = append(items, table.appendItem(nil, 40+i, 0))
	}
	page := func(items [][]byte) []byte {
		return slices.Concat([]byte(`{"Items":[`), bytes.Join(items, []byte(",")), []byte(`]}`))
	}
	if err := partition.check(nil, 42, page(items)); err != nil {
		t.Error(err)
	}
	if partition.check(nil, 42, page(items[1:])) == nil {
		t.Error("an answer without the first item is right")
	}
	group := table.operation("query-index")
	_, asked := table.asked(7)
	entry := `{"pk":{"S":"item-1"},"g0":{"S":"` + string(appendGroup(nil, 0, asked)) + `"}}`
	for body, right := range map[string]bool{
		`{"Count":1,"Items":[` + entry + `],"ScannedCount":1}`: true,
		`{"Count":0,"Items":[],"ScannedCount":0}`:              true,
		`{"Count":2,"Items":[` + entry + `],"ScannedCount":2}`: false,
		`{"Count":1,"Items":[{"pk":{"S":"item-1"}}],"Scanned`:  false,
	} {
		if err := group.check(nil, 7, []byte(body)); (err == nil) != right {
			t.Errorf("%s: %v", body, err)
		}
	}
	if testIndexedTable(t, 0).operation("query-index") != nil {
		t.Error("a table without indexes has an index to query")
	}
}

func TestIndexFlags(t *testing.T) {
	for args, ok := range map[string]bool{
		"": true, "--gsis 3 --large 20GB --projection KEYS_ONLY": true,
		"--gsis 4": false, "--large 1MB": false, "--small 20": false, "--small 1000GB": false, "--ops get": false,
		"--projection INCLUDE": false, "--connections 1,2": false, "--item-bytes 100": false, "--rest 0s": false, "more": false,
	} {
		if _, err := parseIndexFlags(strings.Fields(args), io.Discard); (err == nil) != ok {
			t.Errorf("%q: %v", args, err)
		}
	}
	for text, want := range map[string]string{"20MB": "20 MB", "1000MB": "1 GB", "1500KB": "1500 KB"} {
		if n, err := parseSize("--small", text); err != nil || sizeText(n) != want {
			t.Errorf("%s is %s: %v", text, sizeText(n), err)
		}
	}
}

// TestFullPage checks an answer whose page was full: its last key names the group once more.
func TestFullPage(t *testing.T) {
	table := testIndexedTable(t, 1)
	_, group := table.asked(0)
	name := string(appendGroup(nil, 0, group))
	item := `{"pk":{"S":"a"},"g0":{"S":"` + name + `"}}`
	body := `{"Items":[` + item + `],"Count":1,"ScannedCount":1,"LastEvaluatedKey":` + item + `}`
	if err := table.checkGroup(table.shape, 0, []byte(body)); err != nil {
		t.Error(err)
	}
	if err := table.checkGroup(table.shape, 0, []byte(strings.Replace(body, `"Count":1`, `"Count":2`, 1))); err == nil {
		t.Error("a wrong count is right")
	}
}
