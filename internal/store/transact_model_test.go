package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"github.com/statordb/stator/internal/attr"
	"github.com/statordb/stator/internal/engine/faulty"
	"github.com/statordb/stator/internal/store"
)

// exists is the condition that the item exists, or that it does not.
type exists bool

func (c exists) Match(it attr.Item) bool { return (it != nil) == bool(c) }

// transactModel is a library beside the books that should be in it and the tokens that were used.
type transactModel struct {
	*indexModel
	now    time.Time
	tokens map[string]modelToken
}

type modelToken struct {
	at     time.Time
	digest uint64
	sizes  []int
}

// drawnWrite is a write, and what should come of it.
type drawnWrite struct {
	write   store.Write
	book    book
	was     book
	becomes book
}

func (m *transactModel) drawWrite(rt *rapid.T) drawnWrite {
	b := m.drawBook(rt)
	d := drawnWrite{book: b, was: m.shelves[b.id()], write: store.Write{Table: m.books(), Key: b.key()}}
	switch rapid.IntRange(0, 3).Draw(rt, "change") {
	case 0:
		d.write.Change, d.becomes = store.Keep{}, d.was
	case 1:
		d.write.Change = store.Delete{}
	default:
		d.write.Change, d.becomes = store.Put(b.item()), b
	}
	if rapid.IntRange(0, 2).Draw(rt, "has condition") == 0 {
		d.write.If = exists(rapid.Bool().Draw(rt, "exists"))
	}
	return d
}

// holds reports whether the condition of d holds.
func (d *drawnWrite) holds() bool { return d.write.If == nil || d.write.If.Match(d.was.item()) }

func (m *transactModel) transact(rt *rapid.T) {
	var drawn []drawnWrite
	for range rapid.IntRange(1, 4).Draw(rt, "writes") {
		d := m.drawWrite(rt)
		if !slices.ContainsFunc(drawn, func(o drawnWrite) bool { return o.book.id() == d.book.id() }) {
			drawn = append(drawn, d)
		}
	}
	ws := make([]store.Write, len(drawn))
	for i := range drawn {
		ws[i] = drawn[i].write
	}
	var token *store.Token
	if text := rapid.SampledFrom([]string{"", "t", "u"}).Draw(rt, "token"); text != "" {
		token = &store.Token{Operation: store.TransactWriteItems, Text: text, Now: m.now}
		token.Digest = rapid.Uint64Range(0, 1).Draw(rt, "digest")
	}
	rs, err := transact(m.store, token, ws...)
	m.judge(rt, drawn, token, rs, err)
}

// judge compares what a transaction says with what it should, and takes it into the model.
func (m *transactModel) judge(rt *rapid.T, drawn []drawnWrite, token *store.Token, rs []store.Result, err error) {
	if token != nil {
		used, ok := m.tokens[token.Text]
		switch {
		case !ok || m.now.Sub(used.at) >= store.TokenLife:
		case used.digest != token.Digest:
			if !errors.Is(err, store.ErrOtherRequest) {
				rt.Fatalf("a token of other actions gives %v", err)
			}
			return
		default:
			if !errors.Is(err, store.ErrReplay) || !slices.Equal(token.Sizes, used.sizes) {
				rt.Fatalf("a token that was used gives %v, sizes %v, not %v", err, token.Sizes, used.sizes)
			}
			return
		}
	}
	refused := slices.ContainsFunc(drawn, func(d drawnWrite) bool { return !d.holds() })
	if errors.Is(err, store.ErrRefused) != refused || !refused && err != nil {
		rt.Fatalf("a transaction gives %v; refused: %v", err, refused)
	}
	sizes := make([]int, len(drawn))
	for i, d := range drawn {
		was, becomes := d.was.item(), d.becomes.item()
		sizes[i] = max(was.Size(), becomes.Size())
		switch r := rs[i]; {
		case errors.Is(r.Err, store.ErrCondition) == d.holds():
			rt.Fatalf("write %d: %v", i, r.Err)
		case r.Err == nil && (r.OldSize != was.Size() || r.NewSize != becomes.Size() || r.Existed != (was != nil)):
			rt.Fatalf("write %d says %+v", i, r)
		}
	}
	if refused {
		return
	}
	for _, d := range drawn {
		if m.shelves[d.book.id()] = d.becomes; d.becomes == nil {
			delete(m.shelves, d.book.id())
		}
	}
	if token != nil {
		m.tokens[token.Text] = modelToken{m.now, token.Digest, sizes}
	}
}

// TestTransactModel compares a table with indexes with a map of books, under random transactions, on
// an engine that runs every transaction twice.
func TestTransactModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &transactModel{
			indexModel: &indexModel{newLibrary(rt, vfs.NewMem(), byGenre, byYear), shelves{}},
			now:        noon, tokens: map[string]modelToken{},
		}
		twice := func() { m.store = store.New(faulty.Wrap(m.engine, faulty.Plan{Twice: true})) }
		twice()
		defer func() {
			m.verify(rt)
			m.close(rt)
		}()
		rt.Repeat(map[string]func(*rapid.T){
			"transact": m.transact,
			"advance": func(rt *rapid.T) {
				m.now = m.now.Add(time.Duration(rapid.IntRange(1, 700).Draw(rt, "seconds")) * time.Second)
			},
			"expire": func(rt *rapid.T) {
				if err := m.store.ExpireTokens(rt.Context(), m.now); err != nil {
					rt.Fatal(err)
				}
			},
			"restart": func(rt *rapid.T) {
				m.verify(rt)
				m.close(rt)
				m.open(rt)
				twice()
			},
			"": func(rt *rapid.T) { m.check(rt, m.shelves) },
		})
	})
}
