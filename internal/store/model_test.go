package store_test

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/store"
)

const modelAlbums = 8

// TestModel compares a store with a map of items, under random writes and restarts.
func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		fs := vfs.NewMem()
		s, e := open(rt, fs)
		defer func() { closeEngine(rt, e) }()
		model := map[int]attr.Item{}
		anyAlbum, anyTitle := rapid.IntRange(0, modelAlbums-1), rapid.SampledFrom([]string{"", "a", "b", "a longer title"})
		write := func(rt *rapid.T, n int, c store.Condition, change store.Change, becomes attr.Item) {
			was := model[n]
			r, err := apply(s, store.Write{Table: music, Key: key(n), If: c, Change: change, WantOld: true})
			if !r.Old.Equal(was) || r.Existed != (was != nil) || r.OldSize != was.Size() {
				rt.Fatalf("album %d was %s, the result says %s", n, was.AppendJSON(nil), r.Old.AppendJSON(nil))
			}
			if c != nil && !c.Match(was) {
				if err != store.ErrRefused { //nolint:errorlint // this very value
					rt.Fatalf("a condition that does not hold gives %v", err)
				}
				return
			}
			if err != nil {
				rt.Fatal(err)
			}
			if !r.New.Equal(becomes) || r.NewSize != becomes.Size() {
				rt.Fatalf("album %d became %s, the result says %s", n, becomes.AppendJSON(nil), r.New.AppendJSON(nil))
			}
			if model[n] = becomes; becomes == nil {
				delete(model, n)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"put": func(rt *rapid.T) {
				n := anyAlbum.Draw(rt, "album")
				it := album(n, anyTitle.Draw(rt, "title"))
				write(rt, n, nil, store.Put(it), it)
			},
			"put if": func(rt *rapid.T) {
				n := anyAlbum.Draw(rt, "album")
				it := album(n, anyTitle.Draw(rt, "title"))
				write(rt, n, titled(anyTitle.Draw(rt, "title before")), store.Put(it), it)
			},
			"delete": func(rt *rapid.T) { write(rt, anyAlbum.Draw(rt, "album"), nil, store.Delete{}, nil) },
			"restart": func(rt *rapid.T) {
				closeEngine(rt, e)
				s, e = open(rt, fs)
			},
			"": func(rt *rapid.T) { checkAgainst(rt, s, modelAlbums, model) },
		})
	})
}
